// Offers of queues that want it are accepted by the page itself, with a tone: once each, and only where the agent can hear and be heard. What the
// page cannot accept rings on, and goes to somebody else in the end.
import { effect } from '@preact/signals'
import { connected, held, offers, take } from '../store/desk'
import { works } from '../account/microphone'
import { byPhone } from '../store/protocol'
import type { Contact } from '../store/protocol'
import { announce } from '../store/sound'

const tried = new Set<number>()

// acceptByItself begins to.
export function acceptByItself(): void {
  effect(() => {
    for (const id of tried) if (!offers.value.some((c) => c.id === id)) tried.delete(id) // it may be offered again
    if (!connected.value) return
    const next = offers.value.find((c) => c.auto_accept && !tried.has(c.id))
    if (!next) return
    tried.add(next.id)
    void attempt(next)
  })
}

async function attempt(c: Contact): Promise<void> {
  if ((byPhone(c) && !(await works())) || !(await announce())) return
  // Meanwhile it may be accepted, or gone. Whoever writes to another citizen writes on.
  if (connected.peek() && offers.peek().some((o) => o.id === c.id)) void take(c, held.peek().length === 0)
}
