import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Day } from '../parts/day'
import { author, labelOf, read, type Edition, type Origin } from './service'
import { text } from '../store/texts'
import { day, stamp } from '../store/time'

interface Version extends Origin { fields: string[] }
interface Difference { field: string; before: string; after: string }

// ServiceHistory lists the versions of a service, shows in what two of them differ, and what was said on a day.
export function ServiceHistory({ code, version, show }: { code: string; version: number; show(e: Edition | null, on: string): void }) {
  const all = useSignal<Version[]>([])
  const pair = useSignal({ from: 0, to: 0 })
  const difference = useSignal<Difference[] | null>(null)
  const never = useSignal(false)
  useEffect(() => {
    void read<{ editions: Version[] }>(`/${code}/history`).then((answer) => {
      if (typeof answer === 'number') return
      all.value = answer.editions
      pair.value = { from: Math.max(1, version - 1), to: version }
    })
  }, [code, version])
  const compare = async (event: SubmitEvent) => {
    event.preventDefault()
    const answer = await read<{ fields: Difference[] }>(`/${code}/difference?from=${pair.value.from}&to=${pair.value.to}`)
    if (typeof answer !== 'number') difference.value = answer.fields
  }
  const lookUp = async (on: string) => {
    never.value = false
    const answer = on ? await read<Edition>(`/${code}?on=${on}`) : null
    never.value = answer === 404
    show(typeof answer === 'number' ? null : answer, on && day(on))
  }
  const versions = (which: 'from' | 'to', label: string) => (
    <label>{text(label)}{' '}
      <select id={'compare-' + which} value={pair.value[which]} onChange={(e) => (pair.value = { ...pair.value, [which]: Number(e.currentTarget.value) })}>
        {all.value.map((v) => <option key={v.version} value={v.version} selected={v.version === pair.value[which]}>{v.version}</option>)}
      </select>
    </label>
  )
  return (
    <section id="service-history" tabIndex={0}>
      <h2>{text('catalogue.history')}</h2>
      <label class="on-day">{text('catalogue.on')} <Day id="service-on" value="" onDay={(d) => void lookUp(d)} /></label>
      {never.value && <p class="wrong" role="alert">{text('catalogue.never')}</p>}
      <table>
        <thead><tr>{['version', 'since', 'who', 'why', 'fields'].map((key) => <th key={key} scope="col">{text('catalogue.' + key)}</th>)}</tr></thead>
        <tbody>
          {all.value.map((v) => (
            <tr key={v.version} data-version={v.version}>
              <th scope="row">{v.version}</th>
              <td class="number">{stamp(v.at)}</td>
              <td>{author(v)}</td>
              <td class="wraps">{v.why}</td>
              <td class="wraps">{v.fields.map(labelOf).join(', ') || '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all.value.length > 1 && (
        <form class="report-query" onSubmit={compare}>
          {versions('from', 'catalogue.before')}
          {versions('to', 'catalogue.after')}
          <button id="compare">{text('catalogue.compare')}</button>
        </form>
      )}
      {difference.value && (difference.value.length === 0 ? <p class="muted">{text('catalogue.same')}</p> : (
        <table id="service-difference">
          <thead><tr>{['field', 'before', 'after'].map((key) => <th key={key} scope="col">{text('catalogue.' + key)}</th>)}</tr></thead>
          <tbody>
            {difference.value.map((d) => (
              <tr key={d.field} data-field={d.field}>
                <th scope="row">{labelOf(d.field)}</th>
                <td class="wraps"><del>{d.before}</del></td>
                <td class="wraps"><ins>{d.after}</ins></td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </section>
  )
}
