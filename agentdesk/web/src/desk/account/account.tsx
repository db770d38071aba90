import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { agent, me, proveWanted, readMe, send } from '../store/desk'
import { Keys } from './keys'
import { possible, signWith } from './passkey'
import { SoundCheck } from './soundcheck'
import { goToProvider } from '../login/sso'
import { text } from '../store/texts'
import { setTheme, theme, themes, type Theme } from '../bar/theme'
import { stamp } from '../store/time'
import { askToNotify, mayNotify } from '../contacts/unseen'

interface OpenLogin {
  id: string
  at: string
  seen_at: string
  address: string
  browser: string
  current: boolean
}

const logins = signal<OpenLogin[]>([])

async function readLogins(): Promise<void> {
  const answer = await fetch('/desk/logins').catch(() => null)
  if (answer?.ok) logins.value = ((await answer.json()) as { logins: OpenLogin[] }).logins
}

// Account is an agent's own: password, second factor, logins.
export function Account() {
  useEffect(() => {
    void readLogins()
    void readMe()
  }, [])
  return (
    <main class="links account">
      <h1>{agent.value!.name}</h1>
      {mayNotify.value === 'default' && <section><button id="notify" onClick={() => void askToNotify()}>{text('notify.allow')}</button></section>}
      <section>
        <label>{text('theme')}{' '}
          <select id="theme" value={theme.value} onChange={(e) => setTheme(e.currentTarget.value as Theme)}>
            {themes.map((t) => <option key={t} value={t}>{text('theme.' + t)}</option>)}
          </select>
        </label>
      </section>
      <SoundCheck />
      <SecondFactor />
      {!me.value?.second_factor.federal && (
        <section>
          <h2>{text('account.password')}</h2>
          <PasswordChange />
        </section>
      )}
      <section tabIndex={0}>
        <h2>{text('account.logins')}</h2>
        <table class="logins">
          <thead><tr>{['since', 'seen', 'address', 'browser', 'end'].map((key) => <th key={key} scope="col">{text('account.' + key)}</th>)}</tr></thead>
          <tbody>
            {logins.value.map((l) => (
              <tr key={l.id} data-current={l.current}>
                <td>{stamp(l.at)}</td>
                <td>{stamp(l.seen_at)}</td>
                <td>{l.address}</td>
                <td>{l.browser}</td>
                <td>
                  {l.current ? text('account.current') : (
                    <button onClick={() => void send(`/desk/logins/${l.id}/end`).then(readLogins)}>{text('account.end')}</button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </main>
  )
}

// Wrong shows what keeps a form from being done.
function Wrong({ code }: { code: string }) {
  return code ? <p class="wrong" role="alert">{text('error.' + code)}</p> : null
}

// useForm sends a form's fields, and keeps the code of what was wrong.
function useForm(path: string, done: (answer: Record<string, unknown>) => void) {
  const wrong = useSignal('')
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const answer = await send(path, Object.fromEntries(new FormData(form)))
    wrong.value = answer.ok ? '' : answer.code
    if (!answer.ok) return
    form.reset()
    done(answer.data)
  }
  return { wrong, submit }
}

function PasswordChange() {
  const { wrong, submit } = useForm('/desk/password', () => location.reload())
  return (
    <form id="password-change" onSubmit={submit}>
      <label>{text('account.old')}<input name="old" type="password" autocomplete="current-password" required /></label>
      <label>{text('account.new')}<input name="new" type="password" autocomplete="new-password" required /></label>
      <p class="muted">{text('account.rule')}</p>
      <Wrong code={wrong.value} />
      <button class="primary">{text('account.change')}</button>
    </form>
  )
}

interface Begun { secret: string; uri: string; qr: { size: number; path: string } }

// SecondFactor sets one up, or says that there is one.
export function SecondFactor() {
  const begun = useSignal<Begun | null>(null)
  const recovery = useSignal<string[]>([])
  const { wrong, submit } = useForm('/desk/factor/confirm', (answer) => {
    recovery.value = answer.recovery as string[]
    begun.value = null
  })
  const begin = async () => {
    const answer = await send('/desk/factor')
    if (answer.ok) begun.value = answer.data as unknown as Begun
    else wrong.value = answer.code
  }
  return (
    <section id="second-factor">
      <h2>{text('factor.title')}</h2>
      {recovery.value.length > 0 ? (
        <>
          <p role="status">{text('factor.recovery')}</p>
          <ul class="recovery">{recovery.value.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
          <button class="primary" onClick={() => { recovery.value = []; void readMe() }}>{text('factor.kept')}</button>
        </>
      ) : me.value?.second_factor.federal ? (
        <p>{text('factor.federal')}</p>
      ) : me.value?.second_factor.enrolled ? (
        <p>{text('factor.on')}</p>
      ) : begun.value ? (
        <form onSubmit={submit}>
          <p>{text('factor.how')}</p>
          <svg id="factor-qr" role="img" aria-label={text('factor.qr')} viewBox={`0 0 ${begun.value.qr.size} ${begun.value.qr.size}`} width="240" height="240">
            <rect width="100%" height="100%" fill="#fff" />
            <path d={begun.value.qr.path} fill="#000" shape-rendering="crispEdges" />
          </svg>
          <p><code id="factor-secret">{begun.value.secret}</code></p>
          <p><a href={begun.value.uri}>{text('factor.open')}</a></p>
          <label>{text('login.code')}<input name="code" autocomplete="one-time-code" required /></label>
          <Wrong code={wrong.value} />
          <button class="primary">{text('factor.confirm')}</button>
        </form>
      ) : (
        <>
          {me.value?.second_factor.wanted && <p role="status">{text('error.enrol')}</p>}
          <Wrong code={wrong.value} />
          <button class="primary" onClick={() => void begin()}>{text('factor.begin')}</button>
        </>
      )}
      {!me.value?.second_factor.federal && recovery.value.length === 0 && <Keys recovery={(codes) => (recovery.value = codes)} />}
    </section>
  )
}

// Prove asks for the code that an act wants.
export function Prove() {
  const { wrong, submit } = useForm('/desk/factor/prove', () => (proveWanted.value = false))
  const byKey = async () => {
    const key = await signWith('/desk/factor/key')
    const answer = 'wrong' in key ? null : await send('/desk/factor/prove', { key })
    wrong.value = 'wrong' in key ? key.wrong : answer?.ok ? '' : answer!.code
    if (answer?.ok) proveWanted.value = false
  }
  if (me.value?.second_factor.federal) {
    return (
      <div class="banner" id="prove">
        {text('factor.federal')} <Wrong code={wrong.value} />
        <button class="primary" onClick={() => void goToProvider(true).then((code) => (wrong.value = code))}>{text('factor.again')}</button>
      </div>
    )
  }
  return (
    <form class="banner" id="prove" onSubmit={submit}>
      <label>{text('error.prove')} <input name="code" autocomplete="one-time-code" required autofocus /></label>
      <Wrong code={wrong.value} />
      <button class="primary">{text('factor.confirm')}</button>
      {possible && <button id="prove-key" type="button" onClick={() => void byKey()}>{text('login.key')}</button>}
    </form>
  )
}
