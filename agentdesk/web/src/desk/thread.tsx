import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Tick } from './delivery'
import { because } from './own_words'
import type { Entry, Heard, Move, Recorded, View } from './protocol'
import { Quality, sayQuality } from './quality'
import { Talk } from './recordings'
import { text, whose } from './texts'
import { moment } from './time'

// Told is what a thread shows of a view.
type Told = Pick<View, 'timeline' | 'moves' | 'recordings'> & Partial<Pick<View, 'heard'>>

// Thread is everything that the citizen did, on all channels, and what became of the citizen's cases, oldest first; it opens at its end. It is
// searched here: what is kept of it is sealed, and reads as text on the page alone.
export function Thread({ view, children }: { view: Told; children?: ComponentChildren }) {
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
      {lines.map((line) => {
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
      })}
      {children}
    </div>
    </>
  )
}

// The kinds of lines by which a timeline is filtered: what was said and done on the telephone, what was written, what agents noted, the steps
// of cases, and the recordings with how they sounded.
const kinds = ['all', 'voice', 'sms', 'note', 'case', 'recording'] as const
type Kind = (typeof kinds)[number]

function ofKind(line: Entry | Move | Recorded | Heard, kind: Kind): boolean {
  if (kind === 'all') return true
  if ('legs' in line || 'seconds' in line) return kind === 'recording'
  if ('number' in line) return kind === 'case'
  if (kind === 'note') return line.kind === 'note' || line.kind === 'disposition'
  return kind === 'voice' ? line.channel === 'voice' : kind === 'sms' && line.channel !== 'voice'
}

// saidIn is what a line is searched by.
function saidIn(line: Entry | Move | Recorded | Heard): string {
  if ('legs' in line) return sayQuality(line)
  if ('seconds' in line) return text('recording.talk')
  return 'number' in line ? sayMove(line) + line.told : say(line)
}

// inOrder puts what was said, what was recorded, and the steps of cases, into one order, the oldest first.
function inOrder(view: Told): (Entry | Move | Recorded | Heard)[] {
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
