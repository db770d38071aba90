import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Entry, View } from './protocol'
import { text } from './texts'
import { moment } from './time'

// Thread is everything that the citizen did, on all channels, oldest first; it opens at its end. It is searched here: what is kept of it is
// sealed, and reads as text on the page alone.
export function Thread({ view, children }: { view: View; children?: ComponentChildren }) {
  const query = useSignal('')
  const wanted = folded(query.value.trim())
  const lines = [...view.timeline].reverse().filter((e) => !wanted || folded(say(e)).includes(wanted))
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => end.current?.scrollIntoView({ block: 'end' }), [lines.length])
  return (
    <>
    {view.timeline.length > few && (
      <input class="find" type="search" maxLength={100} value={query.value} placeholder={text('timeline.find')} aria-label={text('timeline.find')}
        onInput={(e) => (query.value = e.currentTarget.value)} />
    )}
    <div class="thread" role="log" aria-label={text('timeline')}>
      {lines.length === 0 && <p class="muted">{text(wanted ? 'timeline.nothing' : 'timeline.empty')}</p>}
      {lines.map((e, i) => (
        <>
          {e.interaction !== lines[i - 1]?.interaction && (
            <div class="break" key={'i' + e.interaction}>
              {e.channel === 'voice' ? '☎ ' + text('offer.voice') : '✉ SMS'} · {moment(e.at)}
            </div>
          )}
          <Line key={e.id} entry={e} />
        </>
      ))}
      {children}
      <div ref={end} />
    </div>
    </>
  )
}

// A timeline of so few lines is read faster than it is searched.
const few = 3

// folded makes texts comparable: neither case nor the letters that phones lack matter.
function folded(s: string): string {
  const neighbours: Record<string, string> = { ё: 'е', ә: 'а', ғ: 'г', қ: 'к', ң: 'н', ө: 'о', ұ: 'у', ү: 'у', һ: 'х', і: 'и', й: 'и' }
  return s.toLowerCase().replace(/[ёәғқңөұүһій]/g, (letter) => neighbours[letter]!)
}

function Line({ entry: e }: { entry: Entry }) {
  const side = e.speaker === 'citizen' ? 'theirs' : e.speaker === 'okno' ? 'okno' : 'ours'
  const name = e.name || text('speaker.' + e.speaker)
  return (
    <div class={`line ${side} ${e.kind}`}>
      <div class="bubble">{say(e)}</div>
      <div class="meta">
        {name} · {moment(e.at)}
        {e.delivery && <span class={'delivery ' + e.delivery} title={text('delivery.' + e.delivery)}> {ticks[e.delivery]} {bad.includes(e.delivery) && text('delivery.' + e.delivery)}</span>}
      </div>
    </div>
  )
}

const ticks: Record<string, string> = { queued: '◷', sent: '✓', delivered: '✓✓', undeliverable: '✗', expired: '✗', failed: '✗', unknown: '?' }
const bad = ['undeliverable', 'expired', 'failed', 'unknown']

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
