import { act, dispositions, filing, now } from '../store/desk'
import { draftOf, write } from './drafts'
import { PromiseCall } from './promise'
import type { Contact } from '../store/protocol'
import { text } from '../store/texts'
import { until } from '../store/time'

interface Filing { disposition: string; note: string }

// WrapUp asks how it ended, and ends the contact. What stands here is kept as it is chosen and written: when the time is over, the server
// files it.
export function WrapUp({ contact: c }: { contact: Contact }) {
  const draft = draftOf(c.id, 'wrap_up').text.value
  const chosen: Filing = draft ? (JSON.parse(draft) as Filing) : { disposition: '', note: '' }
  const change = (part: Partial<Filing>) => write(c.id, 'wrap_up', JSON.stringify({ ...chosen, ...part }))
  const file = async (event: SubmitEvent) => {
    event.preventDefault()
    filing.add(c.id)
    if (!(await act('disposition', { contact: c.id, ...chosen }))) filing.delete(c.id)
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
          <label key={d} class={chosen.disposition === d ? 'chosen' : ''}>
            <input type="radio" name="disposition" value={d} checked={chosen.disposition === d} onChange={() => change({ disposition: d })} />
            {text('disposition.' + d)}
          </label>
        ))}
      </div>
      {chosen.disposition === 'callback' && c.number && <PromiseCall contact={c} />}
      <div class="row">
        <input name="note" placeholder={text('note.placeholder')} aria-label={text('note.placeholder')} value={chosen.note}
          onInput={(e) => change({ note: e.currentTarget.value })} />
        <button class="primary file" disabled={c.must_file && !chosen.disposition}>{text('wrapup.file')}</button>
      </div>
    </form>
  )
}
