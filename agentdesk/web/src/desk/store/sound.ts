// The ring: two soft tones, made by the page itself. Browsers let a page sound once it has been clicked, which logging in is.
import { playOn } from '../account/devices'

let context: AudioContext | undefined
let timer: number | undefined

export function allowSound(): void {
  context ??= new AudioContext()
  void context.resume()
}

// ring sounds until silence. Of several tabs only one rings.
export function ring(): void {
  if (timer !== undefined) return
  timer = window.setInterval(() => void navigator.locks.request('okno-ring', { ifAvailable: true }, (lock) => (lock ? chime() : undefined)), 2000)
  void navigator.locks.request('okno-ring', { ifAvailable: true }, (lock) => (lock ? chime() : undefined))
}

export function silence(): void {
  clearInterval(timer)
  timer = undefined
}

// blip says once that something is new.
export async function blip(): Promise<void> {
  await navigator.locks.request('okno-blip', { ifAvailable: true }, (lock) => (lock ? tone(0, 520) : undefined))
}

// announce says that the page has taken an offer by itself: three rising tones. It is false where nobody can hear them.
export async function announce(): Promise<boolean> {
  if (context?.state !== 'running') return false
  await playOn('ring', context as AudioContext & { setSinkId?(id: string): Promise<void> })
  for (const [i, frequency] of [520, 660, 880].entries()) tone(i * 0.2, frequency)
  return true
}

function tone(after: number, frequency: number): void {
  if (context?.state !== 'running') return
  const start = context.currentTime + after
  const source = context.createOscillator()
  const level = context.createGain()
  source.frequency.value = frequency
  level.gain.setValueAtTime(0.0001, start)
  level.gain.exponentialRampToValueAtTime(0.2, start + 0.02)
  level.gain.exponentialRampToValueAtTime(0.0001, start + 0.24)
  source.connect(level).connect(context.destination)
  source.start(start)
  source.stop(start + 0.25)
}

// tryRing rings once, for whoever chooses where.
export async function tryRing(): Promise<void> {
  await context?.resume()
  await chime()
}

async function chime(): Promise<void> {
  if (context?.state !== 'running') return
  await playOn('ring', context as AudioContext & { setSinkId?(id: string): Promise<void> })
  for (const [i, frequency] of [660, 880].entries()) tone(i * 0.25, frequency)
  await new Promise((done) => setTimeout(done, 1500)) // holds the lock, so that another tab does not join in
}
