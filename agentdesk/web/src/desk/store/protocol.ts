// What the desk's requests answer, with what goes over its websocket; docs/desk-protocol.md describes both.
import type { Agent, Contact, Commands as EachCommand, Queue, Status, Text } from './frames'

// Commands are the arguments of each command.
export type Commands = Required<EachCommand>

export type { Account, Addressed, Agent, Contact, Incoming, Language, Lookers, Party, Queue, Status, Text, Texts } from './frames'

// Me is the agent with how the second factor of this login stands.
export interface Me extends Agent {
  second_factor: { enrolled: boolean; wanted: boolean; proved_at: string | null; federal: boolean }
}

// LoginElsewhere is told to the other pages of an agent.
export interface LoginElsewhere {
  id: string
  at: string
  address: string
  browser: string
}

// byPhone says whether a contact is talked to: one who has called, or is called.
export const byPhone = (c: Contact): boolean => c.channel !== 'sms'

// stateOf is the key of what a contact is doing: a citizen who is called has to answer first, and may be asked something before the talk.
export const stateOf = (c: Contact): string =>
  'state.' + (['callback', 'outgoing'].includes(c.channel) && c.state === 'accepted' ? (c.answered ? 'answered' : 'calling') : c.state)

// chosenStatus reads a choice of a list: paused:lunch.
export function chosenStatus(choice: string): [status: Status, reason: string] {
  const [status = '', reason = ''] = choice.split(':')
  return [status as Status, reason]
}

// Destinations are where a call may be passed on to.
export interface Destinations {
  queues: Queue[]
  agents: { id: number; name: string }[]
  outside: { name: string; title: Text }[]
}

export interface Entry {
  id: number
  interaction: number
  channel?: string
  at: string
  speaker: string
  name?: string
  kind: 'said' | 'wrote' | 'keyed' | 'did' | 'note' | 'disposition'
  body: string
  delivery?: Delivery // of an agent's message
}

// What became of an agent's message; "": nobody knows any more.
export type Delivery = '' | 'queued' | 'sent' | 'delivered' | 'undeliverable' | 'expired' | 'failed' | 'unknown'

// Case is the citizen's own, or one that the citizen asked about, of which nothing but the state shows.
export type Case = OwnCase | { theirs: false; id: number; number: string; state: string }

export interface OwnCase {
  theirs: true
  id: number
  number: string
  kind: string
  state: string
  next: string[] | null
  service: string
  service_name: Partial<Text>
  subject: string
  body: string // the whole text, or ""
  duplicate: boolean // another case goes on in its place
  due_on: string | null
  opened_at: string
}

export interface Citizen {
  id: number
  name: string
  national_number: string
  language: string
  number: string
  verification: string
}

// Numbers of a citizen, masked or whole.
export interface Numbered {
  number: string
  national_number: string
}

export interface FoundCitizen {
  id: number
  name: string // all but the first word masked
  national_number: string // masked
  language: string
  contact: number | null // in the agent's hands
}

export interface FoundCase {
  id: number
  number: string
  kind: string
  state: string
  opened_at: string
  contact: number | null
}

export interface FoundTalk extends Recorded {
  queue: string
  agent: string // with whom it began
}

export interface Found {
  citizens: FoundCitizen[]
  citizens_before: number | null // more go on before it
  cases: FoundCase[]
  cases_before: number | null
  talks: FoundTalk[] // in which it was said
  talks_before: number | null
}

// Move is a step of a case of the citizen's.
export interface Move {
  id: number
  number: string
  from: string // '' when it was opened
  to: string
  at: string
  by: string
  name: string // of an agent
  why: string
  told: string // what the citizen was told by SMS
  delivery: Delivery // of that
}

// Recorded is a talk that was recorded, or is.
export interface Recorded {
  id: number
  interaction: number
  at: string
  seconds: number
  state: 'going' | 'failed' | 'over' | 'kept' | 'lost'
  hear: boolean // the agent may
  transcript: { state: 'waiting' | 'ready' | 'failed'; failure: '' | 'no_engine' | 'engine' | 'unreadable' } | null // null: there is none, or none to read
}

// Heard is how the talks of a call sounded, by the worst leg. Losses are in percent, times in ms; null: the far end does not report.
export interface Heard {
  interaction: number
  at: string
  mos: number
  grade: Grade
  legs: { role: string; name: string; mos: number; worst: number; grade: Grade; loss: number; far_loss: number | null; jitter: number; round_trip: number | null }[]
}

export type Grade = 'good' | 'fair' | 'poor'

export interface View {
  contact: Contact
  citizen: Citizen
  timeline: Entry[]
  cases: Case[]
  moves: Move[] // the oldest first
  recordings: Recorded[] // likewise
  heard: Heard[]
  drafts: Partial<Record<'reply' | 'note' | 'case' | 'wrap_up', string>>
}

// How the SMS links stand on a node.
export interface LinkState {
  link: string
  ordered: LinkOrder | ''
  fitness: number
  ailment: '' | 'not_bound' | 'errors' | 'late_receipts'
  shares: { prefix: string; share: number }[]
  cost: number
  receipts: number
  receipt_median: number
  receipt_p99: number
}

export type LinkOrder = 'open' | 'paused' | 'drained'

export interface BindState {
  link: string
  number: number
  bind: string
  state: string
  down?: string // the code of why it is down
  down_value?: string
  since: string
  in_use: number
  window: number
  rate: number
  sent: number
  second: number
  last_error: string
}

export interface SMSNode {
  node: string
  at: string
  standing: { links: LinkState[]; binds: BindState[]; backlog: Record<string, number> }
}
