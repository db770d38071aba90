// Which microphone, headset and loudspeaker this browser uses: each person's choice on each machine. What was chosen and is not plugged in any
// more gives way to the browser's own choice.
import { signal } from '@preact/signals'

export type Use = 'microphone' | 'headset' | 'ring'
export const uses: Use[] = ['microphone', 'headset', 'ring']

const place = 'okno-devices'

export const chosen = signal<Record<Use, string>>({ microphone: '', headset: '', ring: '', ...kept() }) // by id; '': the browser's choice
export const found = signal<MediaDeviceInfo[]>([])

function kept(): Partial<Record<Use, string>> {
  try {
    return JSON.parse(localStorage.getItem(place) ?? '{}') as Partial<Record<Use, string>>
  } catch {
    return {}
  }
}

export function choose(use: Use, id: string): void {
  chosen.value = { ...chosen.peek(), [use]: id }
  localStorage.setItem(place, JSON.stringify(chosen.peek()))
}

// look reads what is plugged in. Browsers name devices once the microphone has been allowed.
export async function look(): Promise<void> {
  found.value = ((await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? []).filter((d) => d.deviceId && d.deviceId !== 'default')
}

// fits says whether a device can be used so.
export const fits = (use: Use, d: MediaDeviceInfo): boolean => d.kind === (use === 'microphone' ? 'audioinput' : 'audiooutput')

// microphone is what is asked of the browser: the one that was chosen, if it is there, or else any. Just after it was loaded a page does not
// know yet what there is, and asks for the one that was chosen.
export function microphone(): MediaTrackConstraints | true {
  const id = chosen.peek().microphone
  const known = found.peek()
  return id && (known.length === 0 || known.some((d) => d.deviceId === id)) ? { deviceId: { exact: id } } : true
}

// watch keeps knowing what is plugged in.
export function watch(): void {
  void look()
  navigator.mediaDevices?.addEventListener('devicechange', () => void look())
}

// Some browsers play on what they like.
type Sounding = { setSinkId?(id: string): Promise<void> }

// playOn has something sound on a device, if it is there.
export async function playOn(use: Use, what: Sounding): Promise<void> {
  await what.setSinkId?.(chosen.peek()[use]).catch(() => undefined)
}
