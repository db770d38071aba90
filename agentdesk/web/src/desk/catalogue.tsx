import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { agent, section } from './desk'
import { language, text } from './texts'
import { day } from './time'

interface Service {
  code: string; agency: string; stage: number; name: string; short: string; documents: string; fee: string; term: string; place: string; form: string
  valid_until: string; review_by: string
}
interface Finding { kind: string; code: string; agency: string; owner: string; field: string; detail: string; use: number }

const findings = signal<Finding[] | null>(null) // null: not known
const pause = 150 // milliseconds after the last key

// Catalogue finds services as they are typed, and shows a supervisor what of the catalogue is stale.
export function Catalogue() {
  const query = useSignal('')
  const found = useSignal<Service[] | null>(null)
  useEffect(() => {
    if (agent.value?.role === 'agent') return
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
      <h1>{text('catalogue.title')}</h1>
      <input type="search" maxLength={100} value={query.value} placeholder={text('catalogue.search')} aria-label={text('catalogue.search')}
        onInput={(e) => (query.value = e.currentTarget.value)} />
      {found.value && (
        <section aria-live="polite">
          {found.value.length === 0 ? <p class="muted">{text('catalogue.none')}</p> : found.value.map((s) => <Entry key={s.code} service={s} />)}
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
                    <th scope="row">{f.code}</th>
                    <td>{f.owner}</td>
                    <td>{[f.field, f.detail].filter(Boolean).join(' · ')}</td>
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

function Entry({ service: s }: { service: Service }) {
  const facts = [['documents', s.documents], ['fee', s.fee], ['term', s.term], ['place', s.place], ['form', s.form], ['valid', day(s.valid_until)]] as const
  return (
    <article class="service" data-code={s.code}>
      <h3>{s.code} {s.name}</h3>
      <dl>{facts.filter(([, value]) => value).map(([key, value]) => <div key={key}><dt>{text('catalogue.' + key)}</dt><dd>{value}</dd></div>)}</dl>
    </article>
  )
}
