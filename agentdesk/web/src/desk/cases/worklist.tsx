import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { Agencies } from '../agencies/agencies'
import { Assign } from './assign'
import { Attachments, type Attachment } from './attachments'
import { Batches, MoveTogether } from './batches'
import { address, addressed, CaseFilter, query, type Filter } from './case_filter'
import { History, NoteForm, type Noted } from './case_history'
import { Links, type Link } from './case_links'
import { CaseTable, type Line } from './case_table'
import { Body } from '../contacts/cases'
import { Day, newDay } from '../parts/day'
import { every, ticked, told } from '../contacts/deliveries'
import { agent, section, send } from '../store/desk'
import { Lookers } from './lookers'
import { openCase, stopWriting, writes } from './looking'
import { Call } from '../contacts/outgoing'
import { subject } from '../contacts/own_words'
import type { Delivery, Move, Recorded } from '../store/protocol'
import { Talk } from '../recordings/recordings'
import { text } from '../store/texts'
import { stamp, today } from '../store/time'

interface Whole { links: Link[]; attachments: Attachment[]; recordings: Recorded[]; number: string; kind: string; state: string; next: string[] | null; subject: string; body: string; due_on: string | null; mine: boolean; history: Omit<Move, 'number'>[]; notes: Noted[]; calls: { at: string; name: string; outcome: string }[] }

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
  const picked = lines.value.filter((l) => ticked.value.includes(l.number))
  return (
    <main class="links" id="worklist">
      <h1>{text('work.title')}</h1>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      <CaseFilter of={filter} />
      {leads && <Assign of={picked} done={() => { ticked.value = []; void read() }} />}
      <MoveTogether of={picked.filter((l) => l.assignee === agent.value?.login)} done={() => { ticked.value = [] }} />
      <Batches moved={() => void read()} />
      {lines.value.length === 0 ? <p class="muted">{text('work.none')}</p> : (
        <CaseTable lines={lines.value} ticked={ticked.value} tick={(numbers) => (ticked.value = numbers)} take={(number) => void take(number)} open={(number) => (chosen.value = number)} />
      )}
      {next.value && <More key={next.value} read={() => void read(next.value)} />}
      {leads && <Agencies />}
      {chosen.value && <Opened number={chosen.value} key={chosen.value} moved={() => void read()} close={() => {
        const number = chosen.value
        chosen.value = ''
        document.querySelector<HTMLElement>(`#worklist tr[data-number="${number}"] button`)?.focus()
      }} />}
    </main>
  )
}

// More reads the next page of the list: by itself once it comes into view.
function More({ read }: { read(): void }) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const watcher = new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting)) read() }, { rootMargin: '600px' })
    watcher.observe(button.current!)
    return () => watcher.disconnect()
  }, [])
  return <button class="more" ref={button} onClick={read}>{text('work.more')}</button>
}

// Opened is the case that is worked on, at the bottom of the list. It has the focus once it is there; Escape closes it.
function Opened({ number, moved, close }: { number: string; moved(): void; close(): void }) {
  const heading = useRef<HTMLHeadingElement>(null)
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
    heading.current?.focus()
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
    <section id="opened-case" onInput={writes} onKeyDown={(e) => { if (e.key === 'Escape' && !e.defaultPrevented) close() }}>
      <div class="row">
        <h2 ref={heading} tabIndex={-1}>{c.number.replace(/(\d{3})(?=\d)/g, '$1 ')} · {text('kind.' + c.kind)} · {text('case.' + c.state)}</h2>
        <button class="plain close" aria-label={text('work.close')} title={text('work.close')} onClick={close}>×</button>
      </div>
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
