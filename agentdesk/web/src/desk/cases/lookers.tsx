import { lookers } from './looking'
import { text } from '../store/texts'

// Lookers are those who have the case open as well, and those of them who write in it.
export function Lookers({ number }: { number: string }) {
  const all = lookers(number)
  const writing = all.filter((a) => a.typing)
  if (all.length === 0) return null
  return (
    <p class="lookers" role="status">
      {text('work.lookers')}: {all.map((a) => a.name).join(', ')}
      {writing.length > 0 && <span class="writing"> · {text('work.writing')}: {writing.map((a) => a.name).join(', ')}</span>}
    </p>
  )
}
