// The ring: two soft tones, made by the page itself. Browsers let a page sound once it has been clicked, which logging in is.
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

async function chime(): Promise<void> {
  if (context?.state !== 'running') return
  const start = context.currentTime
  for (const [i, frequency] of [660, 880].entries()) {
    const tone = context.createOscillator()
    const level = context.createGain()
    tone.frequency.value = frequency
    level.gain.setValueAtTime(0.0001, start + i * 0.25)
    level.gain.exponentialRampToValueAtTime(0.2, start + i * 0.25 + 0.02)
    level.gain.exponentialRampToValueAtTime(0.0001, start + i * 0.25 + 0.24)
    tone.connect(level).connect(context.destination)
    tone.start(start + i * 0.25)
    tone.stop(start + i * 0.25 + 0.25)
  }
  await new Promise((done) => setTimeout(done, 1500)) // holds the lock, so that another tab does not join in
}
