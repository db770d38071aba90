// The talk: what an operator does with a call beside speaking.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act, hangUp, mute, muted, now, talking } from '../store/desk'
import { byPhone, stateOf } from '../store/protocol'
import { PoorConnection } from './quality'
import type { Contact, Destinations, Party } from '../store/protocol'
import { language, text } from '../store/texts'

// Softphone has the buttons of a call.
export function Softphone({ contact: c }: { contact: Contact }) {
  const open = useSignal<'' | 'keys' | 'transfer'>('')
  if (!byPhone(c) || !['accepted', 'ringing', 'connected'].includes(c.state)) return null
  const aside = asideOf(c)
  const toggle = (what: 'keys' | 'transfer') => () => (open.value = open.value === what ? '' : what)
  const close = () => (open.value = '')
  return (
    <>
      {c.state === 'connected' && (
        <>
          {talking.value && <button class="mute" onClick={() => mute(!muted.value)} aria-pressed={muted.value}>{text(muted.value ? 'call.unmute' : 'call.mute')}</button>}
          {!c.helps && !aside && <Hold contact={c} />}
          <Recording contact={c} />
          <PoorConnection contact={c} />
          <span class="popup">
            <button class="keys" aria-expanded={open.value === 'keys'} onClick={toggle('keys')}>{text('call.keys')}</button>
            {open.value === 'keys' && <Pad contact={c} close={close} />}
          </span>
          {!c.helps && !aside && (
            <span class="popup">
              <button class="transfer" aria-expanded={open.value === 'transfer'} onClick={toggle('transfer')}>{text('call.transfer')}</button>
              {open.value === 'transfer' && <Transfer contact={c} close={close} />}
            </span>
          )}
        </>
      )}
      {(c.helps || !aside) && <button class="danger hangup" onClick={() => void hangUp(c)}>{text(stateOf(c) === 'state.calling' ? 'outgoing.cancel' : 'call.hangup')}</button>}
    </>
  )
}

const held = (c: Contact) => c.parties.some((p) => p.role === 'citizen' && p.held)

// asideOf is whoever the operator has brought into the call.
const asideOf = (c: Contact): Party | undefined => c.parties.find((p) => p.role === 'consulted' || p.role === 'outside')

function Hold({ contact: c }: { contact: Contact }) {
  return <button class="hold" aria-pressed={held(c)} onClick={() => void act(held(c) ? 'resume' : 'hold', { contact: c.id })}>{text(held(c) ? 'call.resume' : 'call.hold')}</button>
}

// pausedFor is for how many seconds more a recording is silent; 0: it is not.
const pausedFor = (until: string | null): number => Math.max(0, until ? Math.ceil((Date.parse(until) - now.value) / 1000) : 0)

// Recording says whether the talk is recorded, and has it be silent for a while: it goes on by itself.
function Recording({ contact: c }: { contact: Contact }) {
  const r = c.recording
  if (!r) return null
  if (r.state === 'failed') return <span class="recording none" role="status">{text('recording.none')}</span>
  const left = pausedFor(r.paused_until)
  return (
    <>
      <span class={left ? 'recording paused' : 'recording on'} role="status">{left ? `${text('recording.paused')} ${left}` : text('recording.on')}</span>
      <button class="record" aria-pressed={left > 0} title={text('recording.why')}
        onClick={() => void act(left ? 'record_resume' : 'record_pause', { contact: c.id })}>{text(left ? 'recording.resume' : 'recording.pause')}</button>
    </>
  )
}

