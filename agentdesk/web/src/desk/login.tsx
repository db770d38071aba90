import { useSignal } from '@preact/signals'
import { logIn } from './desk'
import { allowSound } from './sound'
import { text } from './texts'
import { LanguageChoice } from './topbar'

export function Login() {
  const wrong = useSignal('')
  const busy = useSignal(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    allowSound()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    busy.value = true
    wrong.value = await logIn(String(form.get('login')), String(form.get('password')))
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
        {wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
        <button class="primary" disabled={busy.value}>{text('login.enter')}</button>
        <LanguageChoice />
      </form>
    </main>
  )
}

// Mark is the window that gives Okno its name.
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="currentColor" />
      <path d="M8 7h16v18H8zM16 7v18M8 15h16" fill="none" stroke="white" stroke-width="2.5" />
    </svg>
  )
}
