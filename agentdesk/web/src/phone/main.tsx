// A citizen's phone, for trying Okno out: calls over WebRTC, messages through the SMSC simulator, for any number.
import { computed, effect, signal } from '@preact/signals'
import { render } from 'preact'
import { Telephone, type Account } from '../shared/sip'
import './phone.css'
import { language, languages, setLanguage, text, type Language } from './texts'

interface Message {
  id: number
  from: string
  to: string
  text: string
  at: string
  state: string
  segments?: number
}

const number = signal(localStorage.getItem('okno-phone') ?? '')
const line = signal('1414')
const on = signal(false)
const registered = signal(false)
const voice = signal(true)
const call = signal<'none' | 'ringing' | 'incoming' | 'talking'>('none')
const keyed = signal('')
const began = signal(0)
const now = signal(Date.now())
const messages = signal<Message[]>([])
const draft = signal('')
const trouble = signal('')
const own = computed(() => number.value.replace(/^\+/, ''))

setInterval(() => (now.value = Date.now()), 1000)

let dialled = false
const telephone = new Telephone({
  registered: (up) => (registered.value = up),
  call: (state, why) => {
    if (state === 'ringing') call.value = dialled ? 'ringing' : 'incoming'
    if (state === 'talking') {
      call.value = 'talking'
      began.value = Date.now()
    }
    if (state === 'ended') {
      call.value = 'none'
      dialled = false
      if (why && !['Terminated', 'Canceled'].includes(why)) trouble.value = `${text('trouble.ended')} ${why}`
    }
  },
})

async function turnOn(event: SubmitEvent): Promise<void> {
  event.preventDefault()
  trouble.value = ''
  const typed = String(new FormData(event.currentTarget as HTMLFormElement).get('number'))
  const answer = await fetch('account', { method: 'POST', body: JSON.stringify({ number: typed }) }).catch(() => null)
  if (!answer?.ok) {
    trouble.value = text(answer?.status === 422 ? 'trouble.number' : 'trouble.away')
    return
  }
  const account = (await answer.json()) as { number: string; line: string; sip: Account | null }
  number.value = account.number
  line.value = account.line
  localStorage.setItem('okno-phone', account.number)
  voice.value = account.sip !== null
  on.value = true
  if (account.sip) await telephone.start(account.sip)
}

function turnOff(): void {
  telephone.hangUp()
  telephone.stop()
  on.value = false
  registered.value = false
  messages.value = []
}

function dial(): void {
  trouble.value = ''
  keyed.value = ''
  dialled = true
  telephone.call(line.value)
}

function press(key: string): void {
  telephone.press(key)
  keyed.value += key
}

// The thread comes over server-sent events, and again from its beginning after the connection broke.
effect(() => {
  if (!on.value) return
  const query = '?number=' + encodeURIComponent(number.peek())
  const read = async () => {
    const answer = await fetch('sms/messages' + query).catch(() => null)
    if (answer?.ok) ((await answer.json()) as Message[] | null)?.forEach(keep)
  }
  const events = new EventSource('sms/events' + query)
  events.onopen = () => void read()
  events.onmessage = ({ data }) => keep(JSON.parse(String(data)) as Message)
  return () => events.close()
})

function keep(m: Message): void {
  messages.value = [...messages.value.filter((other) => other.id !== m.id), m].sort((a, b) => a.id - b.id)
}

async function send(event: Event): Promise<void> {
  event.preventDefault()
  const written = draft.value.trim()
  if (!written) return
  draft.value = ''
  trouble.value = ''
  const answer = await fetch('sms/mo', { method: 'POST', body: JSON.stringify({ from: number.value, to: line.value, text: written }) }).catch(() => null)
  if (!answer?.ok) trouble.value = text(answer ? 'trouble.unsent' : 'trouble.no_simulator')
}

function Phone() {
  return (
    <main>
      <aside>
        <h1>{text('title')}</h1>
        <Languages />
        <p>{text('what')}</p>
        <p>{text('keys')} <kbd>2</kbd> {text('keys.case')} <kbd>1</kbd> <kbd>1</kbd> <kbd>031</kbd>, {text('keys.sms')} <q>ИНФО брак</q>. {text('keys.stranger')}</p>
        {trouble.value && <p class="trouble" role="alert">{trouble.value}</p>}
      </aside>
      <section class="handset">
        <div class="speaker" aria-hidden="true" />
        <div class="screen">{on.value ? <Screen /> : <TurnOn />}</div>
        <Pad />
      </section>
      {on.value && <Thread />}
    </main>
  )
}

