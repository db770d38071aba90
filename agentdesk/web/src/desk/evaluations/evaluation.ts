// What the server says of evaluations.
import { ask, queues } from '../store/desk'
import type { Entry, Recorded, Text } from '../store/protocol'
import { language } from '../store/texts'

export type Kind = 'yes_no' | 'scale'
export interface Question { texts: Text; kind: Kind; weight: number; optional: boolean; critical: boolean }
export interface Form { name: string; version: number; title: Text; questions: Question[] }
export interface KeptForm extends Form { queues: string[]; ended: boolean }
export interface Answer { value: string; remark?: string }

export interface Subject { contact: number; queue: string; channel: string; at: string; agent: string }

export interface Evaluation extends Subject {
  form: Form
  by: string
  evaluated_at: string
  score: number | null // null: no question applied
  answers: Answer[] | null // null: erased
  remark: string
  reply: { at: string; agreed: boolean; remark: string } | null
  changeable: boolean
}

export interface Sheet extends Subject {
  form: Form
  evaluation: Evaluation | null
  timeline: Entry[]
  recordings: Recorded[]
}

// values are the answers that a question takes.
export function values(q: Question): string[] {
  return [...(q.kind === 'scale' ? ['1', '2', '3', '4', '5'] : ['yes', 'no']), ...(q.optional ? ['not_applicable'] : [])]
}

// read gives what the server answers, or the code of its refusal.
export async function read<T>(path: string): Promise<T | string> {
  const answer = await ask(path, {})
  return answer.ok ? (answer.data as T) : answer.code
}

export const percent = (score: number | null): string => (score === null ? '—' : `${score} %`)

// queueTitle names a queue; of one that is none of the agent's the page knows the code alone.
export const queueTitle = (name: string): string => queues.value.find((q) => q.name === name)?.title[language.value] ?? name
