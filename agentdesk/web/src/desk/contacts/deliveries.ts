// What became of the agent's messages, and of those by which the citizen was told of cases: asked for while something is under way, in the
// thread that is in front.
import { underWay } from './delivery'
import { connected, current, views } from '../store/desk'
import type { Delivery, Entry, Move } from '../store/protocol'

export const every = 3000 // milliseconds from one question to the next

const reply = (e: Entry) => e.kind === 'wrote' && e.speaker.startsWith('agent:') && underWay(e.delivery, e.at)

// told says whether the message of a step of a case may still come to something.
export const told = (m: Pick<Move, 'told' | 'delivery' | 'at'>) => m.told !== '' && underWay(m.delivery, m.at)

// ticked gives lines or steps with what has become of their messages.
export function ticked<T extends { id: number; delivery?: Delivery }>(all: T[], now: Record<number, Delivery>): T[] {
  return all.map((one) => (one.id in now ? { ...one, delivery: now[one.id]! } : one))
}

async function ask(): Promise<void> {
  const id = current.peek()?.id
  const view = id && views.peek()[id]
  if (!id || !view || !connected.peek() || !(view.timeline.some(reply) || view.moves.some(told))) return
  const answer = await fetch(`/desk/contacts/${id}/deliveries`).catch(() => null)
  if (!answer?.ok) return
  const { deliveries, moves } = (await answer.json()) as Record<'deliveries' | 'moves', Record<number, Delivery>>
  const now = views.peek()[id]
  if (now) views.value = { ...views.peek(), [id]: { ...now, timeline: ticked(now.timeline, deliveries), moves: ticked(now.moves, moves) } }
}

// follow asks for as long as the page is there.
export function follow(): void {
  setInterval(() => void ask(), every)
}
