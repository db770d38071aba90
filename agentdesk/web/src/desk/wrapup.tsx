import { useSignal } from '@preact/signals'
import { act, dispositions, now } from './desk'
import type { Contact } from './protocol'
import { text } from './texts'
import { until } from './time'

// WrapUp asks how it ended, and ends the contact.
export function WrapUp({ contact: c }: { contact: Contact }) {
  const outcome = useSignal('')
  const file = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    await act('disposition', { contact: c.id, disposition: outcome.value, note: form.get('note') })
  }
  return (
    <form class="wrapup" onSubmit={file}>
      <h2>
        {text('wrapup.title')}
        {c.wrap_up_until && <span class="muted" role="timer"> {until(c.wrap_up_until, now.value)} {text('wrapup.left')}</span>}
        <button type="button" class="plain" onClick={() => void act('extend', { contact: c.id })}>{text('wrapup.extend')}</button>
      </h2>
      <div class="outcomes" role="radiogroup" aria-label={text('wrapup.title')}>
        {dispositions.value.map((d) => (
          <label key={d} class={outcome.value === d ? 'chosen' : ''}>
            <input type="radio" name="disposition" value={d} checked={outcome.value === d} onChange={() => (outcome.value = d)} />
            {text('disposition.' + d)}
          </label>
        ))}
      </div>
      <div class="row">
        <input name="note" placeholder={text('note.placeholder')} aria-label={text('note.placeholder')} />
        <button class="primary file" disabled={!outcome.value}>{text('wrapup.file')}</button>
      </div>
    </form>
  )
}
