// The microphone, tried before a citizen waits for it.
import { signal } from '@preact/signals'
import { found, look, microphone } from './devices'

// What is wrong with it: refused by the person or the browser, missing, or taken by another program; "" once it works.
export const ailing = signal<'' | 'refused' | 'missing' | 'taken'>('')

// works opens the microphone for a moment.
export async function works(): Promise<boolean> {
  const stream = await open(microphone())
  for (const track of stream?.getTracks() ?? []) track.stop()
  return stream !== null
}

async function open(audio: MediaTrackConstraints | true): Promise<MediaStream | null> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio })
    ailing.value = ''
    if (found.peek().length === 0) await look() // before it was allowed, nobody could know what there is
    return stream
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (name === 'OverconstrainedError' && audio !== true) return open(true) // the one that was chosen is gone
    ailing.value = name === 'NotAllowedError' || name === 'SecurityError' ? 'refused' : name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'taken'
    return null
  }
}

const quietest = 60 // dB below full scale, where the meter begins

// listen tells how loud the microphone is, 0 to 1, ten times a second until it is stopped. It comes back once the microphone is open, or does
// not work.
export async function listen(audio: MediaTrackConstraints | true, stopped: AbortSignal, tell: (loudness: number) => void): Promise<void> {
  const stream = await open(audio)
  if (!stream) return
  const context = new AudioContext()
  const meter = context.createAnalyser()
  context.createMediaStreamSource(stream).connect(meter)
  const samples = new Float32Array(meter.fftSize)
  const timer = setInterval(() => {
    meter.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, s) => sum + s * s, 0) / samples.length
    tell(Math.max(0, 1 + (10 * Math.log10(power + 1e-12)) / quietest))
  }, 100)
  const stop = () => {
    clearInterval(timer)
    for (const track of stream.getTracks()) track.stop()
    void context.close()
  }
  if (stopped.aborted) stop()
  else stopped.addEventListener('abort', stop, { once: true })
}
