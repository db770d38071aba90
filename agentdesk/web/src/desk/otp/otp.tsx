import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { section, send } from '../store/desk'
import { text } from '../store/texts'
import { stamp } from '../store/time'

interface Line { client: string; prefix: string; route: string; sent: number; delivered: number; undelivered: number; verified: number }
interface Hold { client: string; prefix: string; reason: string; counts?: Record<string, number>; since: string; until: string }

const stand = signal<{ report: Line[]; holds: Hold[] } | null>(null) // null: not known yet
const every = 10_000

async function read(hours: number): Promise<void> {
  const answer = await fetch(`/desk/otp?hours=${hours}`).catch(() => null)
  if (answer?.ok) stand.value = (await answer.json()) as { report: Line[]; holds: Hold[] }
  else if (answer?.status === 403) section.value = 'contacts'
}

// Passwords shows a supervisor what came of one-time passwords, and what is held.
export function Passwords() {
  const hours = useSignal(24)
  const wrong = useSignal('')
  useEffect(() => {
    void read(hours.value)
    const timer = setInterval(() => void read(hours.value), every)
    return () => clearInterval(timer)
  }, [hours.value])
  const lift = async (h: Hold) => {
    const answer = await send('/desk/otp/lift', { client: h.client, prefix: h.prefix })
    wrong.value = answer.ok || answer.code === 'prove' ? '' : answer.code
    void read(hours.value)
  }
  if (!stand.value) return <main class="links" />
  const { report, holds } = stand.value
  return (
    <main class="links" id="otp">
      <h1>{text('otp.title')}</h1>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      <section>
        <h2>{text('otp.held')}</h2>
        {holds.length === 0 ? <p class="muted">{text('otp.none')}</p> : (
          <table class="otp-holds">
            <thead>{heads('client', 'prefix', 'reason', 'until', 'lift')}</thead>
            <tbody>
              {holds.map((h) => (
                <tr key={h.client + h.prefix} data-client={h.client} data-prefix={h.prefix}>
                  <th scope="row">{h.client}</th>
                  <td>{h.prefix}</td>
                  <td><Reason of={h} /></td>
                  <td>{stamp(h.until)}</td>
                  <td><button onClick={() => void lift(h)}>{text('otp.lift')}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <section class="otp-report">
        <h2>{text('otp.report')}</h2>
        <label class="report-query">
          {text('otp.hours')}
          <select value={hours.value} onChange={(e) => (hours.value = Number(e.currentTarget.value))}>
            {[1, 24, 168].map((h) => <option key={h} value={h}>{text(`otp.hours.${h}`)}</option>)}
          </select>
        </label>
        {report.length === 0 ? <p class="muted">{text('otp.report.none')}</p> : (
          <table>
            <thead>{heads('client', 'prefix', 'route', 'sent', 'delivered', 'verified')}</thead>
            <tbody>
              {report.map((l) => (
                <tr key={l.client + l.prefix + l.route}>
                  <th scope="row">{l.client}</th>
                  <td>{l.prefix}</td>
                  <td>{l.route}</td>
                  <td class="number">{l.sent}</td>
                  <td class="number">{l.delivered} · {share(l.delivered, l.sent)}</td>
                  <td class="number">{l.verified} · {share(l.verified, l.sent)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </main>
  )
}

const heads = (...keys: string[]) => <tr>{keys.map((key) => <th key={key} scope="col">{text('otp.' + key)}</th>)}</tr>
const share = (part: number, of: number) => (of ? `${Math.round((100 * part) / of)} %` : '—')

// Reason says by its counts why passwords are held. A reason without counts is said as the server has it.
function Reason({ of: h }: { of: Hold }) {
  if (!h.counts) return <span lang="en">{h.reason}</span>
  return <span>{text('otp.pumped').replace(/\{(\w+)\}/g, (_, name: string) => String(h.counts![name] ?? ''))}</span>
}
