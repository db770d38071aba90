// Made by scripts/web build of agentdesk/protocol/schema.json: change that.

/**
 * A frame to the page.
 */
export type Incoming = Welcome | Snapshot | Queues | StreamEvent | Result | Refusal | Beat | Misunderstood | Lookers
export type Id = number
export type Status = 'available' | 'paused' | 'offline'
export type Time = string
export type StatusOrNone = '' | 'available' | 'paused' | 'offline'
export type Language = 'kk' | 'ru' | 'en'
export type TimeOrNone = string | null
/**
 * A frame of the page.
 */
export type Outgoing = Hello | Command | Looking

/**
 * What goes over the websocket of a desk: frames to the page, frames of the page, and the arguments of its commands.
 */
export interface Protocol {
  incoming?: Incoming
  outgoing?: Outgoing
  commands?: Commands
}
export interface Welcome {
  type: 'welcome'
  agent: Agent
  dispositions: string[]
  pause_reasons: string[]
  /**
   * A node serves calls.
   */
  voice: boolean
  sip: Account | null
}
export interface Agent {
  id: Id
  login: string
  name: string
  role: 'agent' | 'supervisor' | 'administrator' | 'auditor'
  languages: string[] | null
  queues: string[] | null
  status: Status
  reason: string
  since: Time
  /**
   * Of a pause that has a limit.
   */
  pause_until: string | null
  next_status: StatusOrNone
}
/**
 * A SIP account, which lives as long as the login.
 */
export interface Account {
  user: string
  secret: string
  url: string
}
/**
 * The whole desk, and the numbers of the streams that go with it.
 */
export interface Snapshot {
  type: 'snapshot'
  agent: Agent
  contacts: Contact[]
  queues: Queue[]
  /**
   * What waits for this agent alone.
   */
  for_you: Addressed[]
  /**
   * Evaluations of the agent's work to which the agent has not replied.
   */
  unanswered: number
  /**
   * Messages of colleagues that the agent has not read.
   */
  memos: number
  streams: Heads
}
export interface Contact {
  id: Id
  interaction: Id
  channel: 'voice' | 'callback' | 'outgoing' | 'sms'
  queue: string
  queue_title: Texts
  language: Language
  reason: Texts
  context: {
    [k: string]: string
  } | null
  /**
   * Masked; empty while the contact is offered, and when the caller withholds it.
   */
  number: string
  name: string
  state: 'offered' | 'accepted' | 'ringing' | 'connected' | 'wrap_up'
  queued_at: Time
  /**
   * The time that the citizen has chosen for a callback.
   */
  promised_at: string | null
  connected_at: TimeOrNone
  wrap_up_until: TimeOrNone
  offer_until: TimeOrNone
  /**
   * The citizen, who was called, has answered; the agent's phone does not ring yet.
   */
  answered: boolean
  /**
   * Of a call that is connected.
   */
  parties: Party[]
  /**
   * Of a call of a queue whose talks are recorded.
   */
  recording?: {
    state: 'going' | 'failed'
    paused_until: TimeOrNone
  }
  /**
   * The page accepts the offer by itself.
   */
  auto_accept: boolean
  /**
   * Its wrap-up ends with an outcome only.
   */
  must_file: boolean
  /**
   * A colleague who has the citizen asks for help.
   */
  helps: boolean
  /**
   * It is addressed to this agent.
   */
  for_you: boolean
}
/**
 * A text in some of the languages.
 */
export interface Texts {
  kk?: string
  ru?: string
  en?: string
}
/**
 * Somebody in a call.
 */
export interface Party {
  leg: string
  role: 'citizen' | 'agent' | 'consulted' | 'outside' | 'supervisor'
  name: string
  /**
   * Of a telephone outside.
   */
  title: Text | null
  state: 'ringing' | 'up'
  held: boolean
  /**
   * The leg sounds poor at present.
   */
  poor: boolean
}
/**
 * A text in each language.
 */
export interface Text {
  kk: string
  ru: string
  en: string
}
export interface Queue {
  name: string
  title: Texts
  waiting: number
  oldest: TimeOrNone
  opens: TimeOrNone
}
/**
 * A contact that waits for one agent.
 */
export interface Addressed {
  id: Id
  channel: 'voice' | 'callback' | 'sms'
  language: Language
  reason: Texts
  queue_title: Texts
  queued_at: Time
  /**
   * When a callback is due.
   */
  due_at: string | null
  /**
   * It is the queue's after that.
   */
  until: string
}
/**
 * Streams with a number of each: agent:ID, contact:ID.
 */
export interface Heads {
  [k: string]: number
}
export interface Queues {
  type: 'queues'
  queues: Queue[]
}
export interface StreamEvent {
  type: 'event'
  stream: string
  seq: number
  at: Time
  kind: string
  data: unknown
}
/**
 * A command was done, and what came of it.
 */
export interface Result {
  type: 'result'
  id: string
  ok: true
  data: unknown
}
/**
 * A command was refused, and did nothing.
 */
export interface Refusal {
  type: 'result'
  id: string
  ok: false
  /**
   * For the page, which says it in the agent's language.
   */
  code: string
  /**
   * Of the code, for whoever reads it out.
   */
  number: number
  field: string
  /**
   * For engineers.
   */
  detail: string
}
export interface Beat {
  type: 'beat'
}
/**
 * A frame of the page was not understood.
 */
export interface Misunderstood {
  type: 'error'
  code: string
  number: number
}
/**
 * Who else has the case open that the page has.
 */
