import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { agent, send } from '../store/desk'
import { Problem, type Wrong } from '../parts/problem'
import { text } from '../store/texts'
import { stamp } from '../store/time'

interface Letter extends Wrong { id: number; event: string; case: string; attempts: number; last_at: string }
interface Key { id: number; created_at: string; expires_at: string; last_used_at: string | null; ended: boolean }
interface Keys { endpoint: { url: string; files: boolean; paused: boolean; signing: number } | null; systems: { client: string; suspended: boolean; keys: Key[] }[] }

// AgencyCard lists what was given up for an agency, and shows an administrator its keys.
export function AgencyCard({ agency, title, dead, changed }: { agency: string; title: string; dead: number; changed(): void }) {
  const letters = useSignal<Letter[]>([])
  const keys = useSignal<Keys | null>(null)
  const secret = useSignal('')
  const wrong = useSignal('')
  const at = '/desk/agencies/' + encodeURIComponent(agency)
  const read = async () => {
    const answer = await fetch(at + '/dead').catch(() => null)
    if (answer?.ok) letters.value = ((await answer.json()) as { letters: Letter[] }).letters
    if (agent.value?.role !== 'administrator') return
    const kept = await fetch(at + '/keys').catch(() => null)
    if (kept?.ok) keys.value = (await kept.json()) as Keys
  }
  useEffect(() => { void read() }, [dead])
  const post = async (path: string, body?: object) => {
    secret.value = ''
    const answer = await send(at + path, body)
    wrong.value = answer.ok ? '' : answer.code
    if (answer.ok && answer.data.key) secret.value = String(answer.data.key)
    await read()
    changed()
    return answer.ok
  }
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const what = (event.submitter as HTMLButtonElement).value
    if (await post('/keys/' + what, { why: new FormData(form).get('why') })) form.reset()
  }
  const k = keys.value
  return (
    <div class="inline agency" data-agency={agency}>
      <h3>{title} <span class="muted">{agency}</span></h3>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {letters.value.length === 0 ? <p class="muted">{text('agencies.letters.none')}</p> : (
        <table class="letters">
          <caption>{text('agencies.letters')}</caption>
          <thead><tr>{['case', 'event', 'attempts', 'problem', 'last'].map((key) => <th key={key} scope="col">{text('agencies.letter.' + key)}</th>)}<td /></tr></thead>
          <tbody>
            {letters.value.map((l) => (
              <tr key={l.id} data-letter={l.id}>
                <th scope="row" class="number">{l.case.replace(/(\d{3})(?=\d)/g, '$1 ')}</th>
                <td>{l.event}</td>
                <td class="number">{l.attempts}</td>
                <td class="wraps"><Problem of={l} /></td>
                <td class="number">{stamp(l.last_at)}</td>
                <td><button class="replay-one" onClick={() => void post(`/dead/${l.id}/replay`)}>{text('agencies.replay')}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {secret.value && (
        <div class="secret" role="status">
          <p>{text('clients.key.once')}</p>
          <input readOnly value={secret.value} aria-label={text('agencies.secret')} autocomplete="off" onFocus={(e) => e.currentTarget.select()} />
          <p class="choice"><button onClick={() => (secret.value = '')}>{text('clients.key.hide')}</button></p>
        </div>
      )}
      {k?.endpoint && !k.endpoint.files && (
        <form class="inline" onSubmit={submit}>
          <p>{text('agencies.secret')}: {k.endpoint.url} · {text('agencies.signing')}: {k.endpoint.signing}</p>
          <label>{text('queues.why')}<input name="why" required maxLength={500} autocomplete="off" /></label>
          <p class="choice">
            <button class="rotate" value="rotate">{text('agencies.rotate')}</button>
            {k.endpoint.signing > 1 && <button class="danger end-old" value="revoke">{text('agencies.end_old')}</button>}
          </p>
        </form>
      )}
      {k && k.systems.length > 0 && (
        <table>
          <caption>{text('agencies.systems')}</caption>
          <thead><tr>{['name', 'key', 'key.made', 'key.used', 'key.ends'].map((key) => <th key={key} scope="col">{text('clients.' + key)}</th>)}</tr></thead>
          <tbody>
            {k.systems.flatMap((s) => s.keys.filter((key) => !key.ended).map((key) => (
              <tr key={key.id}>
                <th scope="row">{s.client}{s.suspended && ' · ' + text('clients.suspended')}</th>
                <td class="number">{key.id}</td>
                <td class="number">{stamp(key.created_at)}</td>
                <td class="number">{key.last_used_at ? stamp(key.last_used_at) : text('clients.key.never')}</td>
                <td class="number">{stamp(key.expires_at)}</td>
              </tr>
            )))}
          </tbody>
        </table>
      )}
    </div>
  )
}
