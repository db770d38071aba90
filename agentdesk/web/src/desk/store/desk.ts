// The desk's state: what the server says of it, and what the page alone knows.
import { computed, effect, signal } from '@preact/signals'
import { Telephone } from '../../shared/sip'
import { adopt, forget as forgetDrafts, settle } from '../contacts/drafts'
import { microphone, playOn } from '../account/devices'
import type { Finding } from '../dialogues/dialogue_findings'
import { openCase, seen, typing } from '../cases/looking'
import { works } from '../account/microphone'
import { byPhone } from './protocol'
import type { Addressed, Commands, Agent, Contact, Entry, Incoming, LoginElsewhere, Me, Queue, View } from './protocol'
import type { Signed } from '../account/passkey'
import { CommandError, Socket } from './socket'
import { ring, silence } from './sound'
import { place } from '../bar/tabs'
import { text } from './texts'

export const agent = signal<Agent | null>(null)
export const loggedIn = signal<boolean | null>(null) // null: not known yet
export const connected = signal(false)
export const contacts = signal<Contact[]>([])
export const queues = signal<Queue[]>([])
export const dispositions = signal<string[]>([])
export const pauseReasons = signal<string[]>([])
export const chosen = signal<number | null>(null)
export const begun = signal(0) // the contact that was just accepted, until the focus is in it
export const forYou = signal<Addressed[]>([]) // what waits for this agent alone
export const unanswered = signal(0) // evaluations of the agent's work to which the agent has not replied
export const unreadMemos = signal(0) // messages of colleagues that the agent has not read
export const batchEnded = signal(0) // the last order to move cases together that has ended
export const overdue = signal(false) // a wrap-up ended with its time
export const views = signal<Record<number, View>>({})
export const phoneUp = signal(false)
export const hasVoice = signal(false)
export const talking = signal(false)
export const muted = signal(false)
export const supervising = signal(false) // the telephone may ring for somebody else's call
export const problem = signal('')
export const told = signal<{ key: string; name: string } | null>(null) // what came of an outgoing call, or a score that has arrived
export const now = signal(Date.now())
export const section = signal<'contacts' | 'memos' | 'calendars' | 'evaluations' | 'staffing' | 'canned' | 'people' | 'queues' | 'clients' | 'dialogues' | 'journal' | 'wall' | 'talks' | 'announcements' | 'sms' | 'otp' | 'catalogue' | 'appointments' | 'reports' | 'work' | 'account' | 'search'>('contacts')
export const me = signal<Me | null>(null)
export const elsewhere = signal<LoginElsewhere | null>(null) // a login that began while this page was open
export const proveWanted = signal(false) // something was refused for want of the second factor
export const codeWanted = signal(false) // the password was right, and the login wants a code

export const offers = computed(() => contacts.value.filter((c) => c.state === 'offered'))
export const held = computed(() => contacts.value.filter((c) => c.state !== 'offered'))
export const current = computed(() => held.value.find((c) => c.id === chosen.value) ?? held.value[0] ?? null)

let streams: Record<string, number> = {}

const telephone = new Telephone(
  {
    registered: (up) => (phoneUp.value = up),
    call: (state) => {
      talking.value = state === 'talking'
      if (state !== 'talking') muted.value = false
      if (state === 'ended') testing.value = false
    },
  },
  // Only a call that this agent has accepted rings here, and it is answered at once.
  () => contacts.value.some((c) => byPhone(c) && ['accepted', 'ringing', 'connected'].includes(c.state)) || accepting || supervising.value,
  { microphone, play: (on) => playOn('headset', on) },
)

let accepting = false
export const testing = signal(false) // the page hears itself
let hasPhone = false // the page has been given an account
export const filing = new Set<number>() // the contacts that this page has filed itself

const socket = new Socket({
  message: receive,
  connected: (up) => (connected.value = up),
  expired: () => forget(),
  hello,
})

function hello(): object {
  return { streams, sip: phoneUp.peek(), case: openCase.peek() }
}

