import { render } from 'preact'
import { Contacts } from './contacts'
import { ContactPane } from './contact'
import './desk.css'
import { connected, loggedIn, problem, section, start } from './desk'
import { Links } from './links'
import { Login } from './login'
import { Offers } from './offers'
import { text, language } from './texts'
import { TopBar } from './topbar'

function Page() {
  if (loggedIn.value === null) return null
  if (!loggedIn.value) return <Login />
  return (
    <>
      <TopBar />
      {!connected.value && <div class="banner" role="status">{text('connection.down')}</div>}
      {problem.value && (
        <div class="banner error" role="alert">
          {text('error.' + problem.value)}
          <button class="plain" aria-label="×" onClick={() => (problem.value = '')}>×</button>
        </div>
      )}
      <Offers />
      {section.value === 'sms' ? (
        <Links />
      ) : (
        <main class="desk">
          <Contacts />
          <ContactPane />
        </main>
      )}
    </>
  )
}

document.documentElement.lang = language.value
render(<Page />, document.getElementById('app')!)
void start()
