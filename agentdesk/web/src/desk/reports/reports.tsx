import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Day } from '../parts/day'
import { section } from '../store/desk'
import type { Language } from '../store/protocol'
import { ReportPicture } from './report_picture'
import { language, text } from '../store/texts'
import { day, stamp } from '../store/time'

type Titles = Record<Language, string>
interface Dimension { name: string; title: Titles }
interface Figure { name: string; unit: 'number' | 'share' | 'seconds'; title: Titles; definition: Titles; formula: string }
interface Report { name: string; title: Titles; by: Dimension[]; figures: Figure[] }
interface Known { reports: Report[]; zone: string; today: string }
interface Line { key: string[]; values: (number | null)[] }
interface Table {
  report: string; by: string; from: string; to: string; keys: string[]; lines: Line[]; total: (number | null)[]
  versions: { version: string; name: string; day: string }[]; through: string | null
  labels: Record<string, Titles>
}

const known = signal<Known | null>(null) // null: not known yet

// Reports shows a supervisor the figures of some days, with their definitions, and as a file.
export function Reports() {
  useEffect(() => {
    void fetch('/desk/reports').then(async (answer) => {
      if (answer.ok) known.value = (await answer.json()) as Known
      else if (answer.status === 403) section.value = 'contacts'
    }).catch(() => undefined)
  }, [])
  if (!known.value) return <main class="links" />
  return <Chosen known={known.value} />
}

// Picture draws one figure, which is chosen.
function Picture({ report, table }: { report: Report; table: Table }) {
  const chosen = useSignal(report.figures[0]!.name)
  const at = Math.max(0, report.figures.findIndex((f) => f.name === chosen.value))
  const figure = report.figures[at]!
  const titles = new Map(report.by.map((d) => [d.name, d.title]))
  const bars = table.lines.map((line) => ({
    label: line.key.map((value, i) => [named(table.keys[i]!, value), table.labels[value]?.[language.value]].filter(Boolean).join(' ')).join(' · '),
    value: line.values[at]!, shown: written(figure, line.values[at]!),
  }))
  return (
    <details class="picture">
      <summary>{text('reports.picture')}</summary>
      <label>{text('reports.figure')}{' '}
        <select id="report-figure" value={figure.name} onChange={(e) => (chosen.value = e.currentTarget.value)}>
          {report.figures.map((f) => <option key={f.name} value={f.name}>{f.title[language.value]}</option>)}
        </select>
      </label>
      <ReportPicture file={`${table.report}-${figure.name}-${table.from}-${table.to}`} title={`${report.title[language.value]}: ${figure.title[language.value]}`}
        period={`${day(table.from)} – ${day(table.to)} · ${table.keys.map((key) => titles.get(key)?.[language.value] ?? key).join(', ')}`}
        definition={figure.definition[language.value]} bars={bars} />
    </details>
  )
}

function Chosen({ known: { reports, today } }: { known: Known }) {
  const name = useSignal(reports[0]!.name)
  const by = useSignal('')
  const only = useSignal<Record<string, string>>({}) // what the figures are limited to
  const from = useSignal('')
  const to = useSignal(today)
  const table = useSignal<Table | null>(null)
  const wrong = useSignal('')
  const report = reports.find((r) => r.name === name.value)!
  const query = new URLSearchParams([...Object.entries({ by: by.value, from: from.value, to: to.value }).filter(([, value]) => value),
    ...Object.entries(only.value).map(([key, value]) => ['only.' + key, value])]).toString()
  useEffect(() => {
    const waiting = new AbortController()
    void fetch(`/desk/reports/${report.name}?${query}`, { signal: waiting.signal }).then(async (answer) => {
      wrong.value = answer.ok ? '' : answer.status === 400 ? 'wrong' : 'unavailable'
      table.value = answer.ok ? ((await answer.json()) as Table) : null
    }).catch(() => { if (!waiting.signal.aborted) wrong.value = 'unavailable' })
    return () => waiting.abort()
  }, [report.name, query])
  const shown = table.value?.report === report.name ? table.value : null
  return (
    <main class="links" id="reports">
      <h1>{text('reports.title')}</h1>
      <section class="report-query">
        <label>{text('reports.report')}{' '}
          <select id="report" value={name.value} onChange={(e) => { by.value = ''; only.value = {}; name.value = e.currentTarget.value }}>
            {reports.map((r) => <option key={r.name} value={r.name}>{r.title[language.value]}</option>)}
          </select>
        </label>
        <label>{text('reports.from')} <Day id="report-from" value={from.value || shown?.from || ''} onDay={(day) => (from.value = day)} /></label>
        <label>{text('reports.to')} <Day id="report-to" value={to.value} onDay={(day) => (to.value = day)} /></label>
        <label>{text('reports.by')}{' '}
          <select id="report-by" value={by.value || report.by[0]!.name} onChange={(e) => (by.value = e.currentTarget.value)}>
            {report.by.map((d) => <option key={d.name} value={d.name}>{d.title[language.value]}</option>)}
          </select>
        </label>
        <a id="report-csv" href={`/desk/reports/${report.name}/csv?${query}`} download>{text('reports.csv')}</a>
      </section>
      {Object.entries(only.value).map(([key, value]) => (
        <button key={key} class="chip plain limit" title={text('reports.unlimit')}
          onClick={() => (only.value = Object.fromEntries(Object.entries(only.value).filter(([other]) => other !== key)))}>
          {report.by.find((d) => d.name === key)?.title[language.value]}: {named(key, value)} ✕
        </button>
      ))}
      {wrong.value && <p class="wrong" role="alert">{text('reports.' + wrong.value)}</p>}
      {shown && <Figures report={report} table={shown}
        limit={(limits) => { only.value = { ...only.value, ...limits }; by.value = report.by.find((d) => !(d.name in only.value))?.name ?? by.value }} />}
      {shown && shown.lines.length > 0 && <Picture key={report.name} report={report} table={shown} />}
      <section>
        <h2>{text('reports.definitions')}</h2>
        <dl class="definitions">
          {report.figures.map((f) => (
            <div key={f.name}><dt>{f.title[language.value]}</dt><dd>{f.definition[language.value]} <code>{f.formula}</code></dd></div>
          ))}
        </dl>
      </section>
    </main>
  )
}

