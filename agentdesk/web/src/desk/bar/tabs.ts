// One tab of a browser is the desk: it has the socket, the telephone and the ring. Another is told, and may take the desk over.
import { signal } from '@preact/signals'

export const place = signal<'unknown' | 'here' | 'elsewhere'>('unknown')
const lock = 'okno-desk'

// claim makes this tab the desk if no other is.
export function claim(): void {
  request({ ifAvailable: true })
}

// takeOver makes this tab the desk, whichever other is.
export function takeOver(): void {
  request({ steal: true })
}

function request(options: LockOptions): void {
  const held = navigator.locks.request(lock, options, async (granted) => {
    place.value = granted ? 'here' : 'elsewhere'
    if (granted) await new Promise(() => undefined) // until the tab is closed, or another takes over
  })
  held.catch(() => (place.value = 'elsewhere'))
}