// Parties are those in a call of more than two, and what may become of them.
export function Parties({ contact: c }: { contact: Contact }) {
  const aside = asideOf(c)
  if (!byPhone(c) || c.state !== 'connected' || (!aside && !c.helps)) return null
  const all = c.parties.every((p) => !p.held)
  return (
    <div class="parties" role="status">
      <ul>
        {c.parties.map((p) => (
          <li key={p.leg} class={p.held ? 'held' : p.state}>{p.title?.[language.value] || p.name || text('speaker.citizen')} <small>{text(p.held ? 'party.held' : 'party.' + p.state)}</small></li>
        ))}
      </ul>
      {c.helps && <span class="muted">{text('call.helps')}</span>}
      {!c.helps && aside?.state === 'up' && (
        <>
          <button class="primary complete" onClick={() => void act('complete', { contact: c.id })}>{text(all ? 'call.leave' : 'call.complete')}</button>
          <button class="swap" onClick={() => void act('swap', { contact: c.id })}>{text('call.swap')}</button>
          {!all && <button class="conference" onClick={() => void act('conference', { contact: c.id })}>{text('call.conference')}</button>}
        </>
      )}
      {!c.helps && aside && <button class="cancel" onClick={() => void act('cancel', { contact: c.id })}>{text('call.cancel')}</button>}
    </div>
  )
}

// Pad sends keys to whoever the operator talks with, each as it is pressed: here, or on the keyboard.
function Pad({ contact: c, close }: { contact: Contact; close: () => void }) {
  const pressed = useSignal('')
  const press = (key: string) => {
    pressed.value += key
    void act('keys', { contact: c.id, keys: key })
  }
  return (
    <div class="asked pad" role="group" aria-label={text('call.keys')} onKeyDown={(e) => {
      if (e.key === 'Escape') close()
      else if ('1234567890*#'.includes(e.key)) press(e.key)
    }}>
      <output>{pressed.value}</output>
      {[...'123456789*0#'].map((key) => <button key={key} data-key={key} onClick={() => press(key)}>{key}</button>)}
    </div>
  )
}

// PassThread passes a thread on.
export function PassThread({ contact: c }: { contact: Contact }) {
  const open = useSignal(false)
  return (
    <span class="popup">
      <button class="transfer" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>{text('call.transfer')}</button>
      {open.value && <Transfer contact={c} close={() => (open.value = false)} />}
    </span>
  )
}

// Transfer passes a call on, at once or after asking, or a thread; a note goes along.
function Transfer({ contact: c, close }: { contact: Contact; close: () => void }) {
  const found = useSignal<Destinations | null>(null)
  const query = useSignal('')
  const note = useSignal('')
  useEffect(() => {
    void fetch('/desk/destinations').then(async (answer) => {
      if (answer.ok) found.value = (await answer.json()) as Destinations
    })
  }, [])
  const to = [
    ...(found.value?.agents ?? []).map((a) => ({ where: { agent: a.id }, title: a.name, asks: true, kind: 'agent' })),
    ...(found.value?.queues ?? []).map((q) => ({ where: { queue: q.name }, title: q.title[language.value] ?? q.name, asks: false, kind: 'queue' })),
    ...(found.value?.outside ?? []).map((o) => ({ where: { outside: o.name }, title: o.title[language.value] ?? o.name, asks: true, kind: 'outside' })),
  ].filter((d) => byPhone(c) || d.kind !== 'outside').filter((d) => d.title.toLowerCase().includes(query.value.trim().toLowerCase()))
  const go = async (name: 'transfer' | 'consult', where: object) => {
    if (await act(name, { contact: c.id, note: note.value, ...where })) close()
  }
  return (
    <div class="asked destinations" role="group" aria-label={text('call.transfer')} onKeyDown={(e) => e.key === 'Escape' && close()}>
      <input type="search" value={query.value} placeholder={text('call.find')} aria-label={text('call.find')} onInput={(e) => (query.value = e.currentTarget.value)} />
      <input name="note" maxLength={500} value={note.value} placeholder={text('call.note')} aria-label={text('call.note')} onInput={(e) => (note.value = e.currentTarget.value)} />
      <ul>
        {to.map((d) => (
          <li key={d.kind + d.title} class="row">
            <span>{d.title} <small class="muted">{text('destination.' + d.kind)}</small></span>
            <span>
              {d.asks && byPhone(c) && <button class="consult" onClick={() => void go('consult', d.where)}>{text('call.consult')}</button>}
              <button class="pass" onClick={() => void go('transfer', d.where)}>{text('call.pass')}</button>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
