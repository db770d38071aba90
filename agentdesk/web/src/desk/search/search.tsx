import { signal } from '@preact/signals'
import { agent, chosen, section } from '../store/desk'
import { queueTitle } from '../evaluations/evaluation'
import type { Found, FoundCase, FoundCitizen } from '../store/protocol'
import { Talk } from '../recordings/recordings'
import { text } from '../store/texts'
import { date } from '../store/time'

// What was looked for last, and what was found: null while nobody knows; 'invalid' when there is nothing to look for.
const query = signal('')
const found = signal<Found | 'invalid' | 'failed' | null>(null)

async function ask(more: string): Promise<Found | 'invalid' | 'failed'> {
  const answer = await fetch(`/desk/search?q=${encodeURIComponent(query.value)}${more}`).catch(() => null)
  if (answer?.ok) return (await answer.json()) as Found
  return answer?.status === 400 ? 'invalid' : 'failed'
}

// lookFor looks for something, and shows what is found.
export async function lookFor(wanted: string): Promise<void> {
  if (!wanted) return
  query.value = wanted
  found.value = null
  section.value = 'search'
  const answer = await ask('')
  if (query.value === wanted) found.value = answer // nothing else is looked for meanwhile
}

// The field in the bar on top.
export function SearchField() {
  if (agent.value?.role === 'auditor') return null
  const look = async (event: SubmitEvent) => {
    event.preventDefault()
    await lookFor(String(new FormData(event.currentTarget as HTMLFormElement).get('q')).trim())
  }
  return (
    <form class="search" role="search" onSubmit={(e) => void look(e)}>
      <input type="search" name="q" autocomplete="off" aria-label={text('search')} placeholder={text('search')} maxLength={100} />
    </form>
  )
}

// SearchResults shows what was found, masked. What the agent has in hand is opened from here.
export function SearchResults() {
  const all = found.value
  const more = async (kind: 'citizens' | 'cases' | 'talks') => {
    if (!all || typeof all === 'string') return
    const next = await ask(`&kind=${kind}&before=${all[`${kind}_before`]}`)
    if (typeof next === 'string' || found.value !== all) return // something else is looked for meanwhile
    found.value = { ...all, [kind]: [...all[kind], ...next[kind]], [`${kind}_before`]: next[`${kind}_before`] }
  }
  return (
    <main class="links found">
      <div class="row">
        <h1>{text('search.found')}</h1>
        <button class="plain" onClick={() => (section.value = 'contacts')}>{text('search.back')}</button>
      </div>
      {typeof all === 'string' && <p class="muted" role="alert">{text('search.' + all)}</p>}
      {all && typeof all !== 'string' && (
        <>
          {all.citizens.length + all.cases.length + all.talks.length === 0 && <p class="muted" id="found-nothing">{text('search.none')}</p>}
          {all.citizens.length > 0 && <h2>{text('search.citizens')}</h2>}
          <ul class="found-citizens">{all.citizens.map((c) => <Citizen key={c.id} citizen={c} />)}</ul>
          {all.citizens_before && <button class="plain" onClick={() => void more('citizens')}>{text('search.more')}</button>}
          {all.cases.length > 0 && <h2>{text('cases')}</h2>}
          <ul class="found-cases">{all.cases.map((c) => <Case key={c.id} which={c} />)}</ul>
          {all.cases_before && <button class="plain" onClick={() => void more('cases')}>{text('search.more')}</button>}
          {all.talks.length > 0 && <h2>{text('search.talks')}</h2>}
          <ul class="found-talks">{all.talks.map((t) => <li key={t.id}><span>{t.agent} <span class="muted">{queueTitle(t.queue)}</span></span><Talk of={t} /></li>)}</ul>
          {all.talks_before && <button class="plain" onClick={() => void more('talks')}>{text('search.more')}</button>}
        </>
      )}
    </main>
  )
}

function Citizen({ citizen: c }: { citizen: FoundCitizen }) {
  return (
    <li class="row">
      <span><b>{c.name}</b> <span class="chip">{c.national_number}</span></span>
      <Open contact={c.contact} />
    </li>
  )
}

function Case({ which: c }: { which: FoundCase }) {
  return (
    <li class="row">
      <span>
        <b class="number">{c.number.replace(/(\d{3})(?=\d)/g, '$1 ')}</b> <span class="chip">{text('kind.' + c.kind)}</span>
        <span class={'chip state-' + c.state}>{text('case.' + c.state)}</span> <span class="muted">{date(c.opened_at)}</span>
      </span>
      <Open contact={c.contact} />
    </li>
  )
}

function Open({ contact }: { contact: number | null }) {
  if (!contact) return <span class="muted">{text('search.closed')}</span>
  return <button onClick={() => { chosen.value = contact; section.value = 'contacts' }}>{text('search.open')}</button>
}
