import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect } from 'preact/hooks'
import { Agencies } from './agencies'
import { Assign } from './assign'
import { Attachments, type Attachment } from './attachments'
import { address, addressed, CaseFilter, query, type Filter } from './case_filter'
import { History, NoteForm, type Noted } from './case_history'
import { Links, type Link } from './case_links'
import { Body } from './cases'
import { Day, newDay } from './day'
import { every, ticked, told } from './deliveries'
import { agent, now, section, send } from './desk'
import { Lookers } from './lookers'
import { openCase, stopWriting, writes } from './looking'
import { Call } from './outgoing'
import { subject } from './own_words'
import type { Delivery, Move, Recorded } from './protocol'
import { Talk } from './recordings'
import { text } from './texts'
import { day, stamp, today } from './time'

interface Line {
  id: number; number: string; kind: string; state: string; service: string; agency: string; priority: number; queue: string; assignee: string
  due_at: string | null; opened_at: string
}
interface Whole { links: Link[]; attachments: Attachment[]; recordings: Recorded[]; number: string; kind: string; state: string; next: string[] | null; subject: string; body: string; due_on: string | null; mine: boolean; history: Omit<Move, 'number'>[]; notes: Noted[]; calls: { at: string; name: string; outcome: string }[] }

const soon = 24 * 3600 * 1000 // milliseconds before the term

