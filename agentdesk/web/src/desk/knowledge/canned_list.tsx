import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { fill, matching, readReplies, type Canned } from './canned'
import { views } from '../store/desk'
import type { Contact } from '../store/protocol'
import { text } from '../store/texts'

// useCanned opens a list of canned replies while a reply begins with "/": the arrows choose, Enter takes, Ctrl+Enter takes and sends.
export function useCanned(c: Contact, body: string, take: (text: string, send: boolean) => void) {
  const at = useSignal(0)
  const open = body.startsWith('/') && !body.includes('\n')
  useEffect(() => { if (open) void readReplies() }, [open])
  useEffect(() => { at.value = 0 }, [body])
  const found = open ? matching(body.slice(1), c.language).slice(0, most).map((reply) => ({ reply, text: fill(reply, c, views.value[c.id]) })) : []
  const chosen = found[Math.min(at.value, found.length - 1)]
  // key says whether it was the list's.
  const key = (e: KeyboardEvent): boolean => {
    if (!open || e.isComposing) return false
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') at.value = (at.value + (e.key === 'ArrowDown' ? 1 : found.length - 1)) % Math.max(1, found.length)
    else if (e.key === 'Escape') take('', false)
    else if (e.key === 'Enter') {
      if (chosen?.text) take(chosen.text, e.ctrlKey)
    } else return false
    e.preventDefault()
    return true
  }
  const list = open ? (
    <ul class="canned" role="listbox" id="canned" aria-label={text('canned.title')}>
      {found.length === 0 && <li class="muted">{text('canned.none')}</li>}
      {found.map((f) => <Offer key={f.reply.code} {...f} chosen={f === chosen} take={() => f.text && take(f.text, false)} />)}
    </ul>
  ) : null
  return { list, key, open, chosen: chosen && 'canned-' + chosen.reply.code }
}

const most = 8

function Offer({ reply, text: filled, chosen, take }: { reply: Canned; text: string | null; chosen: boolean; take(): void }) {
  return (
    <li role="option" id={'canned-' + reply.code} aria-selected={chosen} aria-disabled={filled === null} class={filled === null ? 'muted' : ''}
      onMouseDown={(e) => { e.preventDefault(); take() }}>
      <b>/{reply.code}</b> {filled ?? text('canned.unknown')}
    </li>
  )
}
