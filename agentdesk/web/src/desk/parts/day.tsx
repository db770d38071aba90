import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { text } from '../store/texts'
import { day } from '../store/time'

interface Props {
  name?: string // in a form, which has the day as 2026-11-28
  id?: string
  value: string // the same, or ''
  min?: string // but what it was may stay
  onDay?(day: string): void // a whole day was written, or the field was emptied
}

// Day is a field for a day, written as the desk writes days: a browser's own field writes them in the browser's language.
export function Day({ name, id, value, min, onDay }: Props) {
  const written = useSignal(value ? day(value) : '')
  const first = useRef(value)
  const field = useRef<HTMLInputElement>(null)
  const meant = read(written.value)
  useEffect(() => {
    if (value !== (read(written.peek()) ?? '')) written.value = value ? day(value) : ''
  }, [value])
  useEffect(() => {
    const wrong = meant === null ? 'day.wrong' : meant && min && meant < min && meant !== first.current ? 'day.past' : ''
    field.current!.setCustomValidity(wrong && text(wrong))
  })
  return (
    <>
      <input ref={field} id={id} class="day" inputMode="numeric" maxLength={10} placeholder={text('day.form')} value={written.value}
        onInput={(e) => {
          written.value = e.currentTarget.value
          const now = read(written.value)
          if (now !== null && now !== value) onDay?.(now)
        }} />
      {name && <input type="hidden" name={name} value={meant ?? ''} />}
    </>
  )
}

// read gives the day that is written, '' for none, and null for what is no day.
function read(written: string): string | null {
  if (!written.trim()) return ''
  const parts = /^\s*(\d{1,2})[.,/\-\s](\d{1,2})[.,/\-\s](\d{4})\s*$/.exec(written)
  if (!parts) return null
  const iso = `${parts[3]}-${parts[2]!.padStart(2, '0')}-${parts[1]!.padStart(2, '0')}`
  const date = new Date(iso + 'T00:00:00Z')
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null // 31.02. is none
}

// newDay gives a day of a form, or '' if it is what it was: an overdue case keeps its day.
export const newDay = (now: FormDataEntryValue | null, was?: string | null): string => (now === (was ?? '') ? '' : String(now ?? ''))
