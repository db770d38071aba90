import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act, batchEnded, now } from '../store/desk'
import { text } from '../store/texts'

interface Batch { batch: number; until: string; state: 'pending' | 'moving' | 'done'; to: string; cases: number; refused: { number: string; why: string }[] }

// Ticked is a case that was ticked, with the states to which it may go.
export interface Ticked { number: string; state: string; next: string[] | null }

const most = 200 // cases in an order
const batches = signal<Batch[]>([])
const seen = signal<number[]>([]) // of those that have ended, the ones that were put away

async function read(): Promise<void> {
  const answer = await fetch('/desk/case-batches').catch(() => null)
  if (answer?.ok) batches.value = ((await answer.json()) as { batches: Batch[] }).batches
}

// MoveTogether orders that the ticked cases move to a state that is open to all of them.
export function MoveTogether({ of, done }: { of: Ticked[]; done(): void }) {
  const ways = of.length === 0 ? [] : (of[0]!.next ?? []).filter((state) => of.every((c) => c.next?.includes(state)))
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    if (!(await act('case_batch', { cases: of.map((c) => ({ number: c.number, from: c.state })), to: String(form.get('to')), why: String(form.get('why')) }))) return
    done()
    void read()
  }
  if (of.length === 0) return null
  return (
    <form class="inline" id="move-together" onSubmit={submit}>
      <p class="wide">{text('batch.title')}: <b>{of.length}</b></p>
      {of.length > most ? <p class="wrong wide">{text('batch.too_many')} {most}</p> : ways.length === 0 ? <p class="muted wide">{text('batch.no_way')}</p> : (
        <>
          <label>{text('case.to')}<select name="to">{ways.map((s) => <option key={s} value={s}>{text('case.' + s)}</option>)}</select></label>
          <label>{text('case.why')}<input name="why" required maxLength={1000} autocomplete="off" /></label>
          <button class="primary">{text('batch.move')}</button>
        </>
      )}
    </form>
  )
}

// Batches are the orders of late: each can be taken back while it waits, and says what came of it.
export function Batches({ moved }: { moved(): void }) {
  useEffect(() => { void read() }, [])
  useEffect(() => {
    if (batchEnded.value === 0) return
    void read()
    moved()
  }, [batchEnded.value])
  const shown = batches.value.filter((b) => !seen.value.includes(b.batch))
  if (shown.length === 0) return null
  return <div role="status"><ul class="batches">{shown.map((b) => <Order key={b.batch} of={b} />)}</ul></div>
}

function Order({ of: b }: { of: Batch }) {
  const busy = useSignal(false)
  const left = Math.ceil((Date.parse(b.until) - now.value) / 1000)
  const undo = async () => {
    busy.value = true
    await act('case_batch_undo', { batch: b.batch })
    busy.value = false
    void read()
  }
  return (
    <li data-state={b.state}>
      {text('batch.cases')}: {b.cases} → {text('case.' + b.to)}
      {b.state === 'done' ? ` · ${text('batch.done')}: ${b.cases - b.refused.length}` : left > 0 ? ` · ${text('batch.in')} ${left} ${text('batch.seconds')}` : ` · ${text('batch.moving')}`}
      {b.state === 'pending' && left > 0 && <button class="undo" disabled={busy.value} onClick={() => void undo()}>{text('work.undo')}</button>}
      {b.state === 'done' && <button class="plain" aria-label={text('batch.close')} onClick={() => (seen.value = [...seen.value, b.batch])}>×</button>}
      {b.refused.length > 0 && (
        <ul>{b.refused.map((c) => <li key={c.number} class="wrong">{c.number.replace(/(\d{3})(?=\d)/g, '$1 ')}: {text('batch.why.' + c.why)}</li>)}</ul>
      )}
    </li>
  )
}
