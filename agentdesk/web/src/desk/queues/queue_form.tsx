import { useSignal, type Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { length, seconds } from '../contacts/lengths'
import { named } from '../store/names'
import type { Language, Text } from '../store/protocol'
import type { All } from './queue_settings'
import { language, text } from '../store/texts'

// Settings of a queue by their names in the file; what is left out is the house's.
export interface Settings {
  title: Text
  calendar?: string
  strategy?: string
  line?: string[]
  skills?: Record<string, { level: number; relax?: string }>
  overflow?: { to: string; after?: string }
  call_back_lost?: boolean
  [other: string]: unknown
}
export interface Change { was: Settings | null; to: Settings; why: string }
interface Wanted { name: string; level: number; relax: number | null } // a skill

const written: Language[] = ['kk', 'ru', 'en']
// The bounds are those of the server, which checks them again. Lengths are in seconds.
const lengths: Record<string, [number, number]> = { ring: [5, 120], wrap_up: [0, 3600], give_up: [0, 3600], pause: [0, 3600], address: [0, 3600], announce: [0, 3600], target: [1, 3600] }
const numbers: Record<string, [number, number]> = { priority: [0, 100], ageing: [1, 100], most_waiting: [0, 100000], most_of_number: [0, 100000], recording_days: [1, 365], target_percent: [1, 100] }
const choices: Record<string, string[]> = { at_closing: ['serve', 'tell'], recording: ['announced', 'asked'], disposition: ['required', 'optional'] }
const switches = ['transcripts', 'survey', 'auto_accept']

interface Props { name: string; all: All; wrong: string; close(): void; save(name: string, change: Change): Promise<boolean>; remove(was: Settings, why: string): Promise<boolean> }

// QueueForm edits the settings of a queue, or of a new one. What is left open is the house's rule, which stands in the field in grey.
export function QueueForm({ name, all, wrong, close, save, remove }: Props) {
  const was = useSignal(all.queues[name] ?? null).value // as the administrator saw it, whatever comes meanwhile
  const now: Settings = was ?? { title: { kk: '', ru: '', en: '' } }
  const strategy = useSignal(now.strategy ?? '')
  const skills = useSignal<Wanted[]>(Object.entries(now.skills ?? {}).map(([skill, w]) => ({ name: skill, level: w.level, relax: w.relax ? seconds(w.relax) : null })))
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    if (was && (event.submitter as HTMLButtonElement | null)?.value === 'remove') {
      if (await remove(was, said(given, 'why'))) close()
      return
    }
    const to = settings(now, given, skills.value)
    if (await save(name || said(given, 'name'), { was, to, why: said(given, 'why') })) close()
  }
  const choose = (field: string, options: string[], none?: string) => (
    <select name={field} defaultValue={String(now[field] ?? '')}>
      <option value="">{none ?? `${text('queues.house')}: ${text(`queues.${field}.${String(all.house[field])}`)}`}</option>
      {options.map((o) => <option key={o} value={o} selected={now[field] === o}>{text(`queues.${field}.${o}`)}</option>)}
    </select>
  )
  const number = (field: string, [min, max]: [number, number], value: unknown, house: unknown) => (
    <Labelled key={field} field={field} wrong={wrong}>
      <input type="number" name={field} min={min} max={max} placeholder={String(house ?? '')} defaultValue={value === undefined ? '' : String(value)} />
    </Labelled>
  )
  const inSeconds = (value: unknown) => (value === undefined ? undefined : seconds(String(value)))
  return (
    <form class="inline person queue" onSubmit={submit}>
      <h2>{was ? was.title[language.value] : text('queues.add')}</h2>
      {!was && <Labelled field="name" label="queues.code" wrong={wrong}><input name="name" required maxLength={32} pattern={named} autocomplete="off" autocapitalize="none" /></Labelled>}
      {written.map((l) => (
        <Labelled key={l} field={'title.' + l} label={'language.' + l} wrong={wrong}><input name={'title.' + l} lang={l} required maxLength={100} defaultValue={now.title[l]} /></Labelled>
      ))}
      <fieldset><legend>{text('queues.hours')}</legend>
        <Labelled field="calendar" wrong={wrong}>
          <select name="calendar">
            <option value="">{text('queues.always')}</option>
            {all.calendars.map((c) => <option key={c} value={c} selected={now.calendar === c}>{c}</option>)}
          </select>
        </Labelled>
        <Labelled field="at_closing" wrong={wrong}>{choose('at_closing', choices.at_closing!)}</Labelled>
        <Labelled field="calls" wrong={wrong}><input name="calls" pattern="\d\d:\d\d-\d\d:\d\d" placeholder={String(all.house.calls)} defaultValue={String(now.calls ?? '')} /></Labelled>
      </fieldset>
      <fieldset><legend>{text('queues.who')}</legend>
        <Labelled field="strategy" wrong={wrong}>
          <select name="strategy" value={strategy.value} onChange={(e) => (strategy.value = e.currentTarget.value)}>
            <option value="">{text('queues.house')}: {text('queues.strategy.' + all.house.strategy)}</option>
            {all.strategies.map((s) => <option key={s} value={s}>{text('queues.strategy.' + s)}</option>)}
          </select>
        </Labelled>
        {strategy.value === 'linear' && <Labelled field="line" wrong={wrong}><input name="line" required defaultValue={(now.line ?? []).join(' ')} placeholder="aliya boris" /></Labelled>}
        <Labelled field="overflow" label="queues.overflow" wrong={wrong}>
          <select name="overflow.to">
            <option value="">{text('queues.nobody')}</option>
            {Object.entries(all.queues).filter(([other]) => other !== name).map(([other, s]) => (
              <option key={other} value={other} selected={now.overflow?.to === other}>{s.title[language.value]}</option>
            ))}
          </select>
        </Labelled>
        {number('overflow.after', [0, 3600], inSeconds(now.overflow?.after), seconds(all.house.overflow!.after!))}
        <Skills of={skills} wrong={wrong} />
      </fieldset>
      <fieldset><legend>{text('queues.times')}</legend>
        {Object.entries(lengths).map(([field, bounds]) => number(field, bounds, inSeconds(now[field]), seconds(String(all.house[field]))))}
      </fieldset>
      <fieldset><legend>{text('queues.limits')}</legend>
        {Object.entries(numbers).filter(([field]) => field !== 'recording_days').map(([field, bounds]) => number(field, bounds, now[field], all.house[field]))}
        <Labelled field="call_back_lost" wrong={wrong}>
          <select name="call_back_lost">
            <option value="">{text('queues.house')}: {text('queues.' + String(all.house.call_back_lost))}</option>
            {[true, false].map((yes) => <option key={String(yes)} value={String(yes)} selected={now.call_back_lost === yes}>{text('queues.' + String(yes))}</option>)}
          </select>
        </Labelled>
      </fieldset>
      <fieldset><legend>{text('queues.talks')}</legend>
        <Labelled field="disposition" wrong={wrong}>{choose('disposition', choices.disposition!)}</Labelled>
        <Labelled field="recording" wrong={wrong}>{choose('recording', choices.recording!, text('queues.recording.none'))}</Labelled>
        {number('recording_days', numbers.recording_days!, now.recording_days, all.house.recording_days)}
        {switches.map((field) => (
          <label key={field} class="switch" data-field={field}>
            <input type="checkbox" name={field} defaultChecked={now[field] === true} /> {text('queues.' + field)}
            {wrong === field && <span class="wrong" role="alert">{text('queues.wrong')}</span>}
          </label>
        ))}
      </fieldset>
      <Labelled field="why" wrong={wrong}><input name="why" required maxLength={500} autocomplete="off" /></Labelled>
      <p class="choice">
        <button class="primary">{text('people.save')}</button>
        <button type="button" class="plain" onClick={close}>{text('cancel')}</button>
        {was && <button class="danger remove" value="remove">{text('queues.remove')}</button>}
      </p>
    </form>
  )
}

