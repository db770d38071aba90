import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { AgencyCard } from './agency_card'
import { send } from '../store/desk'
import { Problem, type Wrong } from '../parts/problem'
import type { Language } from '../store/protocol'
import { language, text } from '../store/texts'
import { stamp } from '../store/time'

interface Agency extends Wrong { agency: string; title: Partial<Record<Language, string>> | null; waiting: number; oldest_seconds: number; dead: number; took_ms: number; reported_at: string | null }

const stand = signal<Agency[] | null>(null) // null: not known
const every = 10_000

async function read(): Promise<void> {
  const answer = await fetch('/desk/agencies').catch(() => null)
  if (answer?.ok) stand.value = ((await answer.json()) as { agencies: Agency[] }).agencies
}

// Agencies shows a supervisor how agencies take what they are told, and has tried again what was given up.
export function Agencies() {
  const open = useSignal('')
  useEffect(() => {
    void read()
    const timer = setInterval(() => void read(), every)
    return () => clearInterval(timer)
  }, [])
  const replay = async (agency: string) => {
    await send(`/desk/agencies/${agency}/replay`, {})
    void read()
  }
  if (!stand.value?.length) return null
  const titled = (a: Agency) => a.title?.[language.value] || a.agency
  return (
    <section id="agencies">
      <h2>{text('agencies.title')}</h2>
      <table>
        <thead><tr>{['agency', 'waiting', 'dead', 'took', 'reported', 'problem', 'replay'].map((key) => <th key={key} scope="col">{text('agencies.' + key)}</th>)}</tr></thead>
        <tbody>
          {stand.value.map((a) => (
            <tr key={a.agency} data-agency={a.agency}>
              <th scope="row"><button class="plain open-agency" aria-expanded={open.value === a.agency} onClick={() => (open.value = open.value === a.agency ? '' : a.agency)}>{titled(a)}</button> <span class="muted">{a.agency}</span></th>
              <td class="number">{a.waiting}</td>
              <td class="number">{a.dead}</td>
              <td class="number">{a.took_ms ? a.took_ms : '—'}</td>
              <td>{a.reported_at ? stamp(a.reported_at) : '—'}</td>
              <td><Problem of={a} /></td>
              <td>{a.dead > 0 && <button class="replay" onClick={() => void replay(a.agency)}>{text('agencies.replay')}</button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {stand.value.filter((a) => a.agency === open.value).map((a) => <AgencyCard key={a.agency} agency={a.agency} title={titled(a)} dead={a.dead} changed={() => void read()} />)}
    </section>
  )
}
