// What became of a message that was sent.
import type { Delivery } from '../store/protocol'
import { text } from '../store/texts'

const ticks: Record<string, string> = { queued: '◷', sent: '✓', delivered: '✓✓', undeliverable: '✗', expired: '✗', failed: '✗', unknown: '?' }
const bad = ['undeliverable', 'expired', 'failed', 'unknown']

const patience = 24 * 60 * 60 * 1000 // a message that is older is not asked about

// underWay says whether something may still become of a message that was sent at a moment.
export function underWay(d: Delivery | undefined, at: string): boolean {
  return (d === undefined || d === 'queued' || d === 'sent') && Date.now() - Date.parse(at) < patience
}

// Tick is a mark for what became of a message; what went wrong is said in words.
export function Tick({ of: d }: { of: Delivery | undefined }) {
  if (!d) return null
  return <span class={'delivery ' + d} title={text('delivery.' + d)}> {ticks[d]} {bad.includes(d) && text('delivery.' + d)}</span>
}
