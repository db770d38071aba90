// Outgoing calls: the agent chooses one of the numbers that the server gives, masked, and types none.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act, chosen, connected, contacts, hasVoice, phoneUp, section, told } from '../store/desk'
import { works } from '../account/microphone'
import { byPhone } from '../store/protocol'
import { text } from '../store/texts'

interface Reachable { binding: number; number: string }

type Whom = { contact: number } | { case: string }

const callKey = 'F8'

// Call has the buttons by which an agent calls the citizen of a contact in hand, or of a case.
export function Call({ whom }: { whom: Whom }) {
  const numbers = useSignal<Reachable[] | null>(null)
  const path = 'case' in whom ? `/desk/cases/${whom.case}/numbers` : `/desk/contacts/${whom.contact}/numbers`
  const show = async () => {
    if (numbers.value) return void (numbers.value = null)
    const answer = await fetch(path).catch(() => null)
    if (answer?.ok) numbers.value = ((await answer.json()) as { numbers: Reachable[] }).numbers
  }
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (e.key !== callKey || e.repeat) return
      e.preventDefault()
      document.querySelector<HTMLButtonElement>('.outgoing-call:not(:disabled)')?.click()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  if (!hasVoice.value) return null
  const place = async (binding: number) => {
    if (!(await works())) return // the citizen never waits for a microphone
    numbers.value = null
    const done = (await act('outgoing_call', { ...whom, binding })) as { contact?: number; called_by?: string } | undefined
    if (done?.called_by) told.value = { key: 'outgoing.called_by', name: done.called_by }
    if (!done?.contact) return
    chosen.value = done.contact
    section.value = 'contacts'
  }
  const busy = contacts.value.some((c) => byPhone(c) && c.state !== 'wrap_up')
  return (
    <span class="popup">
      <button class="outgoing-call" disabled={!connected.value || !phoneUp.value || busy} aria-expanded={numbers.value !== null} aria-keyshortcuts={callKey}
        onClick={() => void show()}>☎ {text('outgoing.call')} <kbd>{callKey}</kbd></button>
      {numbers.value && (
        <div class="asked numbers" role="group" aria-label={text('outgoing.call')} onKeyDown={(e) => e.key === 'Escape' && (numbers.value = null)}>
          {numbers.value.length === 0 && <p class="muted">{text('outgoing.no_number')}</p>}
          {numbers.value.map((n) => <button key={n.binding} class="primary" onClick={() => void place(n.binding)}>{n.number}</button>)}
        </div>
      )}
    </span>
  )
}
