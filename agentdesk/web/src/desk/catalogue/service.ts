// A service of the catalogue as its editors see it, and what is asked of the server about it.
import { text, whose } from '../store/texts'
import type { Language, Text } from '../store/protocol'

export interface ServiceText {
  name: string; title: string; short: string; spoken: string; documents: string; fee: string; term: string; place: string; form?: string; script?: string; keywords: string[] | null
}
export interface Service {
  code: string; category: string; agency: string; stage: number; owner: string; valid_from: string; valid_until: string; review_by: string; sample?: boolean
  texts: Record<Language, ServiceText>
}
export interface Origin { version: number; at: string; by: string; name: string; why: string }
export interface Edition extends Origin { told: boolean; service: Service }
export interface Choices { agencies: Record<string, Text>; categories: string[]; digits: number }

export const written: Language[] = ['kk', 'ru', 'en']

// fields are those of a text but the keywords, in the order of the form, with how many lines they take and how many letters they may have.
export const fields: [keyof ServiceText & string, number, number][] = [
  ['name', 2, 1000], ['title', 1, 1000], ['short', 4, 1000], ['spoken', 6, 2000], ['documents', 3, 1000], ['fee', 1, 1000], ['term', 1, 1000], ['place', 2, 1000], ['form', 1, 1000], ['script', 6, 4000],
]

// labelOf names a field of a service, or of its text in a language: "stage", "ru.fee".
export function labelOf(field: string): string {
  const [first, second] = field.split('.')
  if (second) return `${labelOf(second)} (${text('language.' + first)})`
  return text(written.includes(first as Language) ? 'language.' + first : first === 'title' ? 'catalogue.short_name' : 'catalogue.' + first)
}

// author is who wrote a version.
export const author = (o: Origin): string => o.name || (o.by.startsWith('cli') ? o.by : whose(o.by))

// read gives what the server answers, or the status with which it refuses; 0: it cannot be reached.
export async function read<T>(path: string): Promise<T | number> {
  const answer = await fetch('/desk/catalogue' + path).catch(() => null)
  return answer?.ok ? ((await answer.json()) as T) : (answer?.status ?? 0)
}
