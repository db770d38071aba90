// What became of the agent's messages: asked for while something is under way, in the thread that is in front.
import { connected, current, views } from './desk'
import type { Delivery, Entry } from './protocol'

const every = 3000
const patience = 24 * 60 * 60 * 1000 // a message that is older is not asked about

const underWay = (e: Entry) => e.kind === 'wrote' && e.speaker.startsWith('agent:') && (e.delivery === undefined || e.delivery === 'queued' || e.delivery === 'sent')
  && Date.now() - Date.parse(e.at) < patience

async function ask(): Promise<void> {
  const id = current.peek()?.id
  const view = id && views.peek()[id]
  if (!id || !view || !connected.peek() || !view.timeline.some(underWay)) return
  const answer = await fetch(`/desk/contacts/${id}/deliveries`).catch(() => null)
  if (!answer?.ok) return
  const { deliveries } = (await answer.json()) as { deliveries: Record<number, Delivery> }
  const now = views.peek()[id]
  if (now) views.value = { ...views.peek(), [id]: { ...now, timeline: now.timeline.map((e) => (e.id in deliveries ? { ...e, delivery: deliveries[e.id]! } : e)) } }
}

setInterval(() => void ask(), every)