function receive(m: Incoming): void {
  switch (m.type) {
    case 'welcome':
      agent.value = m.agent
      dispositions.value = m.dispositions
      pauseReasons.value = m.pause_reasons
      hasVoice.value = m.voice
      if (m.sip) {
        hasPhone = true
        void telephone.start(m.sip)
      }
      break
    case 'snapshot':
      agent.value = m.agent
      if (contacts.value.some((c) => c.state === 'wrap_up' && !filing.has(c.id) && !m.contacts.some((left) => left.id === c.id))) overdue.value = true
      contacts.value = m.contacts
      queues.value = m.queues
      forYou.value = m.for_you
      unanswered.value = m.unanswered
      unreadMemos.value = m.memos
      streams = { ...m.streams }
      break
    case 'queues':
      queues.value = m.queues
      break
    case 'looking':
      seen(m)
      break
    case 'event':
      streams[m.stream] = m.seq
      if (m.stream.startsWith('contact:') && m.kind === 'entry') {
        addEntry(m.data as Entry)
        newEntry(Number(m.stream.slice('contact:'.length)), m.data as Entry)
        const contact = Number(m.stream.slice('contact:'.length))
        if (loading.has(contact)) loading.set(contact, true)
      }
      if (m.stream.startsWith('contact:') && ['recorded', 'heard'].includes(m.kind)) void load(Number(m.stream.slice('contact:'.length)))
      if (m.stream.startsWith('agent:') && m.kind === 'contact') outgoingEnded(m.data as Ended)
      if (m.stream.startsWith('agent:') && m.kind === 'evaluated') told.value = { key: 'evaluation.arrived', name: '' }
      if (m.stream.startsWith('agent:') && m.kind === 'case_batch') batchEnded.value = (m.data as { batch: number }).batch
      if (m.stream.startsWith('agent:') && m.kind === 'memo' && section.value !== 'memos') told.value = { key: 'memos.arrived', name: '' }
      if (m.stream.startsWith('agent:') && m.kind === 'login') elsewhere.value = m.data as LoginElsewhere
      break
    case 'error':
      problem.value = m.code
  }
}

interface Ended { channel: string; state: string; outcome: string; wrap_up_until: string | null }

// outgoingEnded tells why a citizen who was called was not reached. A talk has its wrap-up, and says itself what came of it.
function outgoingEnded(e: Ended): void {
  if (e.channel !== 'outgoing' || e.state !== 'ended' || e.wrap_up_until) return
  if (['no_answer', 'busy', 'unreachable', 'lost'].includes(e.outcome)) told.value = { key: 'outgoing.' + e.outcome, name: '' }
}

// newEntry passes on what a citizen has written.
function newEntry(contact: number, entry: Entry): void {
  const c = held.peek().find((h) => h.id === contact)
  if (c && entry.speaker === 'citizen') for (const told of listeners) told(c)
}

const listeners: ((c: Contact) => void)[] = []
export const onWord = (told: (c: Contact) => void) => listeners.push(told)

// addEntry puts a line into every view of its conversation, once.
function addEntry(entry: Entry): void {
  const changed = { ...views.value }
  for (const [id, view] of Object.entries(changed)) {
    if (view.contact.interaction === entry.interaction && !view.timeline.some((e) => e.id === entry.id)) {
      changed[Number(id)] = { ...view, timeline: [{ ...entry, channel: byPhone(view.contact) ? 'voice' : 'sms' }, ...view.timeline] }
    }
  }
  views.value = changed
}

// The contacts that are being loaded, and whether a line came meanwhile: what was read may be from before it.
const loading = new Map<number, boolean>()

// load reads all that there is to see of a contact.
export async function load(contact: number): Promise<void> {
  if (loading.has(contact)) {
    loading.set(contact, true)
    return
  }
  loading.set(contact, false)
  try {
    const answer = await fetch(`/desk/contacts/${contact}`)
    if (answer.status === 401) return forget()
    if (answer.ok) {
      const view = (await answer.json()) as View
      adopt(contact, view.drafts)
      views.value = { ...views.value, [contact]: view }
    }
  } finally {
    const again = loading.get(contact)
    loading.delete(contact)
    if (again) void load(contact)
  }
}

