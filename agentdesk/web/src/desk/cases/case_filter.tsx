import { useSignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { agent, queues, send } from '../store/desk'
import { language, text } from '../store/texts'

// Filter is which cases are listed, as the server and the address have it. What is left out narrows nothing.
export interface Filter { view: string; queue?: string; assignee?: string; state?: string; overdue?: boolean; service?: string; agency?: string }

const fields = ['queue', 'assignee', 'state', 'overdue', 'service', 'agency'] as const
const views = ['mine', 'queued', 'overdue', 'due', 'all']
const states = ['registered', 'accepted', 'in_progress', 'awaiting_citizen', 'ready']

// query writes a filter as the end of an address.
export function query(f: Filter): string {
  const q = new URLSearchParams({ view: f.view })
  for (const field of fields) if (f[field]) q.set(field, String(f[field]))
  return q.toString()
}

// The list of cases stands in the address of the page: a reload shows it again, and a colleague finds it by the link.
const shown = 'cases'

// addressed gives the filter of the page's address, or null.
export function addressed(): Filter | null {
  const q = new URLSearchParams(location.search)
  const view = q.get(shown)
  if (!view || !views.includes(view)) return null
  const f: Filter = { view }
  for (const field of fields) {
    const value = q.get(field)
    if (value && field === 'overdue') f.overdue = true
    else if (value && field !== 'overdue') f[field] = value
  }
  return f
}

// address puts a filter into the page's address, or takes it off.
export function address(f: Filter | null): void {
  history.replaceState(null, '', location.pathname + (f ? '?' + query(f).replace('view=', shown + '=') : '') + location.hash)
}

interface Saved { name: string; filter: Filter }

// CaseFilter narrows the list of cases, and keeps what an agent wants to see again under a name.
export function CaseFilter({ of: filter }: { of: Signal<Filter> }) {
  const saved = useSignal<Saved[]>([])
  const people = useSignal<{ login: string; name: string }[]>([])
  const wrong = useSignal('')
  const read = async () => {
    const answer = await fetch('/desk/case-views').catch(() => null)
    if (answer?.ok) saved.value = ((await answer.json()) as { views: Saved[] }).views
  }
  useEffect(() => {
    void read()
    if (agent.value?.role !== 'agent') {
      void fetch('/desk/assignees').then(async (answer) => {
        if (answer.ok) people.value = ((await answer.json()) as { agents: typeof people.value }).agents
      }).catch(() => undefined)
    }
  }, [])
  const post = async (path: string, body: object) => {
    const answer = await send('/desk/case-views' + path, body)
    wrong.value = answer.ok ? '' : answer.code
    void read()
  }
  const f = filter.value
  const set = (field: (typeof fields)[number], value: string | boolean) => {
    const { [field]: _, ...others } = f
    filter.value = value ? { ...others, [field]: value } : others
  }
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    void post('', { name: new FormData(form).get('name'), filter: f }).then(() => form.reset())
  }
  const own = agent.value?.login ?? ''
  const same = (a: Filter, b: Filter) => query(a) === query(b)
  return (
    <section id="case-filter">
      <nav class="views">
        {views.map((v) => <button key={v} id={'view-' + v} class="plain" aria-pressed={f.view === v} onClick={() => (filter.value = { ...f, view: v })}>{text('work.' + v)}</button>)}
        {saved.value.map((s) => (
          <span key={s.name} class="saved" data-view={s.name}>
            <button class="plain" aria-pressed={same(s.filter, f)} onClick={() => (filter.value = s.filter)}>★ {s.name}</button>
            <button class="plain remove" aria-label={`${text('keys.remove')}: ${s.name}`} onClick={() => void post(`/${encodeURIComponent(s.name)}/remove`, {})}>×</button>
          </span>
        ))}
      </nav>
      <div class="filters">
        <select name="queue" aria-label={text('filter.queue')} value={f.queue ?? ''} onChange={(e) => set('queue', e.currentTarget.value)}>
          <option value="">{text('filter.queue')}: {text('filter.any')}</option>
          {f.queue && !queues.value.some((q) => q.name === f.queue) && <option value={f.queue}>{f.queue}</option>}
          {queues.value.map((q) => <option key={q.name} value={q.name}>{q.title[language.value]}</option>)}
        </select>
        <select name="assignee" aria-label={text('filter.assignee')} value={f.assignee ?? ''} onChange={(e) => set('assignee', e.currentTarget.value)}>
          <option value="">{text('filter.assignee')}: {text('filter.any')}</option>
          <option value="-">{text('filter.nobody')}</option>
          <option value={own}>{text('filter.me')}</option>
          {f.assignee && ![own, '-', ...people.value.map((p) => p.login)].includes(f.assignee) && <option value={f.assignee}>{f.assignee}</option>}
          {people.value.filter((p) => p.login !== own).map((p) => <option key={p.login} value={p.login}>{p.name}</option>)}
        </select>
        <select name="state" aria-label={text('work.state')} value={f.state ?? ''} onChange={(e) => set('state', e.currentTarget.value)}>
          <option value="">{text('work.state')}: {text('filter.any')}</option>
          {states.map((s) => <option key={s} value={s}>{text('case.' + s)}</option>)}
        </select>
        <input name="service" maxLength={4} placeholder={text('case.service')} aria-label={text('case.service')} value={f.service ?? ''} onChange={(e) => set('service', e.currentTarget.value.trim())} />
        <input name="agency" maxLength={64} placeholder={text('agencies.agency')} aria-label={text('agencies.agency')} value={f.agency ?? ''} onChange={(e) => set('agency', e.currentTarget.value.trim())} />
        <label class="switch"><input type="checkbox" name="overdue" checked={f.overdue === true} onChange={(e) => set('overdue', e.currentTarget.checked)} /> {text('filter.overdue')}</label>
        {fields.some((field) => f[field]) && <button class="plain clear" onClick={() => (filter.value = { view: f.view })}>{text('filter.clear')}</button>}
        <form class="choice save-view" onSubmit={save}>
          <input name="name" required maxLength={40} placeholder={text('filter.name')} aria-label={text('filter.name')} autocomplete="off" />
          <button>{text('filter.save')}</button>
        </form>
        {wrong.value && <span class="wrong" role="alert">{text('error.' + wrong.value)}</span>}
      </div>
    </section>
  )
}
