import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Day } from '../parts/day'
import { queues } from '../store/desk'
import { language, text } from '../store/texts'
import { length } from '../store/time'

interface Quarter { from: string; calls: number; handle: number; needed: number; agents: number; in_time: number; simulated: number }
interface Plan { day: string; quarters: Quarter[] }

// The bounds are those of the server, which checks them again.
const rules: Record<string, [number, number, string]> = { weeks: [1, 52, '4'], share: [1, 99, '80'], target: [1, 3600, '20'] }
const changes: Record<string, [number, number]> = { calls: [1, 1000], handle: [1, 14400], agents: [1, 5000] }

// Staffing says how many operators a queue needs in each quarter of an hour of a day, and how the day goes with other calls or operators.
export function Staffing() {
  const asked = useSignal<Record<string, string>>({ queue: queues.value[0]?.name ?? '' })
  const plan = useSignal<Plan | null>(null)
  const wrong = useSignal('')
  const query = new URLSearchParams(Object.entries(asked.value).filter(([, value]) => value)).toString()
  useEffect(() => {
    const waiting = new AbortController()
    void fetch('/desk/staffing?' + query, { signal: waiting.signal }).then(async (answer) => {
      wrong.value = answer.ok ? '' : answer.status === 400 ? 'bad_request' : 'unavailable'
      if (answer.ok) plan.value = (await answer.json()) as Plan
    }).catch(() => { if (!waiting.signal.aborted) wrong.value = 'unavailable' })
    return () => waiting.abort()
  }, [query])
  const ask = (field: string, value: string) => (asked.value = { ...asked.value, [field]: value })
  const number = (field: string, [min, max]: [number, number], usual: string) => (
    <label key={field}>{text('staffing.' + field)}{' '}
      <input type="number" id={'staffing-' + field} min={min} max={max} placeholder={usual} value={asked.value[field] ?? ''} onChange={(e) => { if (e.currentTarget.reportValidity()) ask(field, e.currentTarget.value) }} />
    </label>
  )
  const p = plan.value
  const most = Math.max(1, ...(p?.quarters ?? []).map((q) => Math.max(q.needed, q.agents)))
  return (
    <main class="links" id="staffing">
      <h1>{text('staffing.title')}</h1>
      <p class="muted">{text('staffing.how')}</p>
      <section class="report-query">
        <label>{text('staffing.queue')}{' '}
          <select id="staffing-queue" value={asked.value.queue} onChange={(e) => ask('queue', e.currentTarget.value)}>
            {queues.value.map((q) => <option key={q.name} value={q.name}>{q.title[language.value]}</option>)}
          </select>
        </label>
        <label>{text('staffing.day')} <Day id="staffing-day" value={asked.value.day || p?.day || ''} onDay={(day) => ask('day', day)} /></label>
        {Object.entries(rules).map(([field, [min, max, usual]]) => number(field, [min, max], usual))}
      </section>
      <section class="report-query" aria-label={text('staffing.what_if')}>
        <b>{text('staffing.what_if')}</b>
        {Object.entries(changes).map(([field, bounds]) => number(field, bounds, field === 'calls' ? '100' : ''))}
      </section>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {p && (
        <section tabIndex={0}>
          {p.quarters.length === 0 ? <p class="muted">{text('staffing.none')}</p> : (
            <table>
              <thead><tr>{['from', 'expected', 'took', 'needed', 'there', 'in_time', 'simulated'].map((key) => <th key={key} scope="col">{text('staffing.' + key)}</th>)}</tr></thead>
              <tbody>
                {p.quarters.map((q) => (
                  <tr key={q.from} data-from={q.from} class={q.agents < q.needed ? 'short' : ''}>
                    <th scope="row" class="number">{q.from}</th>
                    <td class="number">{q.calls.toFixed(1)}</td>
                    <td class="number">{length(Math.round(q.handle))}</td>
                    <td class="number needed"><meter min={0} max={most} value={q.needed} aria-label={text('staffing.needed')} /> {q.needed}</td>
                    <td class="number">{q.agents}</td>
                    <td class={'number' + (q.agents < q.needed ? ' wrong' : '')}>{q.in_time === 0 ? text('staffing.never') : `${Math.round(q.in_time * 100)} %`}</td>
                    <td class="number">{Math.round(q.simulated * 100)} %</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
      )}
    </main>
  )
}
