import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Tick } from './delivery'
import { because } from './own_words'
import type { Entry, Heard, Move, Recorded, View } from '../store/protocol'
import { Quality, sayQuality } from './quality'
import { Talk } from '../recordings/recordings'
import { text, whose } from '../store/texts'
import { moment } from '../store/time'

// Shown is what a thread shows of a view.
type Shown = Pick<View, 'timeline' | 'moves' | 'recordings'> & Partial<Pick<View, 'heard'>>

// Thread is everything that the citizen did, on all channels, and what became of the citizen's cases, oldest first; it opens at its end. It is
// searched here: what is kept of it is sealed, and reads as text on the page alone.
export function Thread({ view, children }: { view: Shown; children?: ComponentChildren }) {
  const query = useSignal('')
  const kind = useSignal<Kind>('all')
  const wanted = folded(query.value.trim())
  const all = inOrder(view)
  const lines = all.filter((line) => ofKind(line, kind.value) && (!wanted || folded(saidIn(line)).includes(wanted)))
  const some = wanted !== '' || kind.value !== 'all'
  const log = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const toEnd = () => { if (log.current) log.current.scrollTop = log.current.scrollHeight }
  useEffect(toEnd, [lines.length])
  useEffect(() => { // it stays at its end when others on the page take room from it
    const sized = new ResizeObserver(() => { if (atEnd.current) toEnd() })
    sized.observe(log.current!)
    return () => sized.disconnect()
  }, [])
  let interaction = 0
  return (
    <>
    {all.length > few && (
      <div class="find">
        <input type="search" maxLength={100} value={query.value} placeholder={text('timeline.find')} aria-label={text('timeline.find')}
          onInput={(e) => (query.value = e.currentTarget.value)} />
        <select aria-label={text('timeline.kind')} value={kind.value} onChange={(e) => (kind.value = e.currentTarget.value as Kind)}>
          {kinds.map((k) => <option key={k} value={k}>{text('timeline.kind.' + k)}</option>)}
        </select>
      </div>
    )}
    <div class="thread" role="log" tabIndex={0} aria-label={text('timeline')} ref={log}
      onScroll={({ currentTarget: e }) => (atEnd.current = e.scrollHeight - e.scrollTop - e.clientHeight < 8)}>
      {lines.length === 0 && <p class="muted">{text(some ? 'timeline.nothing' : 'timeline.empty')}</p>}
      {folds(lines, some).map((part) => part.machine ? <Machine key={'f' + part.lines[0]!.id} lines={part.lines} /> : part.lines.map((line) => {
        if ('legs' in line) return <Quality key={'q' + line.interaction} of={line} />
        if ('seconds' in line) return <Talk key={'r' + line.id} of={line} />
        if ('number' in line) return <Moved key={'m' + line.number + line.at} move={line} />
        const begins = line.interaction !== interaction
        interaction = line.interaction
        return (
          <>
            {begins && (
              <div class="break" key={'i' + line.interaction}>
                {line.channel === 'voice' ? '☎ ' + text('offer.voice') : '✉ SMS'} · {moment(line.at)}
              </div>
            )}
            <Line key={line.id} entry={line} />
          </>
        )
      }))}
      {children}
    </div>
    </>
  )
}

// The kinds of lines by which a timeline is filtered: what was said and done on the telephone, what was written, what agents noted, the steps
// of cases, and the recordings with how they sounded.
const kinds = ['all', 'voice', 'sms', 'note', 'case', 'recording'] as const
type Kind = (typeof kinds)[number]

function ofKind(line: Told, kind: Kind): boolean {
  if (kind === 'all') return true
  if ('legs' in line || 'seconds' in line) return kind === 'recording'
  if ('number' in line) return kind === 'case'
  if (kind === 'note') return line.kind === 'note' || line.kind === 'disposition'
  return kind === 'voice' ? line.channel === 'voice' : kind === 'sms' && line.channel !== 'voice'
}

// Told is a line of a thread.
type Told = Entry | Move | Recorded | Heard
type Part = { machine: true; lines: Entry[] } | { machine: false; lines: Told[] }

const leastFolded = 5 // lines: fewer are read faster than they are opened

