import { useSignal } from '@preact/signals'
import { Book } from '../appointments/appointments'
import { Day, newDay } from '../parts/day'
import { act } from '../store/desk'
import { draftOf, write } from './drafts'
import { subject } from './own_words'
import type { Case, Contact, OwnCase } from '../store/protocol'
import { language, text } from '../store/texts'
import { day, today } from '../store/time'

const kinds = ['inquiry', 'appeal', 'application', 'callback', 'queue_place']

interface Props {
  contact: Contact
  cases: Case[]
  changed(): void
}

// Cases are the citizen's; the agent opens new ones and moves those there are.
export function Cases({ contact, cases, changed }: Props) {
  const opening = useSignal(draftOf(contact.id, 'case').text.value !== '') // what was begun goes on
  const booking = useSignal(false)
  return (
    <section class="cases">
      <h2>
        {text('cases')}
        <button class="plain book-visit" onClick={() => (booking.value = !booking.value)}>+ {text('appointments.book')}</button>
        <button class="plain open-case" onClick={() => (opening.value = !opening.value)}>+ {text('case.open')}</button>
      </h2>
      {opening.value && <Open contact={contact} done={() => { opening.value = false; changed() }} />}
      {booking.value && <Book contact={contact} done={() => { booking.value = false; changed() }} />}
      {cases.length === 0 && <p class="muted">{text('cases.none')}</p>}
      <ul>
        {cases.map((c) => (
          <li key={c.id} class={'case ' + c.state}>
            <div class="row">
              <b class="number">{c.number.replace(/(\d{3})(?=\d)/g, '$1 ')}</b>
              <span class={'chip state-' + c.state}>{text('case.' + c.state)}</span>
            </div>
            {!c.theirs && <div class="muted">{text('case.asked')}</div>}
            {c.theirs && <Own contact={contact} which={c} changed={changed} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Own({ contact, which: c, changed }: { contact: Contact; which: OwnCase; changed(): void }) {
  const moving = useSignal(false)
  return (
    <>
      <div>{subject(c.subject)}{c.duplicate && ` · ${text('case.duplicate')}`}</div>
      <Body of={c} />
      <div class="row muted">
        <span>{text('kind.' + c.kind)}{c.service && ` · ${c.service} ${c.service_name[language.value] ?? ''}`}{c.due_on && ` · ${text('case.due')} ${day(c.due_on)}`}</span>
        {(c.next?.length ?? 0) > 0 && <button class="plain" onClick={() => (moving.value = !moving.value)}>{text('case.move')}</button>}
      </div>
      {moving.value && <Move contact={contact} which={c} done={() => { moving.value = false; changed() }} />}
    </>
  )
}

// Body is the whole text of a case, unless its subject says all of it.
export function Body({ of: c }: { of: { subject: string; body: string } }) {
  if (!c.body || c.body === c.subject) return null
  return <details class="body"><summary>{text('case.body')}</summary><p>{c.body}</p></details>
}

type CaseForm = Record<'kind' | 'service' | 'subject' | 'body' | 'due_on', string>
const emptyForm: CaseForm = { kind: kinds[0]!, service: '', subject: '', body: '', due_on: '' }

function Open({ contact, done }: { contact: Contact; done(): void }) {
  const draft = draftOf(contact.id, 'case').text.value
  const form: CaseForm = draft ? (JSON.parse(draft) as CaseForm) : emptyForm
  const field = (name: keyof CaseForm) => ({
    name,
    value: form[name],
    onInput: (e: Event) => write(contact.id, 'case', JSON.stringify({ ...form, [name]: (e.currentTarget as HTMLInputElement).value })),
  })
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!(await act('case_open', { contact: contact.id, ...form }))) return
    write(contact.id, 'case', '')
    done()
  }
  return (
    <form class="inline" onSubmit={submit}>
      <label>{text('case.kind')}<select {...field('kind')}>{kinds.map((k) => <option key={k} value={k}>{text('kind.' + k)}</option>)}</select></label>
      <label>{text('case.service')}<input {...field('service')} pattern="[0-9]{3,4}" maxLength={4} placeholder="031" /></label>
      <label>{text('case.subject')}<input {...field('subject')} required maxLength={200} /></label>
      <label>{text('case.body')}<textarea {...field('body')} rows={3} maxLength={10000} /></label>
      <label>{text('case.due')}<Day value={form.due_on} min={today()} onDay={(due_on) => write(contact.id, 'case', JSON.stringify({ ...form, due_on }))} /></label>
      <button class="primary">{text('case.save')}</button>
    </form>
  )
}

function Move({ contact, which, done }: { contact: Contact; which: OwnCase; done(): void }) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const moved = await act('case_move', {
      contact: contact.id, number: which.number, from: which.state, to: String(form.get('to')), why: String(form.get('why') ?? ''), due_on: newDay(form.get('due'), which.due_on), tell: String(form.get('tell') ?? ''),
    })
    if (moved) done()
  }
  return (
    <form class="inline" onSubmit={submit}>
      <label>{text('case.to')}<select name="to">{which.next!.map((s) => <option key={s} value={s}>{text('case.' + s)}</option>)}</select></label>
      <label>{text('case.why')}<input name="why" required maxLength={200} /></label>
      <label>{text('case.due')}<Day name="due" value={which.due_on ?? ''} min={today()} /></label>
      <label>{text('case.tell')}<input name="tell" maxLength={300} /></label>
      <button class="primary">{text('case.save')}</button>
    </form>
  )
}
