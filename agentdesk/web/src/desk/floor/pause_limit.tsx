import { now } from '../store/desk'
import { text } from '../store/texts'
import { since, until } from '../store/time'

// PauseLimit says how much is left of a pause that has a limit, or by how much it is over.
export function PauseLimit({ until: end }: { until: string | null }) {
  if (!end) return null
  const over = Date.parse(end) <= now.value
  return <span class={over ? 'over-limit' : 'muted'}>{over ? `${text('pause.over')} ${since(end, now.value)}` : `${text('pause.left')} ${until(end, now.value)}`}</span>
}
