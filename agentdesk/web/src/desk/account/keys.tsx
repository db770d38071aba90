import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { readMe, send } from '../store/desk'
import { makeKey, possible } from './passkey'
import { text } from '../store/texts'
import { date, stamp } from '../store/time'

interface Key { id: string; name: string; at: string; used_at: string | null }

// Keys lists an agent's security keys, adds and removes them. recovery is shown what comes with the first second factor.
export function Keys({ recovery }: { recovery: (codes: string[]) => void }) {
  const keys = useSignal<Key[]>([])
  const offered = useSignal(false)
  const wrong = useSignal('')
  const read = async () => {
    const answer = await fetch('/desk/passkeys').catch(() => null)
    if (!answer?.ok) return
    const data = (await answer.json()) as { passkeys: Key[]; offered: boolean }
    keys.value = data.passkeys
    offered.value = data.offered
  }
  useEffect(() => void read(), [])
  const add = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const made = await makeKey(String(new FormData(form).get('name')))
    wrong.value = 'wrong' in made ? made.wrong : ''
    if ('wrong' in made) return
    form.reset()
    if (made.recovery.length > 0) recovery(made.recovery)
    else void readMe()
    void read()
  }
  const remove = async (id: string) => {
    const answer = await send(`/desk/passkeys/${id}/remove`)
    wrong.value = answer.ok ? '' : answer.code
    void read()
  }
  if (!offered.value || (!possible && keys.value.length === 0)) return null
  return (
    <div id="keys">
      <h3>{text('keys.title')}</h3>
      <ul>
        {keys.value.map((k) => (
          <li key={k.id}>
            {k.name} <span class="muted">{date(k.at)} · {k.used_at ? stamp(k.used_at) : text('keys.unused')}</span>{' '}
            <button type="button" onClick={() => void remove(k.id)}>{text('keys.remove')}</button>
          </li>
        ))}
      </ul>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {possible && (
        <form onSubmit={add}>
          <label>{text('keys.name')}<input name="name" maxLength={60} required /></label>
          <button>{text('keys.add')}</button>
        </form>
      )}
    </div>
  )
}
