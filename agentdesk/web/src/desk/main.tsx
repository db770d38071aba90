import { render } from 'preact'
import { Announcements } from './floor/announcements'
import { Appointments } from './appointments/appointments'
import { addressed } from './cases/case_filter'
import { CannedReplies } from './knowledge/canned_replies'
import { Contacts } from './contacts/contacts'
import { acceptByItself } from './contacts/auto_accept'
import { follow } from './contacts/deliveries'
import { ContactPane } from './contacts/contact'
import './desk.css'
import './theme.css'
import { connected, elsewhere, loggedIn, logOut, me, onWord, overdue, problem, proveWanted, run, section, start, told } from './store/desk'
import { Account, Prove, SecondFactor } from './account/account'
import { watch } from './account/devices'
import { Invitation, invited } from './login/invitation'
import { Later } from './parts/later'
import { ailing, works } from './account/microphone'
import { Login } from './login/login'
import { Offers } from './contacts/offers'
import { Passwords } from './otp/otp'
import { Palette } from './bar/palette'
import { SearchResults } from './search/search'
import { allowSound } from './store/sound'
import { claim, place, takeOver } from './bar/tabs'
import { addTexts, text, language } from './store/texts'
import { dress } from './bar/theme'
import { hour } from './store/time'
import { Talks } from './floor/talks'
import { TopBar } from './bar/topbar'
import { saveWhenHidden } from './contacts/drafts'
import { tidyAddress } from './login/sso'
import { arrived, watch as watchUnseen } from './contacts/unseen'
import { sayValidity } from './parts/validity'
import { Wallboard } from './floor/wall'
import { Worklist } from './cases/worklist'

// What administrators and leaders open now and then is not loaded with the page.
const loadDialogues = async () => (await import('./dialogues/dialogues')).Dialogues
const loadClients = async () => (await import('./clients/clients')).Clients
const loadQueueSettings = async () => (await import('./queues/queue_settings')).QueueSettings
const loadPeople = async () => (await import('./people/people')).People
const loadReports = async () => (await import('./reports/reports')).Reports
const loadCatalogue = async () => (await import('./catalogue/catalogue')).Catalogue
const loadLinks = async () => (await import('./links/links')).Links

const evaluations = async () => {
  const [{ Evaluations }, { evaluationTexts }] = await Promise.all([import('./evaluations/evaluations'), import('./evaluations/evaluation_texts')])
  addTexts(evaluationTexts)
  return Evaluations
}

const journal = async () => {
  const [{ Journal }, { journalTexts }] = await Promise.all([import('./journal/journal'), import('./journal/journal_texts')])
  addTexts(journalTexts)
  return Journal
}

const calendars = async () => {
  const [{ Calendars }, { calendarTexts }] = await Promise.all([import('./calendars/calendars'), import('./calendars/calendar_texts')])
  addTexts(calendarTexts)
  return Calendars
}

const memos = async () => {
  const [{ Memos }, { memoTexts }] = await Promise.all([import('./colleagues/memos'), import('./colleagues/memo_texts')])
  addTexts(memoTexts)
  return Memos
}

const staffing = async () => {
  const [{ Staffing }, { staffingTexts }] = await Promise.all([import('./staffing/staffing'), import('./staffing/staffing_texts')])
  addTexts(staffingTexts)
  return Staffing
}

function Page() {
  if (invited) return <Invitation />
  if (loggedIn.value === null) return null
  if (!loggedIn.value) return <Login />
  if (place.value === 'elsewhere') {
    return (
      <main class="pane nobody" id="other-tab">
        <p>{text('tab.elsewhere')}</p>
        <button class="primary" onClick={takeOver}>{text('tab.take')}</button>
      </main>
    )
  }
  if (me.value?.second_factor.wanted) {
    return (
      <main class="links account">
        <SecondFactor />
        <button class="plain logout" onClick={() => void logOut()}>{text('logout')}</button>
      </main>
    )
  }
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
      {elsewhere.value && (
        <div class="banner" role="status" id="elsewhere">
          {text('account.elsewhere')} {hour(elsewhere.value.at)} · {elsewhere.value.address}
          <button class="plain" onClick={() => { elsewhere.value = null; section.value = 'account' }}>{text('account.logins')}</button>
          <button class="plain" aria-label="×" onClick={() => (elsewhere.value = null)}>×</button>
        </div>
      )}
      {ailing.value && (
        <div class="banner error" role="alert" id="microphone">
          {text('microphone.' + ailing.value)}
          <button class="plain" onClick={() => void works()}>{text('microphone.again')}</button>
        </div>
      )}
      {overdue.value && (
        <div class="banner" role="status" id="overdue">
          {text('wrapup.saved')}
          <button class="plain" aria-label="×" onClick={() => (overdue.value = false)}>×</button>
        </div>
      )}
      {told.value && (
        <div class="banner" role="alert" id="told">
          {text(told.value.key)} {told.value.name}
          <button class="plain" aria-label="×" onClick={() => (told.value = null)}>×</button>
        </div>
      )}
      {proveWanted.value && <Prove />}
      <Offers />
      <Palette />
      {section.value === 'account' ? (
        <Account />
      ) : section.value === 'canned' ? (
        <CannedReplies />
      ) : section.value === 'evaluations' ? (
        <Later key="evaluations" load={evaluations} />
      ) : section.value === 'calendars' ? (
        <Later key="calendars" load={calendars} />
      ) : section.value === 'memos' ? (
        <Later key="memos" load={memos} />
      ) : section.value === 'staffing' ? (
        <Later key="staffing" load={staffing} />
      ) : section.value === 'people' ? (
        <Later key="people" load={loadPeople} />
      ) : section.value === 'queues' ? (
        <Later key="queues" load={loadQueueSettings} />
      ) : section.value === 'clients' ? (
        <Later key="clients" load={loadClients} />
      ) : section.value === 'dialogues' ? (
        <Later key="dialogues" load={loadDialogues} />
      ) : section.value === 'journal' ? (
        <Later key="journal" load={journal} />
      ) : section.value === 'wall' ? (
        <Wallboard />
      ) : section.value === 'talks' ? (
        <Talks />
      ) : section.value === 'announcements' ? (
        <Announcements />
      ) : section.value === 'sms' ? (
        <Later key="sms" load={loadLinks} />
      ) : section.value === 'otp' ? (
        <Passwords />
      ) : section.value === 'catalogue' ? (
        <Later key="catalogue" load={loadCatalogue} />
      ) : section.value === 'appointments' ? (
        <Appointments />
      ) : section.value === 'reports' ? (
        <Later key="reports" load={loadReports} />
      ) : section.value === 'work' ? (
        <Worklist />
      ) : section.value === 'search' ? (
        <SearchResults />
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
tidyAddress()
run()
follow()
saveWhenHidden()
watchUnseen()
onWord(arrived)
claim()
acceptByItself()
sayValidity()
if (addressed()) section.value = 'work'
watch()
dress()
for (const gesture of ['pointerdown', 'keydown']) window.addEventListener(gesture, allowSound, { once: true }) // the ring sounds after a reload, too
render(<Page />, document.getElementById('app')!)
if (!invited) void start()