function Languages() {
  return (
    <p class="languages" role="group" aria-label={text('language')}>
      {(Object.keys(languages) as Language[]).map((l) => (
        <button key={l} class="plain" lang={l} aria-pressed={language.value === l} onClick={() => setLanguage(l)}>{languages[l]}</button>
      ))}
    </p>
  )
}

function TurnOn() {
  return (
    <form class="on" onSubmit={turnOn}>
      <label>{text('number')} <input name="number" type="tel" defaultValue={number.value || '+77010000002'} required /></label>
      <button class="green">{text('on')}</button>
    </form>
  )
}

function Screen() {
  const seconds = Math.max(0, Math.floor((now.value - began.value) / 1000))
  return (
    <>
      <div class="small">{number.value} · {text(voice.value ? (registered.value ? 'ready' : 'no_network') : 'sms_only')}</div>
      <div class="big" role="status" id="call-state">
        {call.value === 'none' && 'Okno'}
        {call.value === 'ringing' && `${text('calling')} ${line.value}…`}
        {call.value === 'incoming' && text('incoming')}
        {call.value === 'talking' && `${line.value} · ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`}
      </div>
      <div class="keyed">{keyed.value || '\u00a0'}</div>
      <div class="buttons">
        {call.value === 'none' && <button class="green" id="call" disabled={!registered.value} onClick={dial}>{text('call')} {line.value}</button>}
        {call.value === 'incoming' && <button class="green" onClick={() => telephone.answer()}>{text('answer')}</button>}
        {call.value !== 'none' && <button class="red" id="hangup" onClick={() => telephone.hangUp()}>{text('hang_up')}</button>}
        {call.value === 'none' && <button class="plain" onClick={turnOff}>{text('off')}</button>}
      </div>
    </>
  )
}

const letters: Record<string, string> = { 2: 'abc', 3: 'def', 4: 'ghi', 5: 'jkl', 6: 'mno', 7: 'pqrs', 8: 'tuv', 9: 'wxyz', 0: '+' }

function Pad() {
  return (
    <div class="pad">
      {'123456789*0#'.split('').map((key) => (
        <button key={key} data-key={key} disabled={call.value !== 'talking'} onClick={() => press(key)}>
          {key}<small>{letters[key] ?? '\u00a0'}</small>
        </button>
      ))}
    </div>
  )
}

function Thread() {
  return (
    <section class="sms">
      <h2>{text('thread')} {line.value}</h2>
      <div class="thread" role="log" ref={(el) => { if (el) el.scrollTop = el.scrollHeight }}>
        {messages.value.map((m) => (
          <div key={m.id} class={m.from === own.value ? 'mine' : 'theirs'}>
            <div class="bubble">{m.text}</div>
            <div class="meta">
              {new Date(m.at).toLocaleTimeString('ru', { hour: '2-digit', minute: '2-digit' })}
              {' · ' + (m.segments ? `${text('segments')} ${m.segments}` : text('state.' + m.state))}
            </div>
          </div>
        ))}
      </div>
      <form onSubmit={send}>
        <input aria-label={text('message')} placeholder="СТАТУС 123456786, INFO 031, КӨМЕК…" value={draft.value} onInput={(e) => (draft.value = e.currentTarget.value)} />
        <button class="green">{text('send')}</button>
      </form>
    </section>
  )
}

// A phone's keys are the computer's, too, unless something is being typed.
addEventListener('keydown', (event) => {
  if (call.value === 'talking' && /^[0-9*#]$/.test(event.key) && !(event.target instanceof HTMLInputElement)) press(event.key)
})

// What tests and engineers look at.
Object.assign(window, { okno: { stats: () => telephone.stats(), registered: () => registered.value } })

effect(() => {
  document.documentElement.lang = language.value
  document.title = `Okno — ${text('title')}`
})

render(<Phone />, document.getElementById('app')!)
