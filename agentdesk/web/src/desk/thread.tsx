import { useEffect, useRef } from 'preact/hooks'
import type { Entry, View } from './protocol'
import { text } from './texts'
import { moment } from './time'

// Thread is everything that the citizen did, on all channels, oldest first; it opens at its end.
export function Thread({ view }: { view: View }) {
  const lines = [...view.timeline].reverse()
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => end.current?.scrollIntoView({ block: 'end' }), [lines.length])
  return (
    <div class="thread" role="log" aria-label={text('timeline')}>
      {lines.length === 0 && <p class="muted">{text('timeline.empty')}</p>}
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
      <div ref={end} />
    </div>
  )
}

function Line({ entry: e }: { entry: Entry }) {
  const side = e.speaker === 'citizen' ? 'theirs' : e.speaker === 'okno' ? 'okno' : 'ours'
  const name = e.name || text('speaker.' + e.speaker)
  return (
    <div class={`line ${side} ${e.kind}`}>
      <div class="bubble">{say(e)}</div>
      <div class="meta">{name} · {moment(e.at)}</div>
    </div>
  )
}

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