// Labelled is a field with its label, and with a mark if the server has something against it.
function Labelled({ field, label, wrong, children }: { field: string; label?: string; wrong: string; children: ComponentChildren }) {
  const refused = wrong !== '' && (wrong === field || wrong.startsWith(field + '.'))
  return (
    <label class={refused ? 'refused' : ''} data-field={field}>
      {text(label ?? 'queues.' + field)}
      {children}
      {refused && <span class="wrong" role="alert">{text('queues.wrong')}</span>}
    </label>
  )
}

// Skills are those that a queue wants of whoever takes its contacts.
function Skills({ of, wrong }: { of: Signal<Wanted[]>; wrong: string }) {
  const change = (at: number, part: Partial<Wanted>) => (of.value = of.value.map((w, i) => (i === at ? { ...w, ...part } : w)))
  return (
    <div class="skills">
      {wrong.startsWith('skills') && <span class="wrong" role="alert">{text('queues.wrong')}</span>}
      {of.value.map((w, i) => (
        <div key={i} class="choice">
          <label>{text('queues.skill')}<input class="skill" required maxLength={32} pattern={named} value={w.name} onInput={(e) => change(i, { name: e.currentTarget.value })} /></label>
          <label>{text('queues.level')}<input type="number" class="level" required min={1} max={5} value={w.level} onInput={(e) => change(i, { level: e.currentTarget.valueAsNumber })} /></label>
          <label>{text('queues.relax')}<input type="number" class="relax" min={5} max={3600} value={w.relax ?? ''} onInput={(e) => change(i, { relax: e.currentTarget.value ? e.currentTarget.valueAsNumber : null })} /></label>
          <button type="button" class="plain" aria-label={`${text('keys.remove')}: ${w.name}`} onClick={() => (of.value = of.value.filter((_, other) => other !== i))}>×</button>
        </div>
      ))}
      <button type="button" class="plain add-skill" onClick={() => (of.value = [...of.value, { name: '', level: 1, relax: null }])}>+ {text('queues.skill')}</button>
    </div>
  )
}

