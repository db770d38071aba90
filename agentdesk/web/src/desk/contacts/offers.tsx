import { useEffect } from 'preact/hooks'
import { accept, act, connected, now, offers } from '../store/desk'
import { language, text } from '../store/texts'
import { since, stamp, until } from '../store/time'
import { byPhone } from '../store/protocol'
import type { Contact } from '../store/protocol'

// Offers stand above everything else, and are the only thing that a screen reader is interrupted for. They take no focus: whoever writes
// writes on, and accepts the first with a key of its own.
export function Offers() {
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      const first = offers.peek()[0]
      if (e.key !== acceptKey || e.repeat || !first || !connected.peek()) return
      e.preventDefault()
      void (e.shiftKey ? act('decline', { contact: first.id }) : accept(first))
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  return (
    <div class="offers" aria-live="assertive">
      {offers.value.map((c) => <Offer key={c.id} contact={c} />)}
    </div>
  )
}

const acceptKey = 'F2'

function Offer({ contact: c }: { contact: Contact }) {
  return (
    <section class="offer" role="group" aria-label={text('offer.' + c.channel)}>
      <div class="channel" aria-hidden="true">{byPhone(c) ? '☎' : '✉'}</div>
      <div class="facts">
        <div class="kind">{text('offer.' + c.channel)} · {c.language.toUpperCase()} · {text('waited')} {since(c.queued_at, now.value)}</div>
        {c.for_you && <span class="chip for-you">{text('foryou.title')}</span>}
        {c.promised_at && <div class="promised">{text('offer.promised')} {stamp(c.promised_at)}</div>}
        {/* Who it is shows once the contact is accepted. */}
        <b class="reason">{c.reason[language.value]}</b>
        <div class="muted">{c.queue_title[language.value]}</div>
      </div>
      <div class="choice">
        <button class="primary accept" disabled={!connected.value} aria-keyshortcuts={acceptKey} onClick={() => void accept(c)}>{text('offer.accept')} <kbd>{acceptKey}</kbd></button>
        <button class="plain decline" disabled={!connected.value} aria-keyshortcuts={'Shift+' + acceptKey} onClick={() => void act('decline', { contact: c.id })}>{text('offer.decline')}</button>
        {c.offer_until && <span class="muted">{until(c.offer_until, now.value)} {text('offer.left')}</span>}
      </div>
    </section>
  )
}
