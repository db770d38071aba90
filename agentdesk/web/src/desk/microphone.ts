// The microphone, tried before a citizen waits for it.
import { signal } from '@preact/signals'

// What is wrong with it: refused by the person or the browser, missing, or taken by another program; "" once it works.
export const ailing = signal<'' | 'refused' | 'missing' | 'taken'>('')

// works opens the microphone for a moment.
export async function works(): Promise<boolean> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    for (const track of stream.getTracks()) track.stop()
    ailing.value = ''
    return true
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    ailing.value = name === 'NotAllowedError' || name === 'SecurityError' ? 'refused' : name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'taken'
    return false
  }
}
