import { useEffect, useRef } from 'preact/hooks'
import { text } from '../store/texts'

interface Bar { label: string; value: number | null; shown: string }
interface Props { file: string; title: string; period: string; definition: string; bars: Bar[] }

const width = 960 // pixels of the picture, which has twice as many of the screen's
const row = 26
const margin = 24
const head = 84
const most = 100 // bars: a picture of more is not read

// ReportPicture draws a figure of a report, line by line, with its period and its definition, as a picture to be saved.
export function ReportPicture({ file, title, period, definition, bars }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const shown = bars.slice(0, most)
  useEffect(() => { if (canvas.current) draw(canvas.current, title, period, definition, shown) })
  const save = () => canvas.current?.toBlob((picture) => {
    if (!picture) return
    const link = document.createElement('a')
    link.href = URL.createObjectURL(picture)
    link.download = file + '.png'
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  })
  return (
    <figure class="report-picture">
      <canvas ref={canvas} role="img" aria-label={`${title}. ${period}. ${shown.map((b) => `${b.label}: ${b.shown}`).join('; ')}`} />
      <figcaption class="choice"><button id="report-png" onClick={save}>{text('reports.png')}</button>{bars.length > most && <span class="muted">{text('reports.first')} {most}</span>}</figcaption>
    </figure>
  )
}

function draw(canvas: HTMLCanvasElement, title: string, period: string, definition: string, bars: Bar[]): void {
  const pen = canvas.getContext('2d')
  if (!pen) return
  const style = getComputedStyle(canvas)
  const font = (size: number, weight = 400) => (pen.font = `${weight} ${size}px ${style.fontFamily}`)
  font(13)
  const told = wrapped(pen, definition, width - 2 * margin)
  const height = head + bars.length * row + margin + told.length * 18 + margin
  canvas.width = width * 2
  canvas.height = height * 2
  canvas.style.aspectRatio = `${width} / ${height}`
  pen.scale(2, 2)
  pen.fillStyle = style.backgroundColor
  pen.fillRect(0, 0, width, height)
  pen.textBaseline = 'middle'
  pen.fillStyle = style.color
  font(20, 600)
  pen.fillText(title, margin, margin + 8, width - 2 * margin)
  font(14)
  pen.fillText(period, margin, margin + 36, width - 2 * margin)
  const names = Math.min(300, Math.max(80, ...bars.map((b) => pen.measureText(b.label).width)) + 12)
  const room = width - 2 * margin - names - 110
  const largest = Math.max(...bars.map((b) => b.value ?? 0), Number.MIN_VALUE)
  bars.forEach((b, i) => {
    const y = head + i * row + row / 2
    pen.fillStyle = style.color
    pen.fillText(b.label, margin, y, names - 8)
    const long = Math.max(b.value ? 2 : 0, ((b.value ?? 0) / largest) * room)
    pen.fillStyle = style.accentColor === 'auto' ? '#0b5563' : style.accentColor
    pen.fillRect(margin + names, y - row / 2 + 5, long, row - 10)
    pen.fillStyle = style.color
    pen.fillText(b.shown, margin + names + long + 8, y)
  })
  font(13)
  told.forEach((line, i) => pen.fillText(line, margin, head + bars.length * row + margin + i * 18))
}

// wrapped breaks a text into lines that are at most so wide.
function wrapped(pen: CanvasRenderingContext2D, words: string, most: number): string[] {
  const lines: string[] = []
  for (const word of words.split(/\s+/)) {
    const longer = [lines.at(-1), word].filter(Boolean).join(' ')
    if (lines.length > 0 && pen.measureText(longer).width <= most) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}
