import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { section, send } from '../store/desk'
import type { Agent } from '../store/protocol'
import { Pauses, type Limits } from '../floor/pauses'
import { QueueForm, type Settings } from './queue_form'
import { has, language, text } from '../store/texts'

export interface All {
  queues: Record<string, Settings>
  house: Settings // what holds where a queue says nothing
  calendars: string[]
  strategies: string[]
  pauses: Limits
  pause_reasons: string[]
  roles: Agent['role'][]
}

// QueueSettings are the queues and their rules, for an administrator: what is saved holds at once.
export function QueueSettings() {
  const all = useSignal<All | null>(null)
  const open = useSignal('') // the name of the queue of whom the form is about; "+": of a new one
  const wrong = useSignal({ code: '', field: '', detail: '' })
  const read = async () => {
    const answer = await fetch('/desk/queue-settings').catch(() => null)
    if (answer?.ok) all.value = (await answer.json()) as All
    else if (answer?.status === 403) section.value = 'contacts'
    else wrong.value = { code: 'unavailable', field: '', detail: '' }
  }
  useEffect(() => { void read() }, [])
  const post = async (path: string, body: object) => {
    const answer = await send(path, body)
    wrong.value = answer.ok ? { code: '', field: '', detail: '' } : { code: answer.code, field: answer.field, detail: answer.detail }
    if (answer.ok) void read()
    return answer.ok
  }
  const show = (name: string) => {
    wrong.value = { code: '', field: '', detail: '' }
    open.value = name
  }
  const a = all.value
  const named = wrong.value.code === 'conflict' ? 'queues.named.' + wrong.value.field : '' // what names a queue that was to be removed
  return (
    <main class="links" id="queue-settings">
      <div class="row"><h1>{text('queues.title')}</h1><button id="add-queue" class="primary" onClick={() => show('+')}>{text('queues.add')}</button></div>
      {wrong.value.code && <p class="wrong" role="alert">{has(named) ? `${text('queues.named')} ${text(named)}: ${wrong.value.detail}` : text('error.' + wrong.value.code)}</p>}
      {a && open.value && (open.value === '+' || a.queues[open.value]) && (
        <QueueForm key={open.value} name={open.value === '+' ? '' : open.value} all={a} wrong={wrong.value.field} close={() => show('')}
          save={(name, change) => post('/desk/queue-settings/' + encodeURIComponent(name), change)}
          remove={(was, why) => post(`/desk/queue-settings/${encodeURIComponent(open.value)}/remove`, { was, why })} />
      )}
      <section tabIndex={0}>
        <table>
          <thead><tr>{['name', 'calendar', 'strategy', 'skills', 'overflow', 'does'].map((key) => <th key={key} scope="col">{text('queues.' + key)}</th>)}</tr></thead>
          <tbody>
            {a && Object.entries(a.queues).map(([name, s]) => (
              <tr key={name} data-queue={name}>
                <th scope="row">{s.title[language.value]} <span class="muted">{name}</span></th>
                <td>{s.calendar ?? text('queues.always')}</td>
                <td>{text('queues.strategy.' + (s.strategy ?? a.house.strategy))}</td>
                <td>{Object.entries(s.skills ?? {}).map(([skill, wanted]) => `${skill} ${wanted.level}`).join(', ') || '—'}</td>
                <td>{s.overflow ? a.queues[s.overflow.to]?.title[language.value] : '—'}</td>
                <td><button class="change" onClick={() => show(name)}>{text('people.change')}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {a && <Pauses key={JSON.stringify(a.pauses)} all={a} save={(change) => post('/desk/pause-limits', change)} />}
    </main>
  )
}
