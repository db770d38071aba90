import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useCanned } from '../knowledge/canned_list'
import { Cases } from './cases'
import { Context, Who } from './contacts'
import { act, agent, begun, connected, current, load, now, send, views } from '../store/desk'
import { draftOf, write } from './drafts'
import { useMentions } from '../colleagues/mentions'
import { Call } from './outgoing'
import { Outbox, post } from './outbox'
import { byPhone, stateOf } from '../store/protocol'
import type { Contact, Numbered, View } from '../store/protocol'
import { FirstSteps } from './first_steps'
import { Knowledge } from '../knowledge/knowledge'
import { Parties, PassThread, Softphone } from './softphone'
import { language, text } from '../store/texts'
import { Thread } from './thread'
import { since } from '../store/time'
import { WrapUp } from './wrapup'

// ContactPane shows the contact that the agent is working on.
export function ContactPane() {
  const c = current.value
  if (!c) {
    return (
      <section class="pane nobody">
        <p>{text(agent.value?.status === 'available' ? 'contacts.wait' : 'contacts.hint')}</p>
        <FirstSteps />
      </section>
    )
  }
  const view = views.value[c.id]
  return (
    <section class="pane" key={c.id}>
      <Head contact={c} view={view} />
      <Parties contact={c} />
      <div class="columns">
        <div class="middle">
          {c.state === 'wrap_up' && <WrapUp contact={c} />}
          {view && <Thread view={view}><Outbox contact={c} /></Thread>}
          {c.channel === 'sms' && c.state === 'connected' && <Reply contact={c} />}
        </div>
        <aside class="side">
          {view && <Cases contact={c} cases={view.cases} changed={() => void load(c.id)} />}
          <Note contact={c} />
          {view && <Knowledge contact={c} view={view} />}
        </aside>
      </div>
    </section>
  )
}

function Head({ contact: c, view }: { contact: Contact; view: View | undefined }) {
  return (
    <header class="head">
      <div>
        <h1><Who contact={c} /></h1>
        <p>
          <span class="reason">{c.reason[language.value]}</span> <Context contact={c} />
          {view && view.citizen.id > 0 && (
            <>
              <span class="chip verification">{text('verification.' + view.citizen.verification)}</span>
              {c.state === 'connected' && view.citizen.verification !== 'agent' && (
                <button class="chip plain verify" title={text('citizen.verify.how')}
                  onClick={() => void act('verify', { contact: c.id }).then((done) => done && load(c.id))}>{text('citizen.verify')}</button>
              )}
              {c.state === 'connected' && view.citizen.verification === 'agent' && (['bind', 'unbind'] as const).map((deed) => (
                <button key={deed} class={'chip plain ' + deed} title={text(`citizen.${deed}.how`)}
                  onClick={() => void act(deed, { contact: c.id }).then((done) => done && load(c.id))}>{text('citizen.' + deed)}</button>
              ))}
            </>
          )}
          {view && (view.citizen.id > 0 || view.citizen.number) && <Numbers contact={c} masked={view.citizen} />}
          <span class="chip">{c.language.toUpperCase()}</span>
        </p>
      </div>
      <div class="actions">
        <span class="timer" role="timer">{text(stateOf(c))} {c.connected_at && c.state === 'connected' ? since(c.connected_at, now.value) : ''}</span>
        <Softphone contact={c} />
        {view?.citizen.number && (byPhone(c) ? c.state === 'wrap_up' : c.state === 'connected') && <Call whom={{ contact: c.id }} />}
        {c.channel === 'sms' && c.state === 'connected' && <PassThread contact={c} />}
        {c.channel === 'sms' && c.state === 'connected' && (
          <button class="finish" onClick={() => void act('finish', { contact: c.id })}>{text('sms.finish')}</button>
        )}
      </div>
    </header>
  )
}

// reasons are those for which numbers are mostly asked for.
const reasons = ['check', 'form', 'call']