// The desk is open for whoever is logged in with all that is wanted, in one tab of the browser.
const open = computed(() => place.value === 'here' && loggedIn.value === true && me.value?.second_factor.wanted === false)
const inCall = computed(() => contacts.value.find((c) => byPhone(c) && c.state === 'connected' && !c.helps)?.id ?? 0)
// A telephone that has been away for a while may have lost its Asterisk for good: the server is asked where to register. A talk that goes on
// while only the signalling is lost is left alone.
const phonePatience = 8 // seconds
let phoneAway = 0

// order sends a command, under the id of one that waits or its own, and shows what keeps it from being done.
export function order<Name extends keyof Commands>(name: Name, args: Commands[Name], under?: string): { id: string; done: Promise<unknown> } {
  problem.value = ''
  const { id, done } = socket.command(name, args, under)
  return {
    id,
    done: done.then((data) => data ?? true, (error: unknown) => {
      problem.value = error instanceof CommandError ? error.code : 'internal'
      if (problem.value === 'prove') proveWanted.value = true
      return undefined
    }),
  }
}

export const act = <Name extends keyof Commands>(name: Name, args: Commands[Name]): Promise<unknown> => order(name, args).done

// accept takes an offer; then the focus goes to where the work begins.
export async function accept(c: Contact): Promise<void> {
  // The citizen never waits for a microphone: an offer that it cannot serve goes to somebody else.
  if (byPhone(c) && !(await works())) {
    void act('decline', { contact: c.id })
    return
  }
  await take(c, true)
}

// take accepts an offer that the page can serve, and shows it if it is to be chosen.
export async function take(c: Contact, choose: boolean): Promise<void> {
  accepting = byPhone(c)
  const done = await act('accept', { contact: c.id })
  if (done && choose) {
    chosen.value = c.id
    begun.value = c.id
  }
  setTimeout(() => (accepting = false), 20_000)
}

// testCall has the page hear itself by way of Asterisk, or ends that.
export async function testCall(): Promise<void> {
  if (testing.peek()) return telephone.hangUp()
  if (telephone.talks || !phoneUp.peek() || !(await works())) return
  testing.value = true
  telephone.tryOut('echo')
}

export const hangUp = (c: Contact) => act('hangup', { contact: c.id })
export const mute = (on: boolean) => {
  telephone.mute(on)
  muted.value = on
}

export async function start(): Promise<void> {
  if (!(await sendLogout())) {
    loggedIn.value = false
    return
  }
  if (!(await readMe())) loggedIn.value = false
}

// readMe reads who is logged in, and opens the desk unless a second factor is to be set up first.
export async function readMe(): Promise<boolean> {
  const answer = await fetch('/desk/me').catch(() => null)
  if (!answer?.ok) return false
  me.value = (await answer.json()) as Me
  agent.value = me.value
  loggedIn.value = true
  return true
}

type Answer = { ok: true; data: Record<string, unknown> } | { ok: false; code: string; field: string; detail: string; findings: Finding[] }

// send posts something that is no command, and gives the answer or the code of what was wrong.
export const send = (path: string, body?: object): Promise<Answer> => ask(path, { method: 'POST', body: body && JSON.stringify(body) })

// ask makes any request so.
export async function ask(path: string, request: RequestInit): Promise<Answer> {
  const answer = await fetch(path, request).catch(() => null)
  if (!answer) return { ok: false, code: 'unreachable', field: '', detail: '', findings: [] }
  const data = answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>)
  if (answer.ok) return { ok: true, data }
  if (data.code === 'log_in') forget()
  if (data.code === 'prove') proveWanted.value = true
  return { ok: false, code: String(data.code), field: String(data.field ?? ''), detail: String(data.detail ?? ''), findings: (data.findings ?? []) as Finding[] }
}

export async function logIn(login: string, password: string, code: string, key?: Signed): Promise<string> {
  if (!(await sendLogout())) return text('error.unreachable')
  const answer = await send('/desk/login', key ? { login, password, key } : { login, password, code })
  if (!answer.ok && answer.code === 'second_factor' && !codeWanted.value) {
    codeWanted.value = true
    return ''
  }
  if (!answer.ok) return text('error.' + answer.code)
  codeWanted.value = false
  await start()
  return ''
}

