import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { agent, section } from '../store/desk'
import { labelOf } from './service'
import { ServiceCard, type Opened } from './service_card'
import { language, text } from '../store/texts'
import { day } from '../store/time'

interface Service {
  code: string; agency: string; stage: number; name: string; short: string; documents: string; fee: string; term: string; place: string; form: string
  valid_until: string; review_by: string
}
interface Finding { kind: string; code: string; agency: string; owner: string; field: string; detail: string; detail_code: string; detail_value: string; use: number }

const findings = signal<Finding[] | null>(null) // null: not known
const pause = 150 // milliseconds after the last key

const opened = signal<Opened | null>(null)

// fieldOf is the field of a service in which a finding is mended.
const fieldOf = (f: Finding): string =>
  f.kind === 'expired' || f.kind === 'expires_soon' ? 'valid_until' : f.kind === 'review_due' ? 'review_by' : ['kk', 'ru', 'en'].includes(f.field) ? f.field + '.name' : f.field

// detailOf says what more there is to a finding.
function detailOf(f: Finding): string {
  const value = ['since', 'on'].includes(f.detail_code) ? day(f.detail_value) : f.detail_value
  return f.detail_code && text('catalogue.detail.' + f.detail_code).replace('{value}', () => value)
}

// Catalogue finds services as they are typed, and shows a supervisor what of the catalogue is stale. Each opens a service.
export function Catalogue() {
  const o = opened.value
  return o && agent.value?.role !== 'agent' ? <ServiceCard key={o.code} opened={o} close={() => (opened.value = null)} open={(next) => (opened.value = next)} /> : <Services />
}

function Services() {
  const query = useSignal('')
  const found = useSignal<Service[] | null>(null)
  const leads = agent.value?.role !== 'agent'
  const edits = agent.value?.role === 'administrator'
  const whole = /^\d{3,4}$/.test(query.value.trim()) ? query.value.trim() : '' // a code, of what is not told today, too
  useEffect(() => {
    if (!leads) return
    void fetch('/desk/catalogue').then(async (answer) => {
      if (answer.ok) findings.value = ((await answer.json()) as { findings: Finding[] }).findings
    }).catch(() => undefined)
  }, [])
  useEffect(() => {
    const asked = query.value.trim()
    if (!asked) {
      found.value = null
      return
    }
    const waiting = new AbortController()
    const timer = setTimeout(() => {
      void fetch(`/desk/services?language=${language.value}&q=${encodeURIComponent(asked)}`, { signal: waiting.signal }).then(async (answer) => {
        if (answer.ok) found.value = ((await answer.json()) as { services: Service[] }).services
        else if (answer.status === 403) section.value = 'contacts'
      }).catch(() => undefined)
    }, pause)
    return () => {
      clearTimeout(timer)
      waiting.abort()
    }
  }, [query.value, language.value])
  return (
    <main class="links" id="catalogue">
      <div class="row">
        <h1>{text('catalogue.title')}</h1>
        {edits && <button id="add-service" class="primary" onClick={() => (opened.value = { code: '', field: 'code' })}>{text('catalogue.add')}</button>}
      </div>
      <input type="search" maxLength={100} value={query.value} placeholder={text('catalogue.search')} aria-label={text('catalogue.search')}
        onInput={(e) => (query.value = e.currentTarget.value)} />
      {found.value && (
        <section aria-live="polite">
          {found.value.length === 0 ? <p class="muted">{text('catalogue.none')}</p> : found.value.map((s) => <Entry key={s.code} service={s} leads={leads} />)}
          {leads && whole && !found.value.some((s) => s.code === whole) && (
            <button class="open-code" onClick={() => (opened.value = { code: whole })}>{text('catalogue.open')} {whole}</button>
          )}
        </section>
      )}
      {findings.value && (
        <section>
          <h2>{text('catalogue.findings')}</h2>
          {findings.value.length === 0 ? <p class="muted">{text('catalogue.fresh')}</p> : (
            <table class="catalogue-findings">
              <thead><tr>{['kind', 'code', 'owner', 'field', 'use'].map((key) => <th key={key} scope="col">{text('catalogue.' + key)}</th>)}</tr></thead>
              <tbody>
                {findings.value.map((f) => (
                  <tr key={f.kind + f.code + f.field + f.detail} data-kind={f.kind}>
                    <td>{text('catalogue.kind.' + f.kind)}</td>
                    <th scope="row">{f.code && <button class="plain mend" onClick={() => (opened.value = { code: f.code, field: edits ? fieldOf(f) : undefined })}>{f.code}</button>}</th>
                    <td>{f.owner}</td>
                    <td>{[f.field && labelOf(f.field), detailOf(f)].filter(Boolean).join(' · ')}</td>
                    <td class="number">{f.use}</td>
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

function Entry({ service: s, leads }: { service: Service; leads: boolean }) {
  const facts = [['documents', s.documents], ['fee', s.fee], ['term', s.term], ['place', s.place], ['form', s.form], ['valid', day(s.valid_until)]] as const
  return (
    <article class="service" data-code={s.code}>
      <h3>{s.code} {s.name}{leads && <button class="plain open-service" onClick={() => (opened.value = { code: s.code })}>{text('catalogue.open')}</button>}</h3>
      <dl>{facts.filter(([, value]) => value).map(([key, value]) => <div key={key}><dt>{text('catalogue.' + key)}</dt><dd>{value}</dd></div>)}</dl>
    </article>
  )
}
