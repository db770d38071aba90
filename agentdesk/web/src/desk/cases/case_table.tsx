import { useRef } from 'preact/hooks'
import { agent, now } from '../store/desk'
import { useLongList } from './long_list'
import { text } from '../store/texts'
import { day } from '../store/time'

// Line is a case in the list: nothing of whose it is.
export interface Line {
  id: number; number: string; kind: string; state: string; next: string[] | null; service: string; agency: string; priority: number; queue: string; assignee: string
  due_at: string | null; opened_at: string
}

interface Props {
  lines: Line[]
  ticked: string[] // numbers
  tick(numbers: string[]): void
  take(number: string): void
  open(number: string): void
}

const soon = 24 * 3600 * 1000 // milliseconds before the term
const columns = ['number', 'kind', 'state', 'term', 'priority', 'who', 'take']

// CaseTable lists cases, ten thousand as well as ten. Whoever leads the floor ticks any, others their own; with Shift all between two ticks.
export function CaseTable({ lines, ticked, tick, take, open }: Props) {
  const table = useRef<HTMLTableElement>(null)
  const last = useRef('') // the number that was ticked last
  const parts = useLongList(table, lines.length)
  const mayTick = (l: Line) => agent.value?.role !== 'agent' || l.assignee === agent.value.login
  const set = (l: Line, on: boolean, range: boolean) => {
    const [a, b] = [lines.findIndex((other) => other.number === last.current), lines.indexOf(l)]
    const some = range && a >= 0 ? lines.slice(Math.min(a, b), Math.max(a, b) + 1).filter(mayTick) : [l]
    const numbers = some.map((other) => other.number)
    last.current = l.number
    tick([...ticked.filter((n) => !numbers.includes(n)), ...(on ? numbers : [])])
  }
  const all = lines.filter(mayTick)
  const chosen = new Set(ticked)
  return (
    <table class="worklist" ref={table} aria-rowcount={lines.length + 1}>
      <thead>
        <tr>
          <th scope="col">
            {all.length > 0 && <input type="checkbox" class="tick-all" aria-label={text('work.tick.all')} checked={all.every((l) => chosen.has(l.number))}
              onChange={(e) => tick(e.currentTarget.checked ? all.map((l) => l.number) : [])} />}
            <span class="visually-hidden">{text('work.tick')}</span>
          </th>
          {columns.map((key) => <th key={key} scope="col">{text('work.' + key)}</th>)}
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => 'gap' in part
          ? <tr key={part.key} class="gap" aria-hidden="true"><td colSpan={columns.length + 1} style={{ height: part.gap }} /></tr>
          : lines.slice(part.from, part.to).map((l, i) => (
            <tr key={l.id} data-number={l.number} data-row={part.from + i} aria-rowindex={part.from + i + 2}>
              <td>{mayTick(l) && <input type="checkbox" class="tick" aria-label={`${text('work.tick')} ${l.number}`} checked={chosen.has(l.number)}
                onClick={(e) => set(l, e.currentTarget.checked, e.shiftKey)} />}</td>
              <th scope="row">{l.number.replace(/(\d{3})(?=\d)/g, '$1 ')}</th>
              <td>{text('kind.' + l.kind)}{l.service && ` · ${l.service}`}</td>
              <td>{text('case.' + l.state)}</td>
              <td><Term at={l.due_at} /></td>
              <td class="number">{l.priority || ''}</td>
              <td>{l.assignee || l.queue}</td>
              <td>
                {l.assignee === agent.value?.login
                  ? <button class="open" onClick={() => open(l.number)}>{text('work.open')}</button>
                  : !l.assignee && <button class="take" onClick={() => take(l.number)}>{text('work.take')}</button>}
                {agent.value?.role === 'supervisor' && l.assignee !== agent.value.login && <button class="look" onClick={() => open(l.number)}>{text('work.look')}</button>}
              </td>
            </tr>
          )))}
      </tbody>
    </table>
  )
}

// Term says a term in words and in colour.
function Term({ at }: { at: string | null }) {
  if (!at) return <span class="muted">—</span>
  const left = new Date(at).getTime() - now.value
  const kind = left < 0 ? 'overdue' : left < soon ? 'soon' : 'later'
  return <span class={'term ' + kind}>{day(at.slice(0, 10))} · {text('work.term.' + kind)}</span>
}
