import { useEffect, useRef } from 'preact/hooks'
import { accept, act, now, offers } from './desk'
import { language, text } from './texts'
import { since, until } from './time'
import type { Contact } from './protocol'

// Offers stand above everything else, and are the only thing that a screen reader is interrupted for.
export function Offers() {
  return (
    <div class="offers" aria-live="assertive">
      {offers.value.map((c) => <Offer key={c.id} contact={c} />)}
    </div>
  )
}

function Offer({ contact: c }: { contact: Contact }) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  return (
    <section class="offer" role="alertdialog" aria-label={text('offer.' + c.channel)}>
      <div class="channel" aria-hidden="true">{c.channel === 'voice' ? '☎' : '✉'}</div>
      <div class="facts">
        <div class="kind">{text('offer.' + c.channel)} · {c.language.toUpperCase()} · {text('waited')} {since(c.queued_at, now.value)}</div>
        {/* Who it is shows once the contact is accepted. */}
        <b class="reason">{c.reason[language.value]}</b>
      </div>
      <div class="choice">
        <button ref={button} class="primary accept" onClick={() => void accept(c)}>{text('offer.accept')}</button>
        <button class="plain decline" onClick={() => void act('decline', { contact: c.id })}>{text('offer.decline')}</button>
        {c.offer_until && <span class="muted">{until(c.offer_until, now.value)} {text('offer.left')}</span>}
      </div>
    </section>
  )
}
