import { text } from '../store/texts'

// Wave is how loud each side of a talk is over its length, in percent of the loudest that there can be.
export interface Wave { citizen: number[]; others: number[] }

const height = 24 // of a side
const full = 50 // percent: speech is seldom louder, and would be a thin line beside what could be

// Waveform draws who spoke when, the citizen above and the others below, and how far it has been played. A click goes to another place; by key
// the player itself does.
export function Waveform({ of, at, seek }: { of: Wave; at: number; seek(share: number): void }) {
  const parts = of.citizen.length
  const bars = (loud: number[], up: boolean) => loud.map((percent, i) => {
    const tall = Math.max(0.5, Math.min(1, percent / full) * height)
    return `M${i} ${height}v${up ? -tall : tall}`
  }).join('')
  return (
    <figure class="waveform">
      <svg viewBox={`0 0 ${parts} ${2 * height}`} preserveAspectRatio="none" role="img" aria-label={text('recording.waveform')}
        onClick={(e) => { const box = e.currentTarget.getBoundingClientRect(); seek((e.clientX - box.left) / box.width) }}>
        <path class="theirs" d={bars(of.citizen, true)} />
        <path class="ours" d={bars(of.others, false)} />
        <path class="played" d={`M${at * parts} 0v${2 * height}`} />
      </svg>
      <figcaption><span class="theirs">▲ {text('recording.citizen')}</span> <span class="ours">▼ {text('recording.others')}</span></figcaption>
    </figure>
  )
}
