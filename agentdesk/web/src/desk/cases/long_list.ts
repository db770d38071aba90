// Which rows of a long table are drawn: those in view with some around them, and the one that has the focus. The others are gaps of their height:
// a list of ten thousand rows scrolls as one of a hundred does.
import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

// Part is either rows that are drawn, the last one left out, or a gap of so many pixels.
export type Part = { key: string; from: number; to: number } | { key: string; gap: number }

const around = 16 // rows above and below the view: a page further by key is there already
const step = 8 // the drawn rows change by so many at a time

// useLongList gives the parts of a table with so many rows. A row has the attribute data-row with its place, and all have one height.
export function useLongList(table: RefObject<HTMLTableElement | null>, rows: number): Part[] {
  const view = useSignal({ from: 0, to: 2 * around })
  const focused = useSignal(-1)
  const height = useSignal(44) // pixels, until a row is measured
  useEffect(() => {
    let waits = 0
    const look = () => {
      waits = 0
      const body = table.current?.tBodies[0]
      if (!body) return
      height.value = body.querySelector('tr[data-row]')?.getBoundingClientRect().height || height.value
      const top = -body.getBoundingClientRect().top / height.value
      const first = Math.floor((top - around) / step) * step
      const last = Math.ceil((top + window.innerHeight / height.value + around) / step) * step
      const from = Math.max(0, Math.min(first, rows - 1))
      const to = Math.max(from, Math.min(last, rows))
      if (from !== view.value.from || to !== view.value.to) view.value = { from, to }
    }
    const soon = () => { waits ||= requestAnimationFrame(look) }
    const focus = (e: FocusEvent) => {
      const row = e.target instanceof Element && table.current?.contains(e.target) ? e.target.closest('tr')?.dataset.row : undefined
      focused.value = row === undefined ? -1 : Number(row)
    }
    look()
    window.addEventListener('scroll', soon, { capture: true, passive: true }) // of whatever scrolls
    window.addEventListener('resize', soon)
    document.addEventListener('focusin', focus)
    return () => {
      cancelAnimationFrame(waits)
      window.removeEventListener('scroll', soon, { capture: true })
      window.removeEventListener('resize', soon)
      document.removeEventListener('focusin', focus)
    }
  }, [rows])
  return partsOf(Math.min(view.value.from, rows), Math.min(view.value.to, rows), focused.value, rows, height.value)
}

// partsOf gives the parts of a table of so many rows of which those from one to another are in view, and one has the focus (-1: none).
export function partsOf(from: number, to: number, focused: number, rows: number, height: number): Part[] {
  const drawn = [{ from, to }]
  if (focused >= 0 && focused < from) drawn.unshift({ from: focused, to: focused + 1 })
  if (focused >= to && focused < rows) drawn.push({ from: focused, to: focused + 1 })
  const parts: Part[] = []
  let at = 0
  for (const part of drawn) {
    if (part.from > at) parts.push({ key: 'gap' + parts.length, gap: (part.from - at) * height })
    if (part.to > part.from) parts.push({ key: 'rows' + part.from, ...part })
    at = part.to
  }
  if (rows > at) parts.push({ key: 'end', gap: (rows - at) * height })
  return parts
}