// folds parts the lines into those that are shown and runs of those in which the citizen had the machine alone, which fold into one. What the
// citizen wrote last, before somebody answers, is shown. Where something is looked for nothing folds.
function folds(lines: Told[], some: boolean): Part[] {
  const parts: Part[] = []
  let run: Entry[] = []
  const end = () => {
    const last = run.findLastIndex((e) => e.speaker === 'okno') + 1
    if (!some && last >= leastFolded) {
      parts.push({ machine: true, lines: run.slice(0, last) })
      run = run.slice(last)
    }
    if (run.length > 0) parts.push({ machine: false, lines: run })
    run = []
  }
  for (const line of lines) {
    const ofMachine = !('legs' in line) && !('seconds' in line) && !('number' in line) && (line.speaker === 'okno' || line.speaker === 'citizen') && line.kind !== 'did'
    if (!ofMachine || (run.length > 0 && run[0]!.interaction !== line.interaction)) end()
    if (ofMachine) run.push(line)
    else parts.push({ machine: false, lines: [line] })
  }
  end()
  return parts
}

// Machine is what the citizen and the machine said to each other, in one line that opens.
function Machine({ lines }: { lines: Entry[] }) {
  const open = useSignal(false)
  const [first, last] = [lines[0]!, lines.at(-1)!]
  return (
    <>
      <div class="break">{first.channel === 'voice' ? '☎ ' + text('offer.voice') : '✉ SMS'} · {moment(first.at)}</div>
      <button class="plain machine" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        {open.value ? '▾' : '▸'} {text('timeline.machine')} · {lines.length} · {moment(first.at)}–{moment(last.at)}
      </button>
      {open.value && lines.map((e) => <Line key={e.id} entry={e} />)}
    </>
  )
}

// saidIn is what a line is searched by.
function saidIn(line: Told): string {
  if ('legs' in line) return sayQuality(line)
  if ('seconds' in line) return text('recording.talk')
  return 'number' in line ? sayMove(line) + line.told : say(line)
}

// inOrder puts what was said, what was recorded, and the steps of cases, into one order, the oldest first.
function inOrder(view: Shown): Told[] {
  const entries = [...view.timeline].reverse()
  const since = entries[0]?.at ?? ''
  const moves = view.moves.filter((m) => Date.parse(m.at) >= Date.parse(since) || entries.length < most)
  return [...entries, ...moves, ...view.recordings, ...(view.heard ?? [])].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

const most = 200 // so many entries come at once: of the time before them nothing is shown

// A timeline of so few lines is read faster than it is searched.
const few = 3

// folded makes texts comparable: neither case nor the letters that phones lack matter.
function folded(s: string): string {
  const neighbours: Record<string, string> = { ё: 'е', ә: 'а', ғ: 'г', қ: 'к', ң: 'н', ө: 'о', ұ: 'у', ү: 'у', һ: 'х', і: 'и', й: 'и' }
  return s.toLowerCase().replace(/[ёәғқңөұүһій]/g, (letter) => neighbours[letter]!)
}

function Line({ entry: e }: { entry: Entry }) {
  const side = e.speaker === 'citizen' ? 'theirs' : e.speaker === 'okno' ? 'okno' : 'ours'
  return (
    <div class={`line ${side} ${e.kind}`}>
      <Bubble body={say(e)} />
      <div class="meta">
        {whose(e.speaker, e.name)} · {moment(e.at)}
        <Tick of={e.delivery} />
      </div>
    </div>
  )
}

// Moved is a step of a case, and what the citizen was told of it.
function Moved({ move: m }: { move: Move }) {
  return (
    <div class="line did move">
      <Bubble body={sayMove(m)} />
      {m.told && <Bubble body={`✉ ${m.told}`} />}
      <div class="meta">{whose(m.by, m.name)} · {moment(m.at)}<Tick of={m.delivery} /></div>
    </div>
  )
}

function sayMove(m: Move): string {
  const states = [m.from, m.to].filter((s, i, both) => s && s !== both[i - 1]).map((s) => text('case.' + s))
  return [`${text('timeline.case')} ${m.number}: ${states.join(' → ')}`, m.from ? because(m.why) : ''].filter(Boolean).join(' · ')
}

// Bubble is what somebody said or did. A letter folds.
function Bubble({ body }: { body: string }) {
  const open = useSignal(false)
  if (body.length <= long || open.value) return <div class="bubble">{body}</div>
  return (
    <div class="bubble">
      {body.slice(0, long)}… <button class="plain unfold" onClick={() => (open.value = true)}>{text('timeline.unfold')}</button>
    </div>
  )
}

const long = 600 // letters: four SMS segments in Cyrillic, and half a screen

function say(e: Entry): string {
  switch (e.kind) {
    case 'keyed':
      return `⌨ ${e.body}`
    case 'note':
      return `✎ ${e.body}`
    case 'disposition':
      return `✓ ${text('disposition.' + e.body)}`
    case 'did': {
      const [what, number = '', ...states] = e.body.split(' ')
      return `${text('did.' + what)} ${number} ${states.map((s) => text('case.' + s)).join(' → ')}`.trim()
    }
    default:
      return e.body
  }
}
