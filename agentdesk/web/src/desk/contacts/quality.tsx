import type { Contact, Heard } from '../store/protocol'
import { text } from '../store/texts'
import { moment } from '../store/time'

// sayQuality says in a line how a talk sounded.
export const sayQuality = (h: Heard): string => `${text('quality')} ${h.mos.toFixed(1)} · ${text('quality.' + h.grade)}`

// Quality is how a talk sounded, with what was measured of each leg.
export function Quality({ of: h }: { of: Heard }) {
  const known = (value: number | null, unit: string) => (value === null ? text('quality.unknown') : `${value} ${unit}`)
  return (
    <div class={'line did quality ' + h.grade} data-quality={h.interaction}>
      <div class="bubble">
        <details>
          <summary>{sayQuality(h)}</summary>
          <table>
            <thead>
              <tr>
                <th />
                {['quality', 'quality.worst', 'quality.loss', 'quality.far_loss', 'quality.jitter', 'quality.round_trip'].map((key) => <th key={key} scope="col">{text(key)}</th>)}
              </tr>
            </thead>
            <tbody>
              {h.legs.map((leg, i) => (
                <tr key={i}>
                  <th scope="row">{leg.name || text('quality.' + leg.role)}</th>
                  <td>{leg.mos.toFixed(1)} {text('quality.' + leg.grade)}</td>
                  <td>{leg.worst.toFixed(1)}</td>
                  <td>{leg.loss} %</td>
                  <td>{known(leg.far_loss, '%')}</td>
                  <td>{leg.jitter} {text('quality.ms')}</td>
                  <td>{known(leg.round_trip, text('quality.ms'))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </div>
      <div class="meta">{moment(h.at)}</div>
    </div>
  )
}

// PoorConnection tells the agent while a talk sounds poor, and on whose side.
export function PoorConnection({ contact: c }: { contact: Contact }) {
  const poor = c.parties.filter((p) => p.poor)
  if (c.state !== 'connected' || poor.length === 0) return null
  return <span class="poor" role="status">{text('quality.now')}: {poor.map((p) => p.name || text('quality.' + p.role)).join(', ')}</span>
}
