import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { layers, size, type Graph, type Node, type Way } from './dialogue_layers'
import { has, text } from '../store/texts'

export interface Passed { visits: number; left: number } // of the report: who came to a node, and who went away there

interface Props {
  graph: Graph
  chosen: string
  faults: Map<string, number> // findings, by node
  passed: Map<string, Passed> | null // null: the funnel is not shown
  at: string // the node at which a tryout waits
  choose(name: string): void
}

const letters = 20 // of a name, as many as a node has room for
const scales = [0.4, 0.6, 0.8, 1, 1.25]
const margin = 24

// Picture draws a dialogue. A click on a node chooses it; the arrows go along its ways, and up and down in its layer.
export function Picture({ graph, chosen, faults, passed, at, choose }: Props) {
  const spots = useMemo(() => layers(graph), [graph])
  const scale = useSignal(0.8)
  const frame = useRef<HTMLDivElement>(null)
  const drawn = useRef<SVGSVGElement>(null)
  useEffect(() => {
    const e = frame.current
    if (!e) return
    const begins = e.scrollTop === 0 && e.scrollLeft === 0 ? graph.nodes.find((n) => n.starts.length > 0)?.name : undefined
    const spot = spots.get(chosen || begins || '')
    if (!spot) return
    const [left, top] = [(spot.x + margin) * scale.value, (spot.y + margin) * scale.value]
    const hidden = left < e.scrollLeft || top < e.scrollTop || left + size.width > e.scrollLeft + e.clientWidth || top + size.height > e.scrollTop + e.clientHeight
    if (hidden) e.scrollTo({ left: left - e.clientWidth / 3, top: top - e.clientHeight / 2 })
  }, [chosen, spots, scale.value])
  const width = Math.max(...[...spots.values()].map((s) => s.x)) + size.width + 2 * margin
  const height = Math.max(...[...spots.values()].map((s) => s.y)) + size.height + 2 * margin
  const most = Math.max(1, ...[...(passed?.values() ?? [])].map((p) => p.visits))
  const first = spots.has(chosen) ? chosen : graph.nodes[0]?.name
  const between = (w: Way) => graph.ways.filter((o) => o.from === w.from && o.to === w.to).map((o) => o.by.replace(/^word\./, '')).filter(Boolean).join(', ')
  const go = (event: KeyboardEvent, n: Node) => {
    const spot = spots.get(n.name)!
    const beside = (step: number) => graph.nodes.map((o) => o.name).filter((o) => spots.get(o)!.layer === spot.layer)
      .sort((a, b) => spots.get(a)!.y - spots.get(b)!.y).find((_, i, row) => row[i - step] === n.name)
    const to = {
      Enter: n.name, ' ': n.name, ArrowRight: graph.ways.find((w) => w.from === n.name && w.to !== n.name)?.to,
      ArrowLeft: graph.ways.find((w) => w.to === n.name && w.from !== n.name)?.from, ArrowDown: beside(1), ArrowUp: beside(-1),
    }[event.key]
    if (!to) return
    event.preventDefault()
    choose(to)
    requestAnimationFrame(() => drawn.current?.querySelector<SVGGElement>(`[data-node="${CSS.escape(to)}"]`)?.focus())
  }
  return (
    <div class="picture">
      <p class="zoom">
        {scales.map((s) => <button key={s} class="plain" aria-pressed={scale.value === s} onClick={() => (scale.value = s)}>{Math.round(s * 100)} %</button>)}
      </p>
      <div class="frame" ref={frame} tabIndex={0} role="group" aria-label={text('dialogue.graph')}>
        <svg ref={drawn} width={width * scale.value} height={height * scale.value} viewBox={`${-margin} ${-margin} ${width} ${height}`} role="group" aria-label={text('dialogue.graph')}>
          {graph.ways.map((w) => {
            const [from, to] = [spots.get(w.from)!, spots.get(w.to)!]
            const mine = w.from === chosen || w.to === chosen
            const nth = graph.ways.filter((o) => o.from === w.from).indexOf(w)
            const [x1, y1, x2, y2] = [from.x + size.width, from.y + size.height / 2, to.x, to.y + size.height / 2]
            const bend = Math.max(40, Math.abs(x2 - x1) / 3)
            return (
              <g key={w.from + w.to + w.by} class={'way' + (mine ? ' mine' : '')} aria-hidden="true">
                <path d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />
                {w.from === chosen ? <text class="by" x={x2 - 6} y={y2 - 5}>{between(w)}</text> : w.by.length === 1 && <text x={x1 + 4} y={y1 + (nth % 5) * 11 - 14}>{w.by}</text>}
              </g>
            )
          })}
          {graph.nodes.map((n) => {
            const spot = spots.get(n.name)!
            const wrong = faults.get(n.name) ?? 0
            const flow = passed?.get(n.name)
            return (
              <g key={n.name} class={['node', 'kind-' + (n.kind || 'none'), wrong > 0 ? 'faulty' : '', n.name === at ? 'waits' : ''].join(' ')} data-node={n.name} role="button"
                tabIndex={n.name === first ? 0 : -1} aria-pressed={n.name === chosen} transform={`translate(${spot.x} ${spot.y})`}
                onClick={() => choose(n.name)} onKeyDown={(e) => go(e, n)}>
                <rect width={size.width} height={size.height} rx={n.kind === 'menu' || n.kind === 'ask' ? 20 : 6} />
                {flow && <rect class="flow" width={size.width * (flow.visits / most)} height={5} y={size.height - 5} />}
                <text x={10} y={17} {...fitting(n.name, letters)}>{n.starts.length > 0 ? '▶ ' : ''}{n.name}</text>
                <text x={10} y={32} class="does" {...fitting(flow ? '' : n.does, letters + 6)}>{flow ? sayFlow(flow) : n.does || kind(n.kind)}</text>
                {wrong > 0 && <text x={size.width - 8} y={17} class="count">! {wrong}</text>}
              </g>
            )
          })}
        </svg>
      </div>
    </div>
  )
}

export const kind = (k: string): string => (has('dialogue.kind.' + k) ? text('dialogue.kind.' + k) : '')

// fitting presses what has more letters than there is room for.
const fitting = (said: string, most: number) => (said.length > most ? { textLength: size.width - 30, lengthAdjust: 'spacingAndGlyphs' } : {})

const sayFlow = (p: Passed): string => `${p.visits} → −${p.left}`
