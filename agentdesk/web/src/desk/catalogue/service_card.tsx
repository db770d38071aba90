import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Day } from '../parts/day'
import { agent, section, send } from '../store/desk'
import { author, fields, labelOf, read, written, type Choices, type Edition, type Service } from './service'
import { ServiceForm } from './service_form'
import { ServiceHistory } from './service_history'
import { language, text } from '../store/texts'
import { day, stamp, today } from '../store/time'

// Opened is which service is shown, and the field with which the form begins. No code: a new service. No field: the form is closed at first.
export interface Opened { code: string; field?: string }

const nothing = { name: '', title: '', short: '', spoken: '', documents: '', fee: '', term: '', place: '', form: '', keywords: [] }

// ServiceCard shows all that a service says, and its history. Whoever may edits it, notes that it is still right, and ends it.
export function ServiceCard({ opened, close, open }: { opened: Opened; close(): void; open(o: Opened): void }) {
  const now = useSignal<Edition | null>(null)
  const past = useSignal<{ edition: Edition; on: string } | null>(null) // what was said on a day
  const choices = useSignal<Choices | null>(null)
  const editing = useSignal(opened.field !== undefined)
  const wrong = useSignal('')
  const done = useSignal(false)
  const edits = agent.value?.role === 'administrator'
  const again = async () => {
    past.value = null
    if (!opened.code) return
    const answer = await read<Edition>('/' + encodeURIComponent(opened.code))
    if (typeof answer !== 'number') now.value = answer
    else if (answer === 403) section.value = 'contacts'
    else wrong.value = answer === 404 ? 'no_service' : 'unavailable'
  }
  useEffect(() => { void again() }, [])
  useEffect(() => {
    if (!edits) return
    void fetch('/desk/catalogue-choices').then(async (answer) => {
      if (answer.ok) choices.value = (await answer.json()) as Choices
      else wrong.value = 'unavailable'
    }).catch(() => (wrong.value = 'unavailable'))
  }, [])
  const act = async (event: SubmitEvent, path: string, body: (given: FormData, e: Edition) => object) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const answer = await send(`/desk/catalogue/${opened.code}${path}`, { was: now.value!.version, why: given.get('why'), ...body(given, now.value!) })
    wrong.value = answer.ok ? '' : answer.code
    done.value = answer.ok
    void again()
  }
  const e = past.value?.edition ?? now.value
  const fresh = (): Service => ({ code: '', category: '', agency: '', stage: 1, owner: '', valid_from: today(), valid_until: '', review_by: '', texts: { kk: nothing, ru: nothing, en: nothing } })
  const began = opened.code ? now.value?.service : fresh()
  return (
    <main class="links" id="service">
      <div class="row">
        <h1>{e ? `${e.service.code} ${e.service.texts[language.value].name}` : opened.code || text('catalogue.add')}</h1>
        <p class="choice">
          {edits && e && !editing.value && <button class="primary change" onClick={() => (editing.value = true)}>{text('catalogue.change')}</button>}
          <button class="plain back" onClick={close}>{text('catalogue.back')}</button>
        </p>
      </div>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {done.value && <p role="status">{text('catalogue.saved')}</p>}
      {editing.value && edits && choices.value && began && (
        <ServiceForm key={now.value?.version ?? 0} was={now.value?.version ?? 0} service={began} choices={choices.value} at={opened.field ?? ''}
          close={() => (opened.code ? (editing.value = false) : close())}
          saved={(code) => {
            if (!opened.code) return open({ code })
            editing.value = false
            done.value = true
            void again()
          }} />
      )}
      {e && !editing.value && (
        <>
          {past.value && <p class="banner" role="status">{past.value.on}: {text('catalogue.version')} {e.version}, {stamp(e.at)}, {author(e)} · {e.why}</p>}
          {!e.told && <p class="wrong not-told">{text('catalogue.not_told')}</p>}
          <Said service={e.service} />
        </>
      )}
      {edits && now.value && !editing.value && !past.value && (
        <div class="service-acts">
          <form class="inline" id="service-reviewed" onSubmit={(event) => void act(event, '/reviewed', () => ({}))}>
            <label>{text('queues.why')}<input name="why" required maxLength={500} autocomplete="off" defaultValue={text('catalogue.reviewed')} /></label>
            <p class="choice"><button>{text('catalogue.reviewed')}</button> <span class="muted">{text('catalogue.review_by')}: {day(now.value.service.review_by)}</span></p>
          </form>
          <form class="inline" id="service-end" onSubmit={(event) => void act(event, '', (given, seen) => ({ to: { ...seen.service, valid_until: given.get('last') } }))}>
            <label>{text('catalogue.last_day')}<Day name="last" value={today()} /></label>
            <label>{text('queues.why')}<input name="why" required maxLength={500} autocomplete="off" /></label>
            <p class="choice"><button class="danger">{text('catalogue.end')}</button></p>
          </form>
        </div>
      )}
      {now.value && <ServiceHistory code={opened.code} version={now.value.version} show={(edition, on) => (past.value = edition && { edition, on })} />}
    </main>
  )
}

// Said is all that a version of a service says.
function Said({ service: s }: { service: Service }) {
  const facts = [['category', s.category], ['agency', s.agency], ['stage', text('catalogue.stage.' + s.stage)], ['owner', s.owner],
    ['valid_from', day(s.valid_from)], ['valid_until', day(s.valid_until)], ['review_by', day(s.review_by)]] as const
  return (
    <section tabIndex={0}>
      <dl class="service-said">{facts.map(([field, value]) => <div key={field}><dt>{labelOf(field)}</dt><dd>{value}</dd></div>)}</dl>
      <table class="service-said">
        <thead><tr><td />{written.map((l) => <th key={l} scope="col">{text('language.' + l)}</th>)}</tr></thead>
        <tbody>
          {fields.map(([field]) => (
            <tr key={field}>
              <th scope="row">{labelOf(field)}</th>
              {written.map((l) => <td key={l} lang={l} class="wraps">{String(s.texts[l]?.[field] ?? '')}</td>)}
            </tr>
          ))}
          <tr>
            <th scope="row">{text('catalogue.keywords')}</th>
            {written.map((l) => <td key={l} lang={l} class="wraps">{(s.texts[l]?.keywords ?? []).join('; ')}</td>)}
          </tr>
        </tbody>
      </table>
    </section>
  )
}
