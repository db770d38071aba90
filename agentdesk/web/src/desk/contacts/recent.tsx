import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { held } from '../store/desk'
import type { Text } from '../store/protocol'
import { lookFor } from '../search/search'
import { language, text } from '../store/texts'
import { hour } from '../store/time'

interface Recent {
  id: number; channel: string; queue_title: Text; reason: Text; name: string; number: string; connected_at: string | null; ended_at: string
  outcome: string; disposition: string; cases: string[]
}

// RecentContacts are those that the agent has served within a day, once they are asked for.
export function RecentContacts() {
  const open = useSignal(false)
  const all = useSignal<Recent[] | null>(null)
  const inHand = held.value.map((c) => c.id).join(' ')
  useEffect(() => {
    if (!open.value) return
    void fetch('/desk/contacts/recent').then(async (answer) => {
      if (answer.ok) all.value = ((await answer.json()) as { contacts: Recent[] }).contacts
    }).catch(() => undefined)
  }, [open.value, inHand])
  return (
    <details class="recent" onToggle={(e) => (open.value = e.currentTarget.open)}>
      <summary>{text('recent.title')}</summary>
      {all.value?.length === 0 && <p class="muted">{text('recent.none')}</p>}
      <ul>
        {all.value?.map((c) => (
          <li key={c.id} data-contact={c.id}>
            <span aria-hidden="true">{c.channel === 'sms' ? '✉' : '☎'}</span> <span class="number">{hour(c.ended_at)}</span> <b>{c.name || c.number || text('withheld')}</b>
            <div class="muted">{c.reason[language.value]}{c.disposition && ` · ${text('disposition.' + c.disposition)}`}</div>
            {c.cases.map((number) => <button key={number} class="plain" onClick={() => void lookFor(number)}>{number.replace(/(\d{3})(?=\d)/g, '$1 ')}</button>)}
          </li>
        ))}
      </ul>
    </details>
  )
}
