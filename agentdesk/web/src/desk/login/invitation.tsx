import { useSignal } from '@preact/signals'
import { send } from '../store/desk'
import { LanguageChoice } from '../bar/language'
import { Mark } from '../parts/mark'
import { text } from '../store/texts'

const name = '#invitation='

// invited is what the link holds by which this page was opened, or "". It stands behind the #, which no server sees.
export const invited = location.hash.startsWith(name) ? location.hash.slice(name.length) : ''

// Invitation sets the password of whoever has a link.
export function Invitation() {
  const wrong = useSignal('')
  const login = useSignal('')
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    if (form.get('password') !== form.get('again')) {
      wrong.value = 'password_differs'
      return
    }
    const answer = await send('/desk/invitation', { token: invited, password: form.get('password') })
    wrong.value = answer.ok ? '' : answer.code
    if (answer.ok) login.value = String(answer.data.login)
  }
  const enter = () => {
    history.replaceState(null, '', location.pathname)
    location.reload()
  }
  return (
    <main class="login">
      <form onSubmit={submit} id="invitation">
        <div class="brand"><Mark /> Okno</div>
        <h1>{text('invitation.title')}</h1>
        {login.value ? (
          <>
            <p role="status">{text('invitation.done')} <b>{login.value}</b></p>
            <button class="primary" type="button" onClick={enter}>{text('login.title')}</button>
          </>
        ) : (
          <>
            <label>{text('account.new')}<input name="password" type="password" autocomplete="new-password" required autofocus /></label>
            <label>{text('invitation.again')}<input name="again" type="password" autocomplete="new-password" required /></label>
            <p class="muted">{text('account.rule')}</p>
            {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
            <button class="primary">{text('invitation.set')}</button>
          </>
        )}
        <LanguageChoice />
      </form>
    </main>
  )
}
