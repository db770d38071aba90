import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { colleagues, readMemos } from './colleagues'
import { text } from '../store/texts'

const begun = /(^|[^\p{L}\p{N}@._-])@([\p{L}\p{N}._-]*)$/u // an @ with the beginning of a name, where the note ends
const most = 6

// useMentions offers colleagues while a note ends with @ and the beginning of a name or a login: the arrows choose, Enter or Tab takes.
export function useMentions(field: string, note: string, write: (note: string) => void) {
  const at = useSignal(0)
  const dismissed = useSignal('')
  const wanted = begun.exec(note)?.[2]?.toLowerCase()
  const open = wanted !== undefined && dismissed.value !== note
  useEffect(() => { if (open && colleagues.value.length === 0) void readMemos() }, [open])
  useEffect(() => { at.value = 0 }, [wanted])
  const found = open ? colleagues.value.filter((c) => [c.login, ...c.name.split(/\s+/)].some((word) => word.toLowerCase().startsWith(wanted))).slice(0, most) : []
  const chosen = found[Math.min(at.value, found.length - 1)]
  const take = (login: string) => write(note.replace(begun, (_, before: string) => `${before}@${login} `))
  // key says whether it was the list's.
  const key = (e: KeyboardEvent): boolean => {
    if (!chosen || e.isComposing) return false
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') at.value = (at.value + (e.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length
    else if (e.key === 'Enter' || e.key === 'Tab') take(chosen.login)
    else if (e.key === 'Escape') dismissed.value = note
    else return false
    e.preventDefault()
    return true
  }
  const list = chosen ? (
    <ul class="canned mentions" role="listbox" id={field + '-mentions'} aria-label={text('memos.name')}>
      {found.map((c) => (
        <li key={c.id} role="option" id={`${field}-${c.login}`} aria-selected={c === chosen} onMouseDown={(e) => { e.preventDefault(); take(c.login) }}>{c.name} <span class="muted">@{c.login}</span></li>
      ))}
    </ul>
  ) : null
  const labels = chosen ? { 'aria-controls': field + '-mentions', 'aria-activedescendant': `${field}-${chosen.login}` } : {}
  return { list, key, labels }
}
