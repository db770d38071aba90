// since says how long ago something was, as mm:ss or h:mm:ss.
export function since(then: string, now: number): string {
  return clock(Math.max(0, now - Date.parse(then)))
}

// until says how long it is until something, never below zero.
export function until(then: string, now: number): string {
  return clock(Math.max(0, Date.parse(then) - now))
}

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`
}

// moment gives the time of day, and the day if it is another one.
export function moment(at: string): string {
  const t = new Date(at)
  const time = t.toLocaleTimeString('ru', { hour: '2-digit', minute: '2-digit' })
  return t.toDateString() === new Date().toDateString() ? time : `${t.toLocaleDateString('ru')} ${time}`
}

// today is the day here, as forms have it.
export function today(): string {
  const now = new Date()
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, '0')).join('-')
}

// day writes a date that has no time.
export function day(iso: string): string {
  return iso.split('-').reverse().join('.')
}