export interface Lookers {
  type: 'looking'
  /**
   * Its number.
   */
  case: string
  agents: {
    id: Id
    name: string
    /**
     * Writes in it now.
     */
    typing: boolean
  }[]
}
export interface Hello {
  type: 'hello'
  /**
   * The numbers seen last.
   */
  streams?: Heads | null
  /**
   * The page has a SIP account that works.
   */
  sip?: boolean
  /**
   * The number of the case that is open; empty for none.
   */
  case?: string
}
export interface Command {
  type: 'command'
  /**
   * A ULID of the page's: the command is done once under it.
   */
  id: string
  name: string
  /**
   * As the command of that name has them: see commands.
   */
  args?: {} | null
}
/**
 * Which case the page has open now.
 */
export interface Looking {
  type: 'looking'
  /**
   * Its number; empty for none.
   */
  case: string
  /**
   * Something is being written in it.
   */
  typing?: boolean
}
/**
 * The arguments of each command, by its name.
 */
export interface Commands {
  set_status?: SetStatus
  accept?: OnContact
  decline?: OnContact
  extend?: OnContact
  hangup?: OnContact
  finish?: OnContact
  hold?: OnContact
  resume?: OnContact
  record_pause?: OnContact
  record_resume?: OnContact
  rejoin?: OnContact
  supervise?: Supervise
  unsupervise?: OnContact
  take_over?: OnContact
  direct?: Direct
  requeue?: Requeue
  promise_call?: PromiseCall
  keys?: Keys
  transfer?: Transfer
  consult?: Transfer
  swap?: OnContact
  conference?: OnContact
  complete?: Complete
  cancel?: OnContact
  reply?: OnText
  note?: OnText
  take_back?: Nothing
  disposition?: Disposition
  outgoing_call?: OutgoingCall
  case_open?: CaseOpen
  case_move?: CaseMove
  appointment_book?: AppointmentBook
  appointment_move?: AppointmentMove
  verify?: OnContact
  bind?: OnNumber
  unbind?: OnNumber
  order_link?: OrderLink
  announce?: Announce
  announce_end?: AnnounceEnd
  case_batch?: CaseBatch
  case_batch_undo?: CaseBatchUndo
  memo_send?: MemoSend
  memos_read?: MemosRead
  canned_save?: CannedSave
  canned_remove?: CannedRemove
}
export interface SetStatus {
  status: StatusOrNone
  reason?: string
  /**
   * After the contact in hand; with no status: nothing changes then.
   */
  next?: boolean
  /**
   * Open threads go back to the front of their queues.
   */
  give_back?: boolean
}
export interface OnContact {
  contact: Id
}
export interface Supervise {
  contact: Id
  mode: 'listen' | 'whisper' | 'barge'
}
export interface Direct {
  agent: Id
  status: Status
  reason?: string
}
export interface Requeue {
  contact: Id
  /**
   * Empty for its own.
   */
  queue?: string
  /**
   * To whom alone it is offered; 0 for nobody.
   */
  agent?: number
}
export interface PromiseCall {
  contact: Id
  /**
   * One of the call-times; empty for as soon as the turn comes.
   */
  at?: string
  /**
   * The agent calls.
   */
  own?: boolean
}
export interface Keys {
  contact: Id
  keys: string
}
/**
 * To one of queue, agent and outside.
 */
export interface Transfer {
  contact: Id
  queue?: string
  agent?: number
  outside?: string
  note?: string
}
export interface Complete {
  contact: Id
  note?: string
}
export interface OnText {
  contact: Id
  text: string
}
export interface Nothing {}
export interface Disposition {
  contact: Id
  /**
   * Empty only where the queue does not require one.
   */
  disposition: string
  note?: string
}
/**
 * Of a contact in hand, or of a case.
 */
export interface OutgoingCall {
  contact?: Id
  /**
   * Its number.
   */
  case?: string
  /**
   * Of the number to call; 0, or none: that of the contact or of the case itself.
   */
  binding?: number
}
export interface CaseOpen {
  contact: Id
  kind: string
  service?: string
  subject: string
  body?: string
  /**
   * 2026-12-01; empty for none.
   */
  due_on?: string
}
export interface CaseMove {
  contact: Id
  number: string
  /**
   * As the agent saw it.
   */
  from: string
  to: string
  why?: string
  due_on?: string
  /**
   * What the citizen is told by SMS; empty: where the case stands, in Okno's words.
   */
  tell?: string
}
export interface AppointmentBook {
  contact: Id
  service: string
  office: string
  /**
   * 2026-12-01
   */
  day: string
  /**
   * 09:20
   */
  time: string
}
export interface AppointmentMove {
  contact: Id
  /**
   * Of the case.
   */
  number: string
  day: string
  time: string
}
export interface OnNumber {
  contact: Id
  /**
   * Empty for the contact's.
   */
  number?: string
}
export interface OrderLink {
  link: string
  order: 'open' | 'paused' | 'drained'
}
export interface Announce {
  texts: Texts
  /**
   * Of the numbers that hear it; none: all.
   */
  prefixes?: string[] | null
}
export interface AnnounceEnd {
  id: Id
}
export interface CaseBatch {
  /**
   * At most 200.
   */
  cases: {
    number: string
    /**
     * As the agent saw it.
     */
    from: string
  }[]
  to: string
  why: string
}
export interface CaseBatchUndo {
  batch: Id
}
export interface MemoSend {
  /**
   * A colleague.
   */
  to: number
  text: string
}
export interface MemosRead {
  /**
   * A colleague.
   */
  from: number
  /**
   * The newest that was seen.
   */
  up_to: number
}
export interface CannedSave {
  code: string
  texts: Texts
  /**
   * As the agent saw it; 0 or none: a new one.
   */
  version?: number
}
export interface CannedRemove {
  code: string
  version: number
}