function Figures({ report, table, limit }: { report: Report; table: Table; limit(limits: Record<string, string>): void }) {
  const titles = new Map(report.by.map((d) => [d.name, d.title]))
  const changed = new Map(table.versions.map((v) => [v.day, v.version]))
  return (
    <section aria-live="polite">
      {table.lines.length === 0 ? <p class="muted">{text('reports.none')}</p> : (
        <table class="report-figures">
          <thead>
            <tr>
              {table.keys.map((key) => <th key={key} scope="col">{titles.get(key)?.[language.value] ?? key}</th>)}
              {report.figures.map((f) => <th key={f.name} scope="col" title={f.definition[language.value]}>{f.title[language.value]}</th>)}
            </tr>
          </thead>
          <tbody>
            {table.lines.map((line) => (
              <tr key={line.key.join(' ')} data-key={line.key.join(' ')}>
                {line.key.map((value, i) => (
                  <th key={i} scope="row" title={value}>
                    {table.keys[i] === 'day' ? day(value) : (
                      <button class="plain" title={text('reports.limit')} onClick={() => limit(Object.fromEntries(table.keys.map((key, n) => [key, line.key[n]!])))}>
                        {named(table.keys[i]!, value)} {table.labels[value]?.[language.value]}
                      </button>
                    )}
                    {changed.has(value) && <span class="changed" title={text('reports.version') + ' ' + changed.get(value)!}> ◆</span>}
                  </th>
                ))}
                {line.values.map((value, i) => <td key={i} class="number">{written(report.figures[i]!, value)}</td>)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={table.keys.length}>{text('reports.all')}</th>
              {table.total.map((value, i) => <td key={i} class="number">{written(report.figures[i]!, value)}</td>)}
            </tr>
          </tfoot>
        </table>
      )}
      {table.versions.map((v) => <p key={v.version} class="muted">◆ {day(v.day)} {text('reports.version')}: {v.name} <code>{v.version}</code></p>)}
      <p class="muted">{table.through ? `${text('reports.through')}: ${stamp(table.through, known.value!.zone)}` : text('reports.uncounted')}</p>
    </section>
  )
}

const mostVersion = 8 // characters of a version that tell it from others

function named(key: string, value: string): string {
  if (!value) return '—'
  if (key === 'day') return day(value)
  if (key === 'hour') return value + ':00'
  return key === 'dialogue' ? value.slice(0, mostVersion) : value
}

const seconds: Record<Language, string> = { kk: ' с', ru: ' с', en: ' s' }

// written writes a figure; a dash where nothing can be said.
function written(f: Figure, value: number | null): string {
  if (value === null) return '—'
  const at = language.value === 'en' ? 'en' : 'ru'
  if (f.unit === 'share') return value.toLocaleString(at, { style: 'percent', maximumFractionDigits: 1 })
  if (f.unit === 'number') return value.toLocaleString(at)
  if (value < 60) return value.toLocaleString(at, { maximumFractionDigits: 1 }) + seconds[language.value]
  const [h, m, s] = [Math.floor(value / 3600), Math.floor(value / 60) % 60, Math.floor(value) % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