// logOut ends the login here at once, and at the server as soon as it can be reached: the server then takes the agent off duty.
export async function logOut(): Promise<void> {
  await Promise.race([settle(), new Promise((done) => setTimeout(done, 1000))])
  localStorage.setItem(logoutDue, 'yes')
  forget()
  await sendLogout()
}

const logoutDue = 'okno-logout-due'

// sendLogout ends the login at the server, if that is still to be done. It says whether nothing is left to do.
async function sendLogout(): Promise<boolean> {
  if (!localStorage.getItem(logoutDue)) return true
  const answer = await fetch('/desk/logout', { method: 'POST', signal: AbortSignal.timeout(5000) }).catch(() => null)
  if (!answer || answer.status >= 500) {
    setTimeout(() => void sendLogout(), 3000)
    return false
  }
  localStorage.removeItem(logoutDue)
  return true
}

function forget(): void {
  socket.close()
  telephone.stop()
  loggedIn.value = false
  agent.value = null
  me.value = null
  elsewhere.value = null
  proveWanted.value = false
  contacts.value = []
  views.value = {}
  section.value = 'contacts'
  streams = {}
}

// run begins the desk: its clock, what follows from what is known, and what the browser tells. It goes on for as long as the page.
export function run(): void {
  setInterval(() => (now.value = Date.now()), 1000)
  // The server knows which case is open here, after hello: before it, it would not take the word.
  effect(() => {
    const number = openCase.value
    const writing = typing.value
    if (connected.value) socket.tell({ type: 'looking', case: number, typing: writing })
  })
  // Every contact that comes into the agent's hands is loaded, and all of them again when the connection comes back.
  effect(() => {
    if (!connected.value) return
    for (const c of contacts.peek()) void load(c.id)
  })
  effect(() => {
    const there = contacts.value.map((c) => c.id)
    for (const id of there) {
      if (connected.peek() && !views.peek()[id]) void load(id)
    }
    forgetDrafts(there)
    const kept = Object.entries(views.peek()).filter(([id]) => there.includes(Number(id)))
    if (kept.length !== Object.keys(views.peek()).length) views.value = Object.fromEntries(kept)
  })
  effect(() => {
    if (open.value) return socket.open()
    if (place.value !== 'elsewhere') return
    void settle() // what is written here is read there
    socket.close()
    telephone.stop()
    contacts.value = []
  })
  // Whoever closes the page with a citizen in it is asked.
  window.addEventListener('beforeunload', (event) => {
    if (open.peek() && contacts.peek().some((c) => ['accepted', 'ringing', 'connected'].includes(c.state))) event.preventDefault()
  })
  // Whoever reloads the page in a call has its telephone rung again, as soon as there is one.
  window.addEventListener('pagehide', () => telephone.stop())
  effect(() => {
    if (!phoneUp.value || !connected.value || !inCall.value || talking.value) return
    // A call that has just ended is told by the telephone first.
    const call = inCall.value
    setTimeout(() => {
      if (inCall.peek() === call && !telephone.talks && !accepting) void socket.command('rejoin', { contact: call }).done.catch(() => undefined)
    }, 300)
  })
  setInterval(() => {
    const waits = hasPhone && connected.peek() && !phoneUp.peek() && !(inCall.peek() && telephone.talks)
    phoneAway = waits ? phoneAway + 1 : 0
    if (phoneAway < phonePatience) return
    phoneAway = 0
    socket.tell({ type: 'hello', ...hello() })
  }, 1000)
  effect(() => (offers.value.length > 0 ? ring() : silence()))
  // The telephone may ring before the page knows for which contact.
  effect(() => { if (contacts.value.length > 0) telephone.answerWaiting() })
  // What tests and engineers look at.
  Object.assign(window, { okno: { stats: () => telephone.stats(), phoneUp: () => phoneUp.value } })
}
