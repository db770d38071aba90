import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act } from '../store/desk'
import type { Contact } from '../store/protocol'
import { text } from '../store/texts'
import { stamp } from '../store/time'

// PromiseCall opens a callback to the citizen of a contact: at a time, of which the citizen is told by SMS, or in turn; by any of the queue, or by this
// agent.
export function PromiseCall({ contact: c }: { contact: Contact }) {
  const times = useSignal<string[]>([])
  const done = useSignal(false)
  useEffect(() => {
    void fetch(`/desk/contacts/${c.id}/call-times`).then(async (answer) => {
      if (answer.ok) times.value = ((await answer.json()) as { times: string[] }).times
    }).catch(() => undefined)
  }, [c.id])
  const promise = async (event: Event) => {
    const form = (event.currentTarget as HTMLElement).closest('fieldset')!
    const at = form.querySelector('select')!.value
    done.value = !!(await act('promise_call', { contact: c.id, at, own: form.querySelector('input')!.checked }))
  }
  return (
    <fieldset class="promise row">
      <legend>{text('promise.title')}</legend>
      <label>{text('promise.at')} <select name="at" onChange={() => (done.value = false)}>
        <option value="">{text('promise.soon')}</option>
        {times.value.map((at) => <option key={at} value={at}>{stamp(at)}</option>)}
      </select></label>
      <label><input type="checkbox" name="own" onChange={() => (done.value = false)} /> {text('promise.own')}</label>
      {done.value ? <span role="status">✓ {text('promise.done')}</span> : <button type="button" class="promise-call" onClick={(e) => void promise(e)}>{text('promise.title')}</button>}
    </fieldset>
  )
}
