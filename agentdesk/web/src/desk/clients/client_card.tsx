import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Problem, type Wrong } from '../parts/problem'
import { text } from '../store/texts'
import { stamp } from '../store/time'

interface Key { id: number; created_at: string; expires_at: string; last_used_at: string | null; ended: boolean }
interface Webhook { url: string; paused: boolean; waiting: number; dead: number }
interface Failure extends Wrong { id: number; event: string; state: string; attempts: number; last_at: string | null }
export interface Client {
  name: string; title: string; scopes: string[]; addresses: string[]; budget: number; notices_day: number; agency: string; suspended: boolean
  keys: Key[]; webhook: Webhook | null
}

// ClientCard shows a client's keys and webhook. What is done to it is done by one reason, which the journal keeps.
export function ClientCard({ of: c, post, change }: { of: Client; post(path: string, body?: object): Promise<boolean>; change(): void }) {
  const why = useSignal('')
  const failures = useSignal<Failure[]>([])
  const read = async () => {
    const answer = await fetch(`/desk/clients/${encodeURIComponent(c.name)}/webhook`).catch(() => null)
    if (answer?.ok) failures.value = ((await answer.json()) as { failures: Failure[] }).failures
  }
  useEffect(() => { if (c.webhook) void read() }, [])
  const act = async (path: string, more: object = {}) => {
    if (await post(path, { why: why.value, ...more })) why.value = ''
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const [what, id] = (event.submitter as HTMLButtonElement).value.split(' ')
    const atOnce = new FormData(event.currentTarget as HTMLFormElement).has('at_once')
    void (what === 'keys' ? act('/keys', { at_once: atOnce }) : what === 'revoke' ? act(`/keys/${id}/revoke`) : act('/' + what))
  }
  return (
    <form class="inline client" data-client={c.name} onSubmit={submit}>
      <h2>{c.title} <span class="muted">{c.name}{c.addresses.length > 0 && ' · ' + c.addresses.join(', ')}</span></h2>
      <label>{text('queues.why')}<input name="why" required maxLength={500} autocomplete="off" value={why.value} onInput={(e) => (why.value = e.currentTarget.value)} /></label>
      <section tabIndex={0}>
        {c.keys.length === 0 ? <p class="muted">{text('clients.keys.none')}</p> : (
          <table>
            <thead><tr>{['key', 'key.made', 'key.used', 'key.ends'].map((k) => <th key={k} scope="col">{text('clients.' + k)}</th>)}<td /></tr></thead>
            <tbody>
              {[...c.keys].reverse().map((k) => (
                <tr key={k.id} data-key={k.id}>
                  <th scope="row">{k.id}</th>
                  <td class="number">{stamp(k.created_at)}</td>
                  <td class="number">{k.last_used_at ? stamp(k.last_used_at) : text('clients.key.never')}</td>
                  <td class="number">{k.ended ? text('clients.key.ended') : stamp(k.expires_at)}</td>
                  <td>{!k.ended && <button class="danger revoke" value={'revoke ' + k.id}>{text('clients.key.revoke')}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <p class="choice">
          <button class="primary new-key" value="keys">{text('clients.key.new')}</button>
          <label class="switch"><input type="checkbox" name="at_once" /> {text('clients.key.at_once')}</label>
          <span class="muted">{text('clients.key.overlap')}</span>
        </p>
      </section>
      <p class="choice">
        <button type="button" class="change" onClick={change}>{text('clients.change')}</button>
        <button class={c.suspended ? 'resume' : 'danger suspend'} value={c.suspended ? 'resume' : 'suspend'}>{text(c.suspended ? 'clients.resume' : 'clients.suspend')}</button>
      </p>
      <section tabIndex={0}>
        <h3>{text('clients.webhook')}</h3>
        <p>{c.webhook ? `${c.webhook.url} · ${c.webhook.paused ? text('clients.webhook.paused') + ' · ' : ''}${text('clients.webhook.waiting')}: ${c.webhook.waiting} · ${text('clients.webhook.dead')}: ${c.webhook.dead}` : text('clients.webhook.none')}</p>
        {c.webhook && failures.value.length > 0 && (
          <table class="failures">
            <caption>{text('clients.failures')}</caption>
            <thead><tr>{['event', 'attempts', 'problem', 'last'].map((k) => <th key={k} scope="col">{text('clients.' + k)}</th>)}<td /></tr></thead>
            <tbody>
              {failures.value.map((f) => (
                <tr key={f.id} data-delivery={f.id}>
                  <th scope="row">{f.event}</th>
                  <td class="number">{f.attempts}</td>
                  <td class="wraps"><Problem of={f} /></td>
                  <td class="number">{f.last_at ? stamp(f.last_at) : '—'}</td>
                  <td>{f.state === 'dead' && <button type="button" class="replay" onClick={() => void post(`/webhook/${f.id}/replay`).then(read)}>{text('clients.replay')}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </form>
  )
}
