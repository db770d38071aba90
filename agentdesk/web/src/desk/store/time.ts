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

// length says how long a sound is, in whole seconds, or where in it something is said: m:ss, and 61:05 above an hour.
export const length = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

// Dates and times are written alike in the three languages of the desk, whatever that of the browser is: 28.11.2026 14:03.
const written = 'ru'

// moment gives the time of day, and the day if it is another one.
export function moment(at: string): string {
  return new Date(at).toDateString() === new Date().toDateString() ? hour(at) : stamp(at)
}

// hour gives the time of day.
export const hour = (at: string): string => new Date(at).toLocaleTimeString(written, { hour: '2-digit', minute: '2-digit' })

// date gives the day of a moment.
export const date = (at: string): string => new Date(at).toLocaleDateString(written)

// stamp gives the day and the time, in a zone if it is not the browser's.
export const stamp = (at: string, timeZone?: string): string =>
  new Date(at).toLocaleString(written, { day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone }).replace(',', '')

// today is the day here, as forms have it.
export function today(): string {
  const now = new Date()
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, '0')).join('-')
}

// day writes a date that has no time.
export function day(iso: string): string {
  return iso.split('-').reverse().join('.')
}
