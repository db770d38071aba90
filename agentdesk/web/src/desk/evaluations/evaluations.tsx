import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { agent, send, unanswered } from '../store/desk'
import { percent, queueTitle, read, type Evaluation, type Subject } from './evaluation'
import { Forms } from './evaluation_forms'
import { SheetOf } from './evaluation_sheet'
import { language, text } from '../store/texts'
import { stamp } from '../store/time'

type View = 'given' | 'own' | 'forms'

// Evaluations say how well contacts were served: a supervisor makes them, by forms, and whoever was evaluated sees the own and replies.
export function Evaluations() {
  const role = agent.value?.role
  const views: View[] = role === 'supervisor' ? ['given', 'own', 'forms'] : role === 'administrator' ? ['forms', 'own'] : ['own']
  const open = useSignal<View>(views[0]!)
  return (
    <main class="links" id="evaluations">
      <h1>{text('evaluations.title')}</h1>
      {views.length > 1 && (
        <nav class="views" aria-label={text('evaluations.title')}>
          {views.map((v) => <button key={v} class="plain" id={'evaluations-' + v} aria-pressed={open.value === v} onClick={() => (open.value = v)}>{text('evaluation.' + v)}</button>)}
        </nav>
      )}
      {open.value === 'given' ? <Given /> : open.value === 'own' ? <Own /> : <Forms />}
    </main>
  )
}

// useEvaluations reads a list of evaluations, and reads it again on demand.
function useEvaluations(path: string) {
  const all = useSignal<Evaluation[] | null>(null)
  const wrong = useSignal('')
  const again = async () => {
    const answer = await read<{ evaluations: Evaluation[] }>(path)
    wrong.value = typeof answer === 'string' ? answer : ''
    if (typeof answer !== 'string') all.value = answer.evaluations
  }
  useEffect(() => { void again() }, [])
  return { all, wrong, again }
}

