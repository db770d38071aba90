import { useSignal } from '@preact/signals'
import { Tick } from '../contacts/delivery'
import { send } from '../store/desk'
import { useMentions } from '../colleagues/mentions'
import { because } from '../contacts/own_words'
import type { Move } from '../store/protocol'
import { text, whose } from '../store/texts'
import { stamp } from '../store/time'

// Noted is what a colleague has noted about a case.
export interface Noted { at: string; by: string; name: string; text: string }

type Step = Omit<Move, 'number'>

// History is what became of a case, and what colleagues noted, the oldest first.
export function History({ moves, notes }: { moves: Step[]; notes: Noted[] }) {
  const all = [...moves, ...notes].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return (
    <ol class="history">
      {all.map((line, i) => (
        <li key={i} class={'text' in line ? 'noted' : ''}>
          <span class="muted">{stamp(line.at)} · {whose(line.by, line.name)}</span> {'text' in line ? `✎ ${line.text}` : `${text('case.' + line.to)}${line.why && ` · ${because(line.why)}`}`}
          {'told' in line && line.told && <div class="muted">{text('work.told')}: {line.told}<Tick of={line.delivery} /></div>}
        </li>
      ))}
    </ol>
  )
}

// NoteForm adds a note for colleagues; whom it names by an @ is told.
export function NoteForm({ number, added }: { number: string; added(): void }) {
  const note = useSignal('')
  const wrong = useSignal('')
  const mentions = useMentions('case-note', note.value, (written) => (note.value = written))
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const answer = await send(`/desk/cases/${number}/note`, { text: note.value })
    wrong.value = answer.ok ? '' : answer.code
    if (!answer.ok) return
    note.value = ''
    added()
  }
  return (
    <form class="note case-note" onSubmit={submit}>
      {mentions.list}
      <textarea rows={2} maxLength={1000} aria-label={text('note.placeholder')} placeholder={text('note.placeholder')} value={note.value} {...mentions.labels}
        onInput={(e) => (note.value = e.currentTarget.value)} onKeyDown={(e) => void mentions.key(e)} />
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      <button disabled={!note.value.trim()}>{text('note.add')}</button>
    </form>
  )
}
