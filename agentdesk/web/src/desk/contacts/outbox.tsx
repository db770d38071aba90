import { signal } from '@preact/signals'
import { connected, now, order } from '../store/desk'
import { draftOf, write } from './drafts'
import type { Contact } from '../store/protocol'
import { text } from '../store/texts'

// What was sent and not answered yet. It goes once: the command keeps its id until it is answered, and whoever takes it back asks the server
// under the same id, which says whether it has gone.
interface Sent {
  id: string
  body: string
  at: number
  back: boolean // it is being taken back
}

const sent = signal<Record<number, Sent[]>>({})
const soon = 1500 // an answer that comes within this is not worth a word

// post sends a reply. Where it cannot be sent, it stands in its field again.
export async function post(contact: number, body: string): Promise<void> {
  write(contact, 'reply', '')
  const command = order('reply', { contact, text: body })
  const mine: Sent = { id: command.id, body, at: Date.now(), back: false }
  sent.value = { ...sent.value, [contact]: [...(sent.value[contact] ?? []), mine] }
  const result = (await command.done) as { taken_back?: boolean } | undefined
  sent.value = { ...sent.value, [contact]: sent.value[contact]!.filter((s) => s.id !== mine.id) }
  if (!result || result.taken_back) write(contact, 'reply', [body, draftOf(contact, 'reply').text.value].filter(Boolean).join('\n'))
}

function takeBack(contact: number, which: Sent): void {
  sent.value = { ...sent.value, [contact]: sent.value[contact]!.map((s) => (s.id === which.id ? { ...s, back: true } : s)) }
  order('take_back', {}, which.id)
}

// Outbox shows what waits, at the end of its thread.
export function Outbox({ contact: c }: { contact: Contact }) {
  return (
    <>
      {(sent.value[c.id] ?? []).map((s) => {
        const late = !connected.value || now.value - s.at > soon
        return (
          <div key={s.id} class="line ours waiting">
            <div class="bubble">{s.body}</div>
            <div class="meta">
              {late && text(s.back ? 'sms.taking_back' : 'sms.waits')}{' '}
              {late && !s.back && <button class="plain take-back" onClick={() => takeBack(c.id, s)}>{text('sms.take_back')}</button>}
            </div>
          </div>
        )
      })}
    </>
  )
}
