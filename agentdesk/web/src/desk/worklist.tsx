import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Agencies } from './agencies'
import { Attachments, type Attachment } from './attachments'
import { Links, type Link } from './case_links'
import { Body } from './cases'
import { agent, now, section, send } from './desk'
import { text } from './texts'
import { day, stamp } from './time'

interface Line {
  id: number; number: string; kind: string; state: string; service: string; agency: string; priority: number; queue: string; assignee: string
  due_at: string | null; opened_at: string
}
interface Move { from: string; to: string; at: string; by: string; why: string; told: string }
interface Whole { links: Link[]; attachments: Attachment[]; number: string; kind: string; state: string; next: string[] | null; subject: string; body: string; due_on: string | null; mine: boolean; history: Move[] }

const views = ['mine', 'queued', 'overdue', 'due'] as const
const soon = 24 * 3600 * 1000 // milliseconds before the term

// Worklist shows cases to work on, by term or by whose they are. What a case is about shows once the agent has it.
export function Worklist() {
  const view = useSignal<(typeof views)[number]>('mine')
  const lines = useSignal<Line[]>([])
  const next = useSignal('')
  const chosen = useSignal('')
  const wrong = useSignal('')
  const read = async (after = '') => {
    const answer = await fetch(`/desk/cases?view=${view.value}${after && `&after=${encodeURIComponent(after)}`}`).catch(() => null)
    if (answer?.status === 403) section.value = 'contacts'
    if (!answer?.ok) return
    const page = (await answer.json()) as { cases: Line[]; next?: string }
    lines.value = after ? [...lines.value, ...page.cases] : page.cases
    next.value = page.next ?? ''
  }
  useEffect(() => { void read() }, [view.value])
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
      <nav class="views">
        {views.map((v) => (
          <button key={v} id={'view-' + v} class="plain" aria-pressed={view.value === v} onClick={() => (view.value = v)}>{text('work.' + v)}</button>
        ))}
      </nav>
      {lines.value.length === 0 ? <p class="muted">{text('work.none')}</p> : (
        <table class="worklist">
          <thead><tr>{['number', 'kind', 'state', 'term', 'priority', 'who', 'take'].map((key) => <th key={key} scope="col">{text('work.' + key)}</th>)}</tr></thead>
          <tbody>
            {lines.value.map((l) => (
              <tr key={l.id} data-number={l.number}>
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
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {next.value && <button onClick={() => void read(next.value)}>{text('work.more')}</button>}
      {agent.value?.role !== 'agent' && <Agencies />}
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
  const read = async () => {
    const answer = await fetch(`/desk/cases/${number}`).catch(() => null)
    if (answer?.ok) whole.value = (await answer.json()) as Whole
  }
  useEffect(() => { void read() }, [number])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const answer = await send(`/desk/cases/${number}/move`, { from: whole.value!.state, to: form.get('to'), why: form.get('why'), due_on: form.get('due') })
    wrong.value = answer.ok ? '' : answer.code
    void read()
    moved()
  }
  const c = whole.value
  if (!c) return null
  return (
    <section id="opened-case">
      <h2>{c.number.replace(/(\d{3})(?=\d)/g, '$1 ')} · {text('kind.' + c.kind)} · {text('case.' + c.state)}</h2>
      <p class="subject">{c.subject}</p>
      <Body of={c} />
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {c.mine && (c.next?.length ?? 0) > 0 && (
        <form class="inline" onSubmit={submit}>
          <label>{text('case.to')}<select name="to">{c.next!.map((s) => <option key={s} value={s}>{text('case.' + s)}</option>)}</select></label>
          <label>{text('case.why')}<input name="why" required maxLength={1000} /></label>
          <label>{text('case.due')}<input name="due" type="date" defaultValue={c.due_on ?? ''} /></label>
          <button class="primary">{text('case.save')}</button>
        </form>
      )}
      <Attachments of={c} mine={c.mine} changed={() => void read()} />
      <Links of={c} mine={c.mine} changed={() => { void read(); moved() }} />
      <ol class="history">
        {c.history.map((m, i) => (
          <li key={i}>
            <span class="muted">{stamp(m.at)} · {m.by}</span> {text('case.' + m.to)}{m.why && ` · ${m.why}`}
            {m.told && <div class="muted">{text('work.told')}: {m.told}</div>}
          </li>
        ))}
      </ol>
    </section>
  )
}
