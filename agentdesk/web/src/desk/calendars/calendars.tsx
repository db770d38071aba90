import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { section, send } from '../store/desk'
import { text } from '../store/texts'

interface Year { off: string[] | null; short?: Record<string, string>; work?: Record<string, string[] | null> }
interface Entry { zone: string; week: Record<string, string[]>; years: Record<string, Year> }
interface Shown { calendar: Entry; queues: string[]; agencies: string[]; default: boolean; missing: number }

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const all = signal<Record<string, Shown>>({})
const zone = signal('')
const opened = signal<{ name: string; was: Entry | null } | null>(null)

async function read(): Promise<void> {
  const answer = await fetch('/desk/calendars').catch(() => null)
  if (answer?.status === 403) section.value = 'contacts'
  if (!answer?.ok) return
  const found = (await answer.json()) as { calendars: Record<string, Shown>; zone: string }
  all.value = found.calendars
  zone.value = found.zone
}

// Calendars are hours and holidays, by which queues open and terms of cases are counted.
export function Calendars() {
  useEffect(() => { void read() }, [])
  const o = opened.value
  const users = (c: Shown) => [...c.queues, ...c.agencies, ...(c.default ? [text('calendars.default')] : [])].join(', ') || text('calendars.nobody')
  return (
    <main class="links" id="calendars">
      <div class="row">
        <h1>{text('calendars.title')}</h1>
        <button id="add-calendar" class="primary" onClick={() => (opened.value = { name: '', was: null })}>{text('calendars.add')}</button>
      </div>
      {o && <CalendarForm key={o.name} name={o.name} was={o.was} done={() => { opened.value = null; void read() }} />}
      <section tabIndex={0}>
        {Object.keys(all.value).length === 0 && <p class="muted">{text('calendars.none')}</p>}
        <table>
          <tbody>
            {Object.entries(all.value).map(([name, c]) => (
              <tr key={name} data-calendar={name}>
                <th scope="row">{name}</th>
                <td>{Object.keys(c.calendar.years).join(', ')}{c.missing > 0 && <span class="wrong"> · {text('calendars.missing')}: {c.missing}</span>}</td>
                <td class="wraps">{text('calendars.used')}: {users(c)}</td>
                <td><button class="change" onClick={() => (opened.value = { name, was: c.calendar })}>{text('people.change')}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </main>
  )
}

// A year as it is written: a day or a range a line; a day with what becomes of it a line.
interface Written { year: string; off: string; short: string; work: string }

const lines = (s: string) => s.split('\n').map((line) => line.trim()).filter(Boolean)
const pairs = (s: string) => lines(s).map((line) => { const [day = '', ...rest] = line.split(/\s+/); return [day, rest.join(' ')] as const })
const hours = (s: string) => s.split(',').map((span) => span.trim()).filter(Boolean)

const writtenYear = ([year, y]: [string, Year]): Written => ({
  year, off: (y.off ?? []).join('\n'), short: Object.entries(y.short ?? {}).map(([day, by]) => `${day} ${by}`).join('\n'),
  work: Object.entries(y.work ?? {}).map(([day, spans]) => `${day} ${(spans ?? []).join(', ')}`.trim()).join('\n'),
})

function entryOf(form: FormData, years: Written[]): Entry {
  const week = Object.fromEntries(days.map((d) => [d, hours(String(form.get(d)))]).filter(([, spans]) => spans!.length > 0))
  return {
    zone: String(form.get('zone')).trim(), week: week as Record<string, string[]>,
    years: Object.fromEntries(years.map((y) => {
      const year: Year = { off: lines(y.off) }
      if (lines(y.short).length > 0) year.short = Object.fromEntries(pairs(y.short))
      if (lines(y.work).length > 0) year.work = Object.fromEntries(pairs(y.work).map(([day, spans]) => [day, hours(spans)]))
      return [y.year, year]
    })),
  }
}

function CalendarForm({ name, was, done }: { name: string; was: Entry | null; done(): void }) {
  const years = useSignal<Written[]>(was ? Object.entries(was.years).map(writtenYear) : [{ year: String(new Date().getFullYear()), off: '', short: '', work: '' }])
  const wrong = useSignal({ code: '', field: '' })
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const answer = await send(`/desk/calendars/${encodeURIComponent(name || String(form.get('name')))}`, { was, to: entryOf(form, years.value), why: form.get('why') })
    wrong.value = answer.ok ? { code: '', field: '' } : { code: answer.code, field: answer.field }
    if (answer.ok) done()
  }
  const mark = (field: string) => wrong.value.field === field && <span class="wrong" role="alert">{text(field === 'why' ? 'calendars.none.why' : 'calendars.wrong')}</span>
  const set = (at: number, more: Partial<Written>) => (years.value = years.value.map((y, i) => (i === at ? { ...y, ...more } : y)))
  const next = String(Math.max(new Date().getFullYear() - 1, ...years.value.map((y) => Number(y.year))) + 1)
  return (
    <form class="inline person queue" id="calendar-form" onSubmit={submit}>
      {name ? <h2>{name}</h2> : <label>{text('calendars.name')}<input name="name" required maxLength={31} pattern="[a-z][a-z0-9_\-]*" autocomplete="off" autocapitalize="none" />{mark('name')}</label>}
      <label>{text('calendars.zone')}<input name="zone" required maxLength={60} autocomplete="off" defaultValue={was?.zone ?? zone.value} />{mark('zone')}</label>
      <fieldset>
        <legend>{text('calendars.week')}</legend>
        <p class="muted">{text('calendars.week.how')}</p>
        {days.map((d) => <label key={d}>{text('calendars.' + d)}<input name={d} maxLength={100} autocomplete="off" defaultValue={(was?.week[d] ?? []).join(', ')} />{mark('week.' + d)}</label>)}
        {mark('week')}
      </fieldset>
      {years.value.map((y, i) => (
        <fieldset key={y.year} data-year={y.year}>
          <legend>{text('calendars.year')} {y.year}</legend>
          {(['off', 'short', 'work'] as const).map((part) => (
            <label key={part}>{text('calendars.' + part)}
              <textarea class={part} rows={part === 'off' ? 5 : 2} maxLength={4000} value={y[part]} onInput={(e) => set(i, { [part]: e.currentTarget.value })}
                placeholder={{ off: `${y.year}-01-01\n${y.year}-03-21/${y.year}-03-23`, short: `${y.year}-12-31 1h`, work: `${y.year}-03-15 09:00-18:00` }[part]} />
            </label>
          ))}
          {mark('years.' + y.year)}
        </fieldset>
      ))}
      {mark('years')}
      <p><button type="button" class="plain add-year" onClick={() => (years.value = [...years.value, { year: next, off: '', short: '', work: '' }])}>+ {text('calendars.year.add')} {next}</button></p>
      <label>{text('calendars.why')}<input name="why" required maxLength={500} autocomplete="off" />{mark('why')}</label>
      {wrong.value.code && <p class="wrong" role="alert">{text('error.' + wrong.value.code)}</p>}
      <p class="choice">
        <button class="primary">{text('people.save')}</button>
        <button type="button" class="plain" onClick={done}>{text('cancel')}</button>
      </p>
    </form>
  )
}
