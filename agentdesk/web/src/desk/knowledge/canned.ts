// What agents answer again and again: read once in a while, and filled with what the desk knows of the contact.
import { signal } from '@preact/signals'
import { agent } from '../store/desk'
import type { Contact, Language, View } from '../store/protocol'

export interface Canned { code: string; texts: Record<Language, string>; version: number }

export const replies = signal<Canned[]>([])

export async function readReplies(): Promise<void> {
  const answer = await fetch('/desk/canned').catch(() => null)
  if (answer?.ok) replies.value = ((await answer.json()) as { replies: Canned[] }).replies
}

// matching finds replies by the beginning of their code, then by words of their text in a language.
export function matching(query: string, language: Language): Canned[] {
  const wanted = query.toLowerCase().trim()
  const byCode = replies.value.filter((r) => r.code.startsWith(wanted))
  return [...byCode, ...replies.value.filter((r) => !byCode.includes(r) && r.texts[language].toLowerCase().includes(wanted))]
}

// fill writes a reply for a contact, or gives null when the desk does not know what a place is to hold.
export function fill(r: Canned, c: Contact, view: View | undefined): string | null {
  const open = view?.cases.find((k) => k.theirs && !['closed', 'rejected', 'withdrawn'].includes(k.state))
  const known: Record<string, string | undefined> = {
    agent: agent.value?.name,
    citizen: view?.citizen.name,
    case: open?.number.replace(/(\d{3})(?=\d)/g, '$1 '),
    service: open?.theirs ? open.service_name[c.language] : undefined,
  }
  let whole = true
  const text = r.texts[c.language].replace(/\{(\w+)\}/g, (_, place: string) => known[place] || ((whole = false), ''))
  return whole ? text : null
}