// Numbers are masked until the agent says why they are wanted, which the journal keeps.
function Numbers({ contact: c, masked }: { contact: Contact; masked: Numbered }) {
  const whole = useSignal<Numbered | null>(null)
  const asking = useSignal(false)
  const reveal = async (reason: string) => {
    const answer = await send(`/desk/contacts/${c.id}/reveal`, { reason })
    asking.value = !answer.ok
    if (answer.ok) whole.value = answer.data as unknown as Numbered
  }
  const own = (event: SubmitEvent) => {
    event.preventDefault()
    void reveal(String(new FormData(event.currentTarget as HTMLFormElement).get('reason')))
  }
  const shown = whole.value ?? masked
  return (
    <>
      {asking.value && (
        <div class="asked reveal" role="dialog" aria-label={text('citizen.reveal.why')} onKeyDown={(e) => { if (e.key === 'Escape') asking.value = false }}>
          <p>{text('citizen.reveal.why')}</p>
          <p class="choice">{reasons.map((r) => <button key={r} type="button" class={'reason-' + r} onClick={() => void reveal(text('citizen.reveal.' + r))}>{text('citizen.reveal.' + r)}</button>)}</p>
          <form class="choice" onSubmit={own}><input name="reason" required maxLength={500} autocomplete="off" aria-label={text('citizen.reveal.other')} placeholder={text('citizen.reveal.other')} /><button>{text('citizen.reveal.show')}</button></form>
        </div>
      )}
      {(['number', 'national_number'] as const).filter((kind) => shown[kind]).map((kind) =>
        whole.value ? <span key={kind} class={'chip ' + kind}>{shown[kind]}</span> : (
          <button key={kind} class={'chip plain ' + kind} title={text('citizen.reveal')} aria-expanded={asking.value} onClick={() => (asking.value = !asking.value)}>{shown[kind]}</button>
        ))}
    </>
  )
}

function Reply({ contact: c }: { contact: Contact }) {
  const draft = draftOf(c.id, 'reply')
  const body = draft.text.value.trim()
  const tooLong = draft.most.value > 0 && draft.segments.value > draft.most.value
  // While the page has no connection, nobody answers blind.
  const canned = useCanned(c, draft.text.value, (text, now) => {
    write(c.id, 'reply', text)
    if (now && connected.value) void post(c.id, text)
  })
  const may = connected.value && body !== '' && !tooLong && !canned.open
  const send = (event: Event) => {
    event.preventDefault()
    if (may) void post(c.id, body)
  }
  return (
    <form class="reply" onSubmit={send}>
      {canned.list}
      <textarea ref={useBegin(c)} rows={2} aria-controls={canned.open ? 'canned' : undefined} aria-activedescendant={canned.chosen} aria-label={text('sms.placeholder')} placeholder={text('sms.placeholder')} value={draft.text.value}
        onInput={(e) => write(c.id, 'reply', e.currentTarget.value)}
        onKeyDown={(e) => {
          if (canned.key(e)) return
          if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) send(e)
        }}
        onKeyPress={(e) => {
          if (e.key === 'Enter' && !e.shiftKey) e.preventDefault()
        }} />
      <div class="send">
        <button class="primary" disabled={!may}>{text('sms.send')}</button>
        {body && draft.segments.value > 0 && (
          <span class={'segments' + (draft.segments.value >= draft.many.value ? ' many' : '')} role="status">
            {draft.segments.value} SMS{tooLong && ` > ${draft.most.value}`}{draft.cost.value && ` · ${draft.cost.value}`}
          </span>
        )}
      </div>
    </form>
  )
}

// useBegin puts the focus into a field of a contact that was just accepted.
function useBegin(c: Contact) {
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (begun.value !== c.id) return
    begun.value = 0
    field.current?.focus()
  }, [begun.value])
  return field
}

function Note({ contact: c }: { contact: Contact }) {
  const draft = draftOf(c.id, 'note')
  const add = async (event: SubmitEvent) => {
    event.preventDefault()
    const note = draft.text.value
    if ((await act('note', { contact: c.id, text: note })) && draft.text.value === note) write(c.id, 'note', '')
  }
  const begin = useBegin(c)
  const mentions = useMentions('note', draft.text.value, (note) => write(c.id, 'note', note))
  return (
    <form class="note" onSubmit={add}>
      {mentions.list}
      <textarea ref={byPhone(c) ? begin : undefined} rows={2} aria-label={text('note.placeholder')} placeholder={text('note.placeholder')} value={draft.text.value} {...mentions.labels}
        onInput={(e) => write(c.id, 'note', e.currentTarget.value)} onKeyDown={(e) => void mentions.key(e)} />
      <button disabled={!draft.text.value.trim()}>{text('note.add')}</button>
    </form>
  )
}
