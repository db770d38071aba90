import { useSignal } from '@preact/signals'
import { send } from '../store/desk'
import { text } from '../store/texts'
import { moment } from '../store/time'

export interface Attachment { id: number; name: string; type: string; size: number; by: string; at: string }

interface Props {
  of: { number: string; attachments: Attachment[] }
  mine: boolean
  changed(): void
}

const mostBytes = 20 << 20 // as attachment.MostBytes

// Attachments are the files of a case; whoever has the case adds more.
export function Attachments({ of: c, mine, changed }: Props) {
  const wrong = useSignal('')
  const busy = useSignal(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const file = new FormData(form).get('file') as File
    wrong.value = file.size > mostBytes ? 'file_too_large' : ''
    if (wrong.value) return
    busy.value = true
    const answer = await fetch(`/desk/cases/${c.number}/attachments?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file }).catch(() => null)
    busy.value = false
    wrong.value = !answer ? 'unreachable' : answer.ok ? '' : String(((await answer.json()) as { code: string }).code)
    if (answer?.ok) {
      form.reset()
      changed()
    }
  }
  const remove = async (event: SubmitEvent, id: number) => {
    event.preventDefault()
    const answer = await send(`/desk/cases/${c.number}/attachments/${id}/remove`, Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)))
    wrong.value = answer.ok ? '' : answer.code
    if (answer.ok) changed()
  }
  if (!mine && c.attachments.length === 0) return null
  return (
    <section class="attachments">
      <h3>{text('files.title')}</h3>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      <ul>
        {c.attachments.map((a) => (
          <li key={a.id}>
            <a href={`/desk/cases/${c.number}/attachments/${a.id}`} download={a.name}>{a.name}</a>
            <span class="muted"> · {Math.ceil(a.size / 1024)} KB · {a.by} · {moment(a.at)}</span>
            {mine && (
              <details class="remove-file">
                <summary>{text('files.remove')}</summary>
                <form class="inline" onSubmit={(event) => remove(event, a.id)}>
                  <label>{text('case.why')}<input name="why" required maxLength={1000} /></label>
                  <button>{text('files.remove')}</button>
                </form>
              </details>
            )}
          </li>
        ))}
      </ul>
      {mine && (
        <form class="inline" onSubmit={submit}>
          <label>{text('files.file')}<input name="file" type="file" required /></label>
          <button disabled={busy.value}>{text('files.add')}</button>
        </form>
      )}
    </section>
  )
}