// Worklist shows cases to work on, by term or by whose they are. What a case is about shows once the agent has it.
export function Worklist() {
  const filter = useSignal<Filter>(addressed() ?? { view: 'mine' })
  const lines = useSignal<Line[]>([])
  const next = useSignal('')
  const chosen = useSignal('')
  const ticked = useSignal<string[]>([]) // numbers
  const leads = agent.value?.role !== 'agent'
  const wrong = useSignal('')
  const read = async (after = '') => {
    const wanted = filter.value
    const answer = await fetch(`/desk/cases?${query(wanted)}${after && `&after=${encodeURIComponent(after)}`}`).catch(() => null)
    if (answer?.status === 403) section.value = 'contacts'
    if (!answer?.ok) return
    const page = (await answer.json()) as { cases: Line[]; next?: string }
    if (filter.value !== wanted) return // another one was chosen meanwhile
    lines.value = after ? [...lines.value, ...page.cases] : page.cases
    ticked.value = ticked.value.filter((number) => lines.value.some((l) => l.number === number))
    next.value = page.next ?? ''
  }
  useEffect(() => {
    address(filter.value)
    void read()
  }, [filter.value])
  useLayoutEffect(() => () => address(null), []) // before anything else is shown: a reload shows that again
  const take = async (number: string) => {
    const answer = await send(`/desk/cases/${number}/take`, {})
    wrong.value = answer.ok ? '' : answer.code
    if (answer.ok) chosen.value = number
    void read()
  }
  return (
    <main class="links" id="worklist">
      <h1>{text('work.title')}</h1>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      <CaseFilter of={filter} />
      {leads && <Assign of={lines.value.filter((l) => ticked.value.includes(l.number))} done={() => { ticked.value = []; void read() }} />}
      {lines.value.length === 0 ? <p class="muted">{text('work.none')}</p> : (
        <table class="worklist">
          <thead><tr>{leads && <th scope="col"><span class="visually-hidden">{text('work.tick')}</span></th>}{['number', 'kind', 'state', 'term', 'priority', 'who', 'take'].map((key) => <th key={key} scope="col">{text('work.' + key)}</th>)}</tr></thead>
          <tbody>
            {lines.value.map((l) => (
              <tr key={l.id} data-number={l.number}>
                {leads && (
                  <td><input type="checkbox" class="tick" aria-label={`${text('work.tick')} ${l.number}`} checked={ticked.value.includes(l.number)}
                    onChange={(e) => (ticked.value = e.currentTarget.checked ? [...ticked.value, l.number] : ticked.value.filter((n) => n !== l.number))} /></td>
                )}
                <th scope="row">{l.number.replace(/(\d{3})(?=\d)/g, '$1 ')}</th>
                <td>{text('kind.' + l.kind)}{l.service && ` · ${l.service}`}</td>
                <td>{text('case.' + l.state)}</td>
                <td><Term at={l.due_at} /></td>
                <td class="number">{l.priority || ''}</td>
                <td>{l.assignee || l.queue}</td>
                <td>
                  {l.assignee === agent.value?.login
                    ? <button class="open" onClick={() => (chosen.value = l.number)}>{text('work.open')}</button>
                    : !l.assignee && <button class="take" onClick={() => void take(l.number)}>{text('work.take')}</button>}
                  {agent.value?.role === 'supervisor' && l.assignee !== agent.value.login && <button class="look" onClick={() => (chosen.value = l.number)}>{text('work.look')}</button>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {next.value && <button onClick={() => void read(next.value)}>{text('work.more')}</button>}
      {leads && <Agencies />}
      {chosen.value && <Opened number={chosen.value} key={chosen.value} moved={() => void read()} />}
    </main>
  )
}

// Term says a term in words and in colour.
function Term({ at }: { at: string | null }) {
  if (!at) return <span class="muted">—</span>
  const left = new Date(at).getTime() - now.value
  const kind = left < 0 ? 'overdue' : left < soon ? 'soon' : 'later'
  return <span class={'term ' + kind}>{day(at.slice(0, 10))} · {text('work.term.' + kind)}</span>
}

function Opened({ number, moved }: { number: string; moved(): void }) {
  const whole = useSignal<Whole | null>(null)
  const wrong = useSignal('')
  const why = useSignal('') // of whoever looks at a case in other hands; the journal keeps it
  const asked = useSignal(false)
  const reason = () => why.value && `?reason=${encodeURIComponent(why.value)}`
  const read = async () => {
    const answer = await fetch(`/desk/cases/${number}${reason()}`).catch(() => null)
    asked.value = answer?.status === 403
    if (answer?.ok) whole.value = (await answer.json()) as Whole
  }
  const ticks = async () => {
    const answer = await fetch(`/desk/cases/${number}/deliveries${reason()}`).catch(() => null)
    if (!answer?.ok || !whole.value) return
    const { moves } = (await answer.json()) as { moves: Record<number, Delivery> }
    whole.value = { ...whole.value, history: ticked(whole.value.history, moves) }
  }
  useEffect(() => { void read() }, [number])
  useEffect(() => {
    if (!whole.value) return
    openCase.value = number
    return () => { openCase.value = ''; stopWriting() }
  }, [whole.value !== null])
  const waits = whole.value?.history.some(told) ?? false
  useEffect(() => {
    if (!waits) return
    const timer = setInterval(() => void ticks(), every)
    return () => clearInterval(timer)
  }, [waits])
  if (asked.value && !whole.value) {
    const ask = (event: SubmitEvent) => {
      event.preventDefault()
      why.value = String(new FormData(event.currentTarget as HTMLFormElement).get('why'))
      void read()
    }
    return (
      <form class="inline" id="look-why" onSubmit={ask}>
        <label>{text('work.look.why')}<input name="why" required minLength={10} maxLength={500} autocomplete="off" /></label>
        <p><button class="primary">{text('work.look')}</button></p>
      </form>
    )
  }
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const answer = await send(`/desk/cases/${number}/move`, { from: whole.value!.state, to: form.get('to'), why: form.get('why'), due_on: newDay(form.get('due'), whole.value!.due_on) })
    wrong.value = answer.ok ? '' : answer.code
    void read()
    moved()
  }
  const c = whole.value
  if (!c) return null
  return (
    <section id="opened-case" onInput={writes}>
      <h2>{c.number.replace(/(\d{3})(?=\d)/g, '$1 ')} · {text('kind.' + c.kind)} · {text('case.' + c.state)}</h2>
      <Lookers number={number} />
      <p class="subject">{subject(c.subject)}</p>
      <Body of={c} />
      {c.mine && <p><Call whom={{ case: c.number }} /></p>}
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {c.mine && (c.next?.length ?? 0) > 0 && (
        <form class="inline" onSubmit={submit}>
          <label>{text('case.to')}<select name="to">{c.next!.map((s) => <option key={s} value={s}>{text('case.' + s)}</option>)}</select></label>
          <label>{text('case.why')}<input name="why" required maxLength={1000} /></label>
          <label>{text('case.due')}<Day name="due" value={c.due_on ?? ''} min={today()} /></label>
          <button class="primary">{text('case.save')}</button>
        </form>
      )}
      <Attachments of={c} mine={c.mine} changed={() => void read()} />
      {c.recordings.map((r) => <Talk key={r.id} of={r} />)}
      <Links of={c} mine={c.mine} changed={() => { void read(); moved() }} />
      {c.calls.length > 0 && (
        <ul class="calls" aria-label={text('outgoing.calls')}>
          {c.calls.map((call, i) => <li key={i}><span class="muted">{stamp(call.at)} · {call.name}</span> {text('outgoing.' + (call.outcome || 'calling'))}</li>)}
        </ul>
      )}
      {c.mine && <NoteForm number={number} added={() => void read()} />}
      <History moves={c.history} notes={c.notes} />
    </section>
  )
}
