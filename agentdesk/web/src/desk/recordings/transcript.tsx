import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ask, send } from '../store/desk'
import type { Recorded } from '../store/protocol'
import { text } from '../store/texts'
import { length, stamp } from '../store/time'

interface Line {
  line: number
  speaker: 'citizen' | 'agent'
  begin: number // ms
  words: { text: string; sure: boolean }[]
  corrected: { text: string; at: string; name: string; times: number } | null
}

// Transcript is what was said in a talk, as it was written down afterwards; whoever may, corrects it line by line. Nothing is fetched before the
// agent asks for it: the journal keeps each time.
export function Transcript({ of: r, play }: { of: Recorded; play(ms: number): void }) {
  const lines = useSignal<Line[] | null>(null)
  const wrong = useSignal('')
  if (r.transcript!.state !== 'ready') return <Unwritten of={r} />
  const load = async () => {
    const answer = await ask(`/desk/recordings/${r.id}/transcript`, {})
    wrong.value = answer.ok ? '' : answer.code
    if (answer.ok) lines.value = answer.data.lines as Line[]
  }
  return (
    <div class="transcript">
      <button class="plain" aria-expanded={lines.value !== null} onClick={() => (lines.value ? (lines.value = null) : void load())}>{text('transcript')}</button>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {lines.value?.length === 0 && <p class="muted">{text('transcript.empty')}</p>}
      {lines.value && <ol>{lines.value.map((l) => <Said key={l.line} line={l} recording={r.id} play={play} changed={load} />)}</ol>}
    </div>
  )
}

// Unwritten says why there is no transcript yet, and has one that has failed tried again.
function Unwritten({ of: r }: { of: Recorded }) {
  const { state, failure } = r.transcript!
  const again = useSignal(false)
  const wrong = useSignal('')
  const said = useRef<HTMLParagraphElement>(null)
  useEffect(() => { again.value = false }, [state, failure])
  const retry = async () => {
    const answer = await send(`/desk/recordings/${r.id}/transcript/retry`)
    wrong.value = answer.ok ? '' : answer.code
    if (!answer.ok) return
    again.value = true
    said.current?.focus() // the button is gone
  }
  const failed = state === 'failed' && !again.value
  return (
    <div class="unwritten">
      <p class="muted" role="status" tabIndex={-1} ref={said}>{text('transcript.' + (failed ? failure : 'waiting'))}</p>
      {failed && <button class="plain retry" onClick={() => void retry()}>{text('transcript.retry')}</button>}
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
    </div>
  )
}

// Said is a line, in which words are marked that were hardly understood.
function Said({ line: l, recording, play, changed }: { line: Line; recording: number; play(ms: number): void; changed(): Promise<void> }) {
  const editing = useSignal(false)
  const wrong = useSignal('')
  const field = useRef<HTMLTextAreaElement>(null)
  const pencil = useRef<HTMLButtonElement>(null)
  const edited = useRef(false)
  useEffect(() => { // the focus follows, and goes back to where the correction began
    if (editing.value) field.current?.focus()
    else if (edited.current) pencil.current?.focus()
    edited.current = editing.value
  }, [editing.value])
  const recognised = l.words.map((w) => w.text).join(' ')
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    const said = String(new FormData(event.currentTarget as HTMLFormElement).get('text'))
    const answer = await send(`/desk/recordings/${recording}/transcript/${l.line}`, { text: said, seen: l.corrected?.times ?? 0 })
    wrong.value = answer.ok ? '' : answer.code
    if (!answer.ok) return
    editing.value = false
    await changed()
  }
  const at = length(Math.floor(l.begin / 1000))
  return (
    <li class={l.speaker} data-line={l.line}>
      <button class="plain play" aria-label={`${text('transcript.play')}: ${at}`} onClick={() => play(l.begin)}>▶ {at}</button> <b>{text('speaker.' + l.speaker)}:</b>{' '}
      {editing.value ? (
        <form class="inline" onSubmit={(e) => void save(e)}>
          <textarea name="text" ref={field} rows={2} maxLength={4000} aria-label={text('transcript.correct')} defaultValue={l.corrected?.text ?? recognised} />
          {wrong.value && <span class="wrong" role="alert">{text('error.' + wrong.value)}</span>}
          <button class="primary">{text('case.save')}</button>
          <button type="button" class="plain" onClick={() => (editing.value = false)}>{text('cancel')}</button>
        </form>
      ) : (
        <>
          {l.corrected ? l.corrected.text || '—' : l.words.map((w) => (w.sure ? w.text + ' ' : <><mark title={text('transcript.unsure')}>{w.text}</mark>{' '}</>))}{' '}
          <button class="plain correct" ref={pencil} aria-label={`${text('transcript.correct')}: ${at}`} onClick={() => (editing.value = true)}>✎</button>
        </>
      )}
      {l.corrected && <div class="muted">{text('transcript.corrected')} {l.corrected.name}, {stamp(l.corrected.at)}. {text('transcript.was')} {recognised}</div>}
    </li>
  )
}