// Given are the latest evaluations, and what is to be evaluated next.
function Given() {
  const { all, wrong, again } = useEvaluations('/desk/evaluations')
  const contact = useSignal(0)
  const nothing = useSignal(false)
  const open = useSignal<Subject[] | null>(null)
  const choose = async () => {
    const answer = await read<{ contacts: Subject[] }>('/desk/evaluations/contacts')
    if (typeof answer === 'string') return (wrong.value = answer)
    nothing.value = answer.contacts.length === 0
    open.value = answer.contacts
  }
  const next = async () => {
    const answer = await read<{ contact: number | null }>('/desk/evaluations/next')
    if (typeof answer === 'string') return (wrong.value = answer)
    nothing.value = answer.contact === null
    contact.value = answer.contact ?? 0
  }
  return (
    <>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      <p class="choice">
        <button class="primary" id="evaluate-next" onClick={() => void next()}>{text('evaluation.next')}</button> <span class="muted">{text('evaluation.next.how')}</span>
        <button id="evaluate-choose" aria-expanded={open.value !== null} onClick={() => (open.value ? (open.value = null) : void choose())}>{text('evaluation.choose')}</button>
      </p>
      {nothing.value && <p class="muted" role="status">{text('evaluation.nothing')}</p>}
      {open.value && open.value.length > 0 && <Choice of={open.value} choose={(id) => { open.value = null; contact.value = id }} />}
      {contact.value > 0 && <SheetOf key={contact.value} contact={contact.value} close={() => { contact.value = 0; void again() }} />}
      <section tabIndex={0}>
        {all.value?.length === 0 && <p class="muted">{text('evaluation.none')}</p>}
        {(all.value?.length ?? 0) > 0 && (
          <table>
            <thead><tr>{['at', 'agent', 'queue', 'score', 'reply', 'open'].map((key) => <th key={key} scope="col">{text('evaluation.' + key)}</th>)}</tr></thead>
            <tbody>
              {all.value!.map((e) => (
                <tr key={e.contact} data-contact={e.contact}>
                  <td class="number">{stamp(e.evaluated_at)}</td>
                  <th scope="row">{e.agent}</th>
                  <td>{queueTitle(e.queue)}</td>
                  <td class="number">{percent(e.score)}</td>
                  <td class="wraps">{e.reply ? `${text(e.reply.agreed ? 'evaluation.agreed' : 'evaluation.disagreed')}${e.reply.remark && ': ' + e.reply.remark}` : '—'}</td>
                  <td><button class="change" onClick={() => (contact.value = e.contact)}>{text('evaluation.open')}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  )
}

// Choice lists what can be evaluated, for a supervisor who has a reason to look at one contact or one agent.
function Choice({ of: all, choose }: { of: Subject[]; choose(contact: number): void }) {
  const agent = useSignal('')
  return (
    <section id="to-evaluate" tabIndex={0}>
      <select aria-label={text('evaluation.agent')} value={agent.value} onChange={(e) => (agent.value = e.currentTarget.value)}>
        <option value="">{text('evaluation.everybody')}</option>
        {[...new Set(all.map((c) => c.agent))].sort().map((name) => <option key={name} value={name}>{name}</option>)}
      </select>
      <table>
        <thead><tr>{['at', 'agent', 'queue', 'channel', 'open'].map((key) => <th key={key} scope="col">{text('evaluation.' + key)}</th>)}</tr></thead>
        <tbody>
          {all.filter((c) => !agent.value || c.agent === agent.value).map((c) => (
            <tr key={c.contact}>
              <td class="number">{stamp(c.at)}</td>
              <th scope="row">{c.agent}</th>
              <td>{queueTitle(c.queue)}</td>
              <td>{text('offer.' + c.channel)}</td>
              <td><button class="choose" onClick={() => choose(c.contact)}>{text('evaluation.open')}</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

// Own are the evaluations of the agent's own work, with the mean of their scores.
function Own() {
  const { all, wrong, again } = useEvaluations('/desk/evaluations/own')
  const scores = (all.value ?? []).flatMap((e) => (e.score === null ? [] : [e.score]))
  return (
    <>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {all.value?.length === 0 && <p class="muted">{text('evaluation.none')}</p>}
      {scores.length > 0 && <p>{text('evaluation.mean')}: <b>{percent(Math.round(scores.reduce((sum, s) => sum + s, 0) / scores.length))}</b></p>}
      {all.value?.map((e) => <OwnOne key={e.contact} of={e} done={again} />)}
    </>
  )
}

function OwnOne({ of: e, done }: { of: Evaluation; done(): Promise<void> }) {
  const wrong = useSignal('')
  const reply = async (event: SubmitEvent) => {
    event.preventDefault()
    const remark = String(new FormData(event.currentTarget as HTMLFormElement).get('remark'))
    const agreed = (event.submitter as HTMLButtonElement | null)?.value === 'agree'
    const answer = await send(`/desk/contacts/${e.contact}/evaluation/reply`, { agreed, remark })
    wrong.value = answer.ok ? '' : answer.field === 'remark' ? 'evaluation.once' : 'error.' + answer.code
    if (!answer.ok) return
    unanswered.value = Math.max(0, unanswered.value - 1)
    await done()
  }
  return (
    <section class="own-score" data-contact={e.contact} tabIndex={0}>
      <h2>{percent(e.score)} <span class="muted">{queueTitle(e.queue)} · {stamp(e.at)} · {e.by}</span></h2>
      {e.answers === null && <p class="muted">{text('evaluation.erased')}</p>}
      <ul>
        {e.answers?.map((a, i) => (
          <li key={i}>{e.form.questions[i]!.texts[language.value]} <b>{a.value.length > 1 ? text('evaluation.' + a.value) : a.value}</b>{a.remark && <span class="muted"> — {a.remark}</span>}</li>
        ))}
      </ul>
      {e.remark && <p>{e.remark}</p>}
      {e.reply && <p class="muted reply-given">{text(e.reply.agreed ? 'evaluation.agreed' : 'evaluation.disagreed')}{e.reply.remark && ': ' + e.reply.remark}</p>}
      {!e.reply && e.answers !== null && (
        <form class="inline" onSubmit={(event) => void reply(event)}>
          <label>{text('evaluation.reply')}<textarea name="remark" rows={2} maxLength={1000} /></label>
          <p class="muted">{text('evaluation.once')}</p>
          {wrong.value && <p class="wrong" role="alert">{text(wrong.value)}</p>}
          <p class="choice"><button class="primary agree" value="agree">{text('evaluation.agree')}</button><button class="disagree" value="disagree">{text('evaluation.disagree')}</button></p>
        </form>
      )}
    </section>
  )
}
