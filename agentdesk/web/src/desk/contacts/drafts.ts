// What the agent has written in a contact, and neither sent nor filed. The server keeps it, by contact and field: it is there again after a
// reload, a crash, and on another machine.
import { signal, type Signal } from '@preact/signals'

export type Field = 'reply' | 'note' | 'case' | 'wrap_up'

export interface Draft {
  text: Signal<string>
  segments: Signal<number> // of a reply, as the server counts them
  most: Signal<number> // how many a reply may have
  many: Signal<number> // from how many on the agent is warned
  cost: Signal<string> // of the reply, '19.00 KZT'; '' when nobody says
}

interface Kept extends Draft {
  path: string
  own: boolean // the page knows what stands in it, and the server learns it from here
  saved: string // what the server has
  saving: Promise<void> | undefined
  timer: number | undefined
}

const pause = 300
const again = 3000
const drafts = new Map<string, Kept>()

export function draftOf(contact: number, field: Field): Draft {
  return kept(contact, field)
}

function kept(contact: number, field: Field): Kept {
  const path = `/desk/contacts/${contact}/drafts/${field}`
  let d = drafts.get(path)
  if (!d) {
    d = { path, text: signal(''), segments: signal(0), most: signal(0), many: signal(0), cost: signal(''), own: false, saved: '', saving: undefined, timer: undefined }
    drafts.set(path, d)
  }
  return d
}

// write keeps what stands in a field now.
export function write(contact: number, field: Field, text: string): void {
  const d = kept(contact, field)
  d.text.value = text
  d.own = true
  clearTimeout(d.timer)
  d.timer = window.setTimeout(() => void save(d), pause)
}

// adopt takes what the server has of a contact, once: from then on the page knows better.
export function adopt(contact: number, found: Partial<Record<Field, string>>): void {
  for (const field of ['reply', 'note', 'case', 'wrap_up'] as const) {
    const d = kept(contact, field)
    if (d.own) continue
    d.own = true
    d.saved = d.text.value = found[field] ?? ''
    if (field === 'reply' && d.saved) void put(d)
  }
}

// settle saves all at once: the page, or the login, is about to end.
export async function settle(): Promise<void> {
  await Promise.all([...drafts.values()].map(save))
}

// forget drops what is of contacts that the agent no longer has.
export function forget(held: number[]): void {
  for (const [path, d] of drafts) {
    if (held.some((id) => path.startsWith(`/desk/contacts/${id}/`))) continue
    clearTimeout(d.timer)
    drafts.delete(path)
  }
}

async function save(d: Kept): Promise<void> {
  clearTimeout(d.timer)
  while (d.saving) await d.saving // in the order in which it was written
  if (d.text.value === d.saved) return
  d.saving = put(d)
  await d.saving
  d.saving = undefined
}

async function put(d: Kept): Promise<void> {
  const text = d.text.value
  // keepalive: it arrives though the page is closed.
  const answer = await fetch(d.path, { method: 'PUT', body: JSON.stringify({ text }), keepalive: text.length < 10_000 }).catch(() => null)
  if (!answer || answer.status >= 500) {
    if (drafts.has(d.path)) d.timer = window.setTimeout(() => void save(d), again)
    return
  }
  d.saved = text
  if (answer.status !== 200) return
  const size = (await answer.json()) as { segments: number; most: number; many: number; cost?: string }
  d.segments.value = size.segments
  d.most.value = size.most
  d.many.value = size.many
  d.cost.value = size.cost ?? ''
}

// saveWhenHidden saves all once the page is put away: it may not come back.
export function saveWhenHidden(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void settle()
  })
}
