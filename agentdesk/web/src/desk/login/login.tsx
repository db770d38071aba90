import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { codeWanted, logIn } from '../store/desk'
import { LanguageChoice } from '../bar/language'
import { Mark } from '../parts/mark'
import { allowSound } from '../store/sound'
import { possible, signWith } from '../account/passkey'
import { goToProvider, offered, readWays, refused } from './sso'
import { text } from '../store/texts'

export function Login() {
  const wrong = useSignal(refused && text('error.' + refused))
  useEffect(() => void readWays(), [])
  const leave = async () => {
    const code = await goToProvider(false)
    if (code) wrong.value = text('error.' + code)
  }
  const busy = useSignal(false)
  const byKey = async (form: HTMLFormElement) => {
    const given = new FormData(form)
    const login = String(given.get('login'))
    const password = String(given.get('password'))
    busy.value = true
    wrong.value = ''
    const key = await signWith('/desk/login/key', { login, password })
    wrong.value = 'wrong' in key ? text('error.' + key.wrong) : await logIn(login, password, '', key)
    busy.value = false
  }
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    allowSound()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    busy.value = true
    wrong.value = ''
    wrong.value = await logIn(String(form.get('login')), String(form.get('password')), String(form.get('code') ?? ''))
    busy.value = false
  }
  return (
    <main class="login">
      <form onSubmit={submit}>
        <div class="brand"><Mark /> Okno</div>
        <h1>{text('login.title')}</h1>
        <label>
          {text('login.login')}
          <input name="login" autocomplete="username" required autofocus />
        </label>
        <label>
          {text('login.password')}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {codeWanted.value && (
          <label>
            {text('login.code')}
            <input name="code" autocomplete="one-time-code" required autofocus />
          </label>
        )}
        {codeWanted.value && possible && (
          <button id="login-key" type="button" disabled={busy.value} onClick={(e) => void byKey(e.currentTarget.form!)}>{text('login.key')}</button>
        )}
        {wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
        <button class="primary" disabled={busy.value}>{text('login.enter')}</button>
        {offered.value && <button id="sso" type="button" onClick={() => void leave()}>{text('login.sso')}</button>}
        <LanguageChoice />
      </form>
    </main>
  )
}
