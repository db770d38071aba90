import { chosen, current, forYou, held, now } from '../store/desk'
import { byPhone, stateOf } from '../store/protocol'
import type { Contact } from '../store/protocol'
import { RecentContacts } from './recent'
import { language, text } from '../store/texts'
import { since, stamp, until } from '../store/time'
import { unseen } from './unseen'

// Contacts are those in the agent's hands.
export function Contacts() {
  return (
    <nav class="contacts" aria-label={text('contacts')}>
      <h1>{text('contacts')}</h1>
      {held.value.length === 0 && <p class="muted empty">{text('contacts.none')}</p>}
      <ul>
        {held.value.map((c) => (
          <li key={c.id}>
            <button class={'contact ' + c.state} aria-current={current.value?.id === c.id} onClick={() => (chosen.value = c.id)}>
              <span class="channel" aria-hidden="true">{byPhone(c) ? '☎' : '✉'}</span>
              <span class="facts">
                <Who contact={c} />
                {unseen.value[c.id] && <span class="unseen">{unseen.value[c.id]} {text('unseen.new')}</span>}
                <span class="muted">{c.reason[language.value]}</span>
                {c.helps && <span class="chip">{text('call.helps')}</span>}
                <span class="timer">
                  {text(stateOf(c))}
                  {c.state === 'connected' && c.connected_at && ' ' + since(c.connected_at, now.value)}
                  {c.state === 'wrap_up' && c.wrap_up_until && ' ' + until(c.wrap_up_until, now.value)}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <ForYou />
      <RecentContacts />
    </nav>
  )
}

// ForYou is what waits for this agent alone: the next offers.
function ForYou() {
  const waiting = forYou.value.filter((c) => Date.parse(c.until) > now.value)
  if (waiting.length === 0) return null
  return (
    <>
      <h2>{text('foryou.title')}</h2>
      <ul class="for-you">
        {waiting.map((c) => (
          <li key={c.id}>
            <span aria-hidden="true">{c.channel === 'sms' ? '✉' : '☎'}</span> {c.reason[language.value]} · <span class="muted">{c.queue_title[language.value]}</span>{' '}
            <span class="timer">{c.due_at ? `${text('foryou.due')} ${stamp(c.due_at)}` : since(c.queued_at, now.value)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

export function Who({ contact: c }: { contact: Contact }) {
  return (
    <span class="person">
      <b>{c.name || text('unknown')}</b> <span class="number">{c.number || text('withheld')}</span>
    </span>
  )
}

export function Context({ contact: c }: { contact: Contact }) {
  return (
    <>
      {Object.entries(c.context ?? {}).map(([name, value]) => <span key={name} class="chip">{text('context.' + name)} {value}</span>)}
    </>
  )
}