const said = (given: FormData, field: string): string => String(given.get(field) ?? '').trim()

// settings are what a form says; what it does not know stays as it was.
function settings(was: Settings, given: FormData, skills: Wanted[]): Settings {
  const to: Settings = { ...was, title: { kk: said(given, 'title.kk'), ru: said(given, 'title.ru'), en: said(given, 'title.en') } }
  const set = (field: string, value: unknown) => {
    if (value === undefined || value === '') delete to[field]
    else to[field] = value
  }
  for (const field of ['calendar', 'calls', 'strategy', ...Object.keys(choices)]) set(field, said(given, field))
  for (const field of Object.keys(lengths)) set(field, said(given, field) && length(Number(said(given, field))))
  for (const field of Object.keys(numbers)) set(field, said(given, field) && Number(said(given, field)))
  for (const field of switches) set(field, given.has(field) || undefined)
  set('call_back_lost', { true: true, false: false }[said(given, 'call_back_lost')])
  set('line', to.strategy === 'linear' ? said(given, 'line').split(/[\s,]+/).filter(Boolean) : undefined)
  const helpers = said(given, 'overflow.to')
  const after = said(given, 'overflow.after')
  set('overflow', helpers ? { to: helpers, ...(after && { after: length(Number(after)) }) } : undefined)
  const wanted = skills.map((w) => [w.name.trim(), { level: w.level, ...(w.relax !== null && { relax: length(w.relax) }) }] as const)
  set('skills', wanted.length > 0 ? Object.fromEntries(wanted) : undefined)
  return to
}
