import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Day } from '../parts/day'
import { send } from '../store/desk'
import type { Language } from '../store/protocol'
import { fields, labelOf, written, type Choices, type Service, type ServiceText } from './service'
import { language, text } from '../store/texts'

interface Problem { field: string; kind: string }

interface Props {
  was: number // the version that was seen; 0: the service is new
  service: Service
  choices: Choices
  at: string // the field to begin with, or ''
  close(): void
  saved(code: string): void
}

const pause = 300 // milliseconds after the last key
const most = 2 // segments of an SMS

// named is a label with its language, which only a narrow page and a screen reader show: above the columns it stands once.
const named = (l: Language, label: string) => <span>{label} <span class="which">{text('language.' + l)}</span></span>

// ServiceForm edits every field of a service, its languages side by side. The server checks what stands there as it is written.
export function ServiceForm({ was, service, choices, at, close, saved }: Props) {
  const to = useSignal(service)
  const problems = useSignal<Problem[]>([])
  const segments = useSignal<Partial<Record<Language, number>>>({})
  const wrong = useSignal({ code: '', field: '' })
  const tried = useSignal(was > 0)
  const form = useRef<HTMLFormElement>(null)
  const path = () => '/desk/catalogue/' + encodeURIComponent(to.value.code || '-')
  const check = async (sent: Service) => {
    const answer = await send(path() + '/check', { was, to: sent })
    if (!answer.ok || to.value !== sent) return
    problems.value = answer.data.problems as Problem[]
    segments.value = answer.data.segments as Record<Language, number>
  }
  useEffect(() => {
    const sent = to.value
    const timer = setTimeout(() => void check(sent), pause)
    return () => clearTimeout(timer)
  }, [to.value])
  useEffect(() => {
    const field = at && form.current!.querySelector<HTMLElement>(`[data-field="${at}"] :is(input, select, textarea)`)
    if (!field) return
    field.focus()
    field.scrollIntoView({ block: 'center' })
  }, [at])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const why = String(new FormData(form.current!).get('why'))
    const answer = await send(path(), { was, to: to.value, why })
    tried.value = true
    wrong.value = answer.ok ? { code: '', field: '' } : { code: answer.code, field: answer.field }
    if (answer.ok) saved(to.value.code)
    else void check(to.value)
  }
  const set = (more: Partial<Service>) => (to.value = { ...to.value, ...more })
  const write = (l: Language, more: Partial<ServiceText>) => set({ texts: { ...to.value.texts, [l]: { ...to.value.texts[l], ...more } } })
  const refused = (field: string) => (tried.value ? problems.value.find((p) => p.field === field || p.field === field.split('.')[0]) : undefined)
  const labelled = (field: string, label: ComponentChildren, children: ComponentChildren) => {
    const problem = refused(field)
    return (
      <label class={problem || wrong.value.field === field ? 'refused' : ''} data-field={field}>
        {label}
        {children}
        {problem && <span class="wrong">{text('catalogue.problem.' + problem.kind)}</span>}
      </label>
    )
  }
  const line = (field: 'category' | 'owner', list?: string) => labelled(field, labelOf(field),
    <input name={field} list={list} required maxLength={200} autocomplete="off" value={to.value[field]} onInput={(e) => set({ [field]: e.currentTarget.value })} />)
  const date = (field: 'valid_from' | 'valid_until' | 'review_by') => labelled(field, labelOf(field), <Day id={'service-' + field} value={to.value[field]} onDay={(d) => set({ [field]: d })} />)
  return (
    <form class="service-form" ref={form} onSubmit={submit}>
      <div class="service-facts">
        {!was && labelled('code', text('catalogue.code'), <input name="code" required inputMode="numeric" pattern={`[0-9]{${choices.digits}}`} maxLength={choices.digits} autocomplete="off"
          value={to.value.code} onInput={(e) => set({ code: e.currentTarget.value })} />)}
        {line('category', 'service-categories')}
        <datalist id="service-categories">{choices.categories.map((c) => <option key={c} value={c} />)}</datalist>
        {labelled('agency', labelOf('agency'), (
          <select name="agency" required value={to.value.agency} onChange={(e) => set({ agency: e.currentTarget.value })}>
            <option value="" />
            {Object.entries(choices.agencies).map(([code, name]) => <option key={code} value={code} selected={code === to.value.agency}>{name[language.value] || code}</option>)}
          </select>
        ))}
        {labelled('stage', labelOf('stage'), (
          <select name="stage" value={to.value.stage} onChange={(e) => set({ stage: Number(e.currentTarget.value) })}>
            {[1, 2, 3, 4, 5].map((n) => <option key={n} value={n} selected={n === to.value.stage}>{text('catalogue.stage.' + n)}</option>)}
          </select>
        ))}
        {line('owner')}
        {date('valid_from')}
        {date('valid_until')}
        {date('review_by')}
      </div>
      <div class="service-texts">
        {written.map((l) => <h2 key={l}>{text('language.' + l)}</h2>)}
        {fields.flatMap(([field, rows, letters]) => written.map((l) => {
          const value = String(to.value.texts[l]?.[field] ?? '')
          const n = segments.value[l]
          return (
            <div key={l + field}>
              {labelled(`${l}.${field}`, named(l, labelOf(field)),
                <textarea name={`${l}.${field}`} lang={l} rows={rows} maxLength={letters} required={['name', 'short', 'spoken'].includes(field)} value={value}
                  onInput={(e) => write(l, { [field]: e.currentTarget.value })} />)}
              {field === 'short' && n !== undefined && <span class={'segments' + (n > most ? ' many' : '')} data-language={l}>{value.length} · {text('catalogue.segments')}: {n}</span>}
            </div>
          )
        }))}
        {written.map((l) => (
          <div key={l}>
            {labelled(`${l}.keywords`, named(l, labelOf('keywords')), <textarea name={`${l}.keywords`} lang={l} rows={2} maxLength={1000} defaultValue={(service.texts[l]?.keywords ?? []).join('; ')}
              onInput={(e) => write(l, { keywords: e.currentTarget.value.split(';').map((w) => w.trim()).filter(Boolean) })} />)}
          </div>
        ))}
      </div>
      {wrong.value.code && <p class="wrong" role="alert">{text('error.' + wrong.value.code)}</p>}
      {labelled('why', text('queues.why'), <input name="why" required maxLength={500} autocomplete="off" />)}
      <p class="choice">
        <button class="primary">{text('people.save')}</button>
        <button type="button" class="plain" onClick={close}>{text('cancel')}</button>
        {wrong.value.code === 'conflict' && <button type="button" class="reopen" onClick={() => saved(service.code)}>{text('catalogue.reopen')}</button>}
      </p>
    </form>
  )
}
