// Plots of a day by quarters of an hour; loaded when the wallboard is.
import uPlot from 'uplot'
import { share, sum, type Quarter } from './quarters'
import { text } from '../store/texts'

export type What = 'offered' | 'level' | 'abandoned'

const quarter = 15 // minutes

// plot draws a figure of today, and of the same day of the week before, and gives what removes it.
export function plot(into: HTMLElement, day: { from: string; to: string; today: Quarter[]; before: Quarter[] }, queue: string, what: What): () => void {
  const from = Date.parse(day.from)
  const quarters = Math.round((Date.parse(day.to) - from) / (quarter * 60_000)) // a day on which clocks change is an hour longer or shorter
  const minutes = Array.from({ length: quarters }, (_, i) => i * quarter)
  const figure = (all: Quarter[], until: number) => minutes.map((minute) => {
    if (minute > until) return null
    const so = sum(all.filter((q) => q.minute === minute && (!queue || q.queue === queue)))
    if (what !== 'level') return so[what]
    const level = share(so)
    return level === null ? null : Math.round(level * 100)
  })
  const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const axis = { stroke: color('--muted'), grid: { stroke: color('--line'), width: 1 }, ticks: { stroke: color('--line') } }
  const two = (n: number) => String(n).padStart(2, '0')
  const height = 200
  const drawn = new uPlot({
    width: into.clientWidth, height, cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false, range: [0, quarters * quarter] }, y: { range: (_, least, most) => [Math.min(0, least ?? 0), what === 'level' ? 100 : Math.max(4, most ?? 0)] } },
    axes: [{ ...axis, incrs: [60, 120, 180], values: (_, at) => at.map((m) => `${two(Math.floor(m / 60))}:${two(m % 60)}`) }, axis],
    series: [
      { label: text('wall.time'), value: (_, m) => (m === null ? '' : `${two(Math.floor(m / 60))}:${two(m % 60)}`) },
      { label: text('wall.today'), stroke: color('--brand'), width: 2, points: { show: false } },
      { label: text('wall.before'), stroke: color('--muted'), width: 1, dash: [6, 4], points: { show: false } },
    ],
  }, [minutes, figure(day.today, (Date.now() - from) / 60_000), figure(day.before, Infinity)], into)
  const fit = new ResizeObserver(() => drawn.setSize({ width: into.clientWidth, height }))
  fit.observe(into)
  return () => {
    fit.disconnect()
    drawn.destroy()
  }
}
