import { signal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { agent, chosen, held, logOut, section } from '../store/desk'
import { groupsOf } from './sections'
import { text } from '../store/texts'

// What can be gone to or done by its name.
interface Command { kind: 'go' | 'contact' | 'do'; name: string; run: () => void }

const open = signal(false)
const query = signal('')
const at = signal(0) // of what is found

// The keys of the desk, and what each does. Where a key is of one place alone, the words name the place.
const keys = [
  ['Ctrl+K, ?', 'palette'], ['F2', 'accept'], ['Shift+F2', 'decline'], ['F8', 'call'], ['Enter', 'send'], ['Shift+Enter', 'line'], ['/ · Ctrl+Enter', 'canned'], ['F4 · Enter · Ctrl+Enter', 'knowledge'], ['Esc', 'leave'],
] as const

function commands(): Command[] {
  const a = agent.value
  if (!a) return []
  const focus = (selector: string) => () => document.querySelector<HTMLElement>(selector)?.focus()
  return [
    ...held.value.map((c): Command => ({
      kind: 'contact', name: [c.name || text('unknown'), c.number || text('withheld')].join(' · '),
      run: () => { chosen.value = c.id; section.value = 'contacts' },
    })),
    { kind: 'go', name: text('contacts'), run: () => (section.value = 'contacts') },
    ...groupsOf(a.role).flatMap((g) => g.sections).map((s): Command => ({ kind: 'go', name: text(s.title), run: () => (section.value = s.name) })),
    { kind: 'go', name: a.name, run: () => (section.value = 'account') },
    ...(document.querySelector('.outgoing-call:not(:disabled)') ? [{ kind: 'do', name: text('outgoing.call'), run: () => document.querySelector<HTMLElement>('.outgoing-call')?.click() } satisfies Command] : []),
    { kind: 'do', name: text('palette.status'), run: focus('#status') },
    ...(a.role === 'auditor' ? [] : [{ kind: 'do', name: text('palette.search'), run: focus('.search input') } satisfies Command]),
    { kind: 'do', name: text('logout'), run: () => void logOut() },
  ]
}

// found gives the commands whose words begin with those that were typed, in any order.
function found(): Command[] {
  const typed = query.value.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return commands().filter((c) => {
    const words = `${text('palette.' + c.kind)} ${c.name}`.toLocaleLowerCase().split(/[\s·]+/)
    return typed.every((part) => words.some((word) => word.startsWith(part)))
  })
}

const isField = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

let before: HTMLElement | null = null // what had the focus

// show opens the palette.
export function show(): void {
  if (open.peek()) return
  before = document.activeElement as HTMLElement | null
  query.value = ''
  at.value = 0
  open.value = true
}

// Palette opens by Ctrl+K anywhere and by ? outside of a field, and shows what keys there are. It is not modal: an offer that comes meanwhile is
// announced, and its key works.
export function Palette() {
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      const asked = (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.code === 'KeyK' || e.key === '?' && !isField(e.target)
      if (!asked || !agent.peek()) return
      e.preventDefault()
      show()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  const close = (command?: Command) => {
    open.value = false
    before?.focus()
    command?.run()
  }
  return open.value ? <Panel close={close} /> : null
}

function Panel({ close }: { close: (command?: Command) => void }) {
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => field.current?.focus(), []) // before the next key comes
  const all = found()
  const here = Math.min(at.value, all.length - 1)
  const press = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
    if (e.key === 'Escape') close()
    else if (e.key === 'Enter') close(all[here])
    else if (step && all.length > 0) {
      at.value = (here + step + all.length) % all.length
      document.getElementById('command-' + at.value)?.scrollIntoView({ block: 'nearest' })
    } else return
    e.preventDefault()
    e.stopPropagation()
  }
  return (
    <div class="palette" role="dialog" aria-label={text('palette')} onKeyDown={press}
      onFocusOut={(e) => e.relatedTarget instanceof Node && !e.currentTarget.contains(e.relatedTarget) && (open.value = false)}>
      <input ref={field} type="text" role="combobox" aria-expanded="true" aria-controls="commands" aria-autocomplete="list" autocomplete="off" maxLength={100}
        aria-activedescendant={here >= 0 ? 'command-' + here : undefined} aria-label={text('palette.find')} placeholder={text('palette.find')}
        value={query.value} onInput={(e) => { query.value = e.currentTarget.value; at.value = 0 }} />
      <ul id="commands" role="listbox" aria-label={text('palette')}>
        {all.map((c, i) => (
          <li key={c.kind + c.name} id={'command-' + i} role="option" aria-selected={i === here} onPointerDown={(e) => e.preventDefault()} onClick={() => close(c)}>
            <span>{c.name}</span> <span class="muted">{text('palette.' + c.kind)}</span>
          </li>
        ))}
      </ul>
      <p class="muted" role="status">{all.length === 0 ? text('palette.none') : ''}</p>
      <h2>{text('palette.keys')}</h2>
      <dl>{keys.map(([key, what]) => [<dt key={key}><kbd>{key}</kbd></dt>, <dd key={what}>{text('palette.key.' + what)}</dd>])}</dl>
    </div>
  )
}
