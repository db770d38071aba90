import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Day } from '../parts/day'
import { section } from '../store/desk'
import { journalTexts } from './journal_texts'
import { has, text } from '../store/texts'
import { stamp } from '../store/time'

interface Entry { id: number; at: string; actor: string; action: string; subject: string; detail: Record<string, unknown> | null }
interface Page { entries: Entry[]; names: Record<string, string>; more: boolean }

const actions = Object.keys(journalTexts).filter((key) => key.startsWith('deed.')).map((key) => key.slice('deed.'.length))
const groups = [...new Set(actions.map((action) => action.split('.')[0]!))]

// said gives the words of a code, or the code: what an older or a newer Okno has written is shown, too.
const said = (of: string, code: string): string => (has(`${of}.${code}`) ? text(`${of}.${code}`) : code)

// What a value of the details is a code of, by its key.
const codes: Record<string, string> = { role: 'role', status: 'status', next_status: 'status', before: 'status' }

// shown gives a value of an entry's details as a person reads it.
function shown(action: string, key: string, value: unknown): string {
  const of = action === 'case.move' ? 'case' : codes[key]
  if (of && typeof value === 'string') return said(of, value)
  if (typeof value === 'boolean') return text(value ? 'journal.yes' : 'journal.no')
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ')
  if (typeof value !== 'object') return String(value)
  return value && Object.keys(value).length > 0 ? JSON.stringify(value) : '—'
}

// Journal shows an auditor what was done: by whom, to what, and when. It holds no citizen's data but the number of a row.
export function Journal() {
  const page = useSignal<Page | null>(null)
  const asked = useSignal({ actor: '', action: '', subject: '', from: '', to: '' })
  const wrong = useSignal('')
  const read = async (before?: number) => {
    const wanted = asked.value
    const given = Object.entries({ ...asked.value, before: before ? String(before) : '' }).filter(([, value]) => value)
    const answer = await fetch('/desk/journal?' + new URLSearchParams(given).toString()).catch(() => null)
    if (answer?.status === 403) section.value = 'contacts'
    if (asked.value !== wanted) return // something else was asked meanwhile
    wrong.value = answer?.ok ? '' : answer?.status === 400 ? 'bad_request' : 'unavailable'
    if (!answer?.ok) return
    const next = (await answer.json()) as Page
    if (asked.value !== wanted) return
    page.value = before && page.value ? { ...next, entries: [...page.value.entries, ...next.entries] } : next
  }
  useEffect(() => { void read() }, [asked.value])
  const ask = (more: Partial<typeof asked.value>) => (asked.value = { ...asked.value, ...more })
  const p = page.value
  const named = (who: string) => {
    if (p?.names[who]) return p.names[who]
    const [kind, id] = [who.split(':')[0]!, who.slice(who.indexOf(':') + 1)]
    return who.includes(':') ? `${said('of', kind)} ${id}` : has('actor.' + who) ? text('actor.' + who) : said('of', who)
  }
  return (
    <main class="links" id="journal">
      <h1>{text('journal.title')}</h1>
      <section class="report-query">
        <label>{text('journal.actor')}{' '}
          <select id="journal-actor" value={asked.value.actor} onChange={(e) => ask({ actor: e.currentTarget.value })}>
            <option value="">{text('journal.anybody')}</option>
            {Object.entries(p?.names ?? {}).sort((a, b) => a[1].localeCompare(b[1])).map(([who, name]) => <option key={who} value={who}>{name}</option>)}
            {['citizen', 'cli', 'okno', 'sso'].map((who) => <option key={who} value={who}>{text('actor.' + who)}</option>)}
          </select>
        </label>
        <label>{text('journal.action')}{' '}
          <select id="journal-action" value={asked.value.action} onChange={(e) => ask({ action: e.currentTarget.value })}>
            <option value="">{text('journal.anything')}</option>
            {groups.map((group) => (
              <optgroup key={group} label={said('deeds', group)}>
                {group !== 'search' && <option value={group + '.'}>{text('journal.all')}: {said('deeds', group)}</option>}
                {actions.filter((action) => action.split('.')[0] === group).map((action) => <option key={action} value={action}>{text('deed.' + action)}</option>)}
              </optgroup>
            ))}
          </select>
        </label>
        <label>{text('journal.subject')} <input id="journal-subject" placeholder="contact:31" value={asked.value.subject} onChange={(e) => ask({ subject: e.currentTarget.value.trim() })} /></label>
        <label>{text('reports.from')} <Day id="journal-from" value={asked.value.from} onDay={(day) => ask({ from: day })} /></label>
        <label>{text('reports.to')} <Day id="journal-to" value={asked.value.to} onDay={(day) => ask({ to: day })} /></label>
      </section>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {p && (
        <section tabIndex={0}>
          {p.entries.length === 0 ? <p class="muted">{text('journal.none')}</p> : (
            <table>
              <thead><tr>{['at', 'actor', 'action', 'subject', 'detail'].map((key) => <th key={key} scope="col">{text('journal.' + key)}</th>)}</tr></thead>
              <tbody>
                {p.entries.map((e) => (
                  <tr key={e.id} data-id={e.id}>
                    <td class="number">{stamp(e.at)}</td>
                    <th scope="row">{named(e.actor)}</th>
                    <td title={e.action}>{said('deed', e.action)}</td>
                    <td title={e.subject}><button class="plain subject" onClick={() => ask({ subject: e.subject })}>{named(e.subject)}</button></td>
                    <td class="detail">{e.detail ? Object.entries(e.detail).map(([key, value]) => `${said('detail', key)}: ${shown(e.action, key, value)}`).join('; ') : ''}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {p.more && <button onClick={() => void read(p.entries.at(-1)!.id)}>{text('work.more')}</button>}
        </section>
      )}
    </main>
  )
}
