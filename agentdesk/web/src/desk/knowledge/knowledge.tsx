import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { fill, matching, readReplies, type Canned } from './canned'
import { connected } from '../store/desk'
import { draftOf, write } from '../contacts/drafts'
import { post } from '../contacts/outbox'
import type { Contact, View } from '../store/protocol'
import { text } from '../store/texts'

interface Service {
  code: string; name: string; short: string; documents: string; fee: string; term: string; place: string; form: string; script: string
}

// Known is a line of the panel: a service, or a canned reply with its places filled; null: the desk cannot fill them.
type Known = { key: string; title: string; service: Service } | { key: string; title: string; reply: Canned; filled: string | null }

const pause = 150 // milliseconds after the last key
const most = 6 // of services, and of replies

const over = ['closed', 'rejected', 'withdrawn']

// atHand are the codes of the services that a contact may be about: the one that the citizen chose, then those of the citizen's open cases.
function atHand(c: Contact, view: View): string[] {
  const ofCases = view.cases.flatMap((k) => (k.theirs && !over.includes(k.state) ? [k.service] : []))
  return [...new Set([c.context?.service, ...ofCases])].filter((code) => code !== undefined && code !== '').slice(0, most) as string[]
}

async function search(c: Contact, query: string, signal: AbortSignal): Promise<Service[]> {
  const answer = await fetch(`/desk/services?language=${c.language}&q=${encodeURIComponent(query)}`, { signal })
  return answer.ok ? ((await answer.json()) as { services: Service[] }).services : []
}

// Knowledge is what helps to answer, in the citizen's language: the service at hand with the operator's script, and whatever service or canned
// reply is looked for; after a "/", replies alone. The arrows choose, Enter puts the text into the reply, Ctrl+Enter sends it.
export function Knowledge({ contact: c, view }: { contact: Contact; view: View }) {
  const query = useSignal('')
  const services = useSignal<Service[]>([])
  const at = useSignal(0)
  const field = useRef<HTMLInputElement>(null)
  const wanted = query.value.trim()
  const codes = atHand(c, view).join(' ')
  useEffect(() => { void readReplies() }, [])
  useEffect(() => {
    const waiting = new AbortController()
    const look = async () => {
      const found = wanted.startsWith('/') ? [] : wanted ? await search(c, wanted, waiting.signal)
        : (await Promise.all(codes.split(' ').filter(Boolean).map(async (code) => (await search(c, code, waiting.signal)).filter((s) => s.code === code)))).flat()
      if (waiting.signal.aborted) return
      services.value = found
      at.value = 0
    }
    const timer = setTimeout(() => void look().catch(() => undefined), wanted ? pause : 0)
    return () => { clearTimeout(timer); waiting.abort() }
  }, [wanted, codes, c.language])
  useEffect(() => {
    const focus = (e: KeyboardEvent) => {
      if (e.key !== 'F4' || e.shiftKey || e.ctrlKey || e.altKey) return
      e.preventDefault()
      field.current?.focus()
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])
  const lines: Known[] = [
    ...(wanted.startsWith('/') ? [] : services.value).slice(0, most).map((s): Known => ({ key: 's' + s.code, title: `${s.code} ${s.name}`, service: s })),
    ...(wanted ? matching(wanted.replace(/^\//, ''), c.language).slice(0, most) : []).map((r): Known => {
      const filled = fill(r, c, view)
      return { key: 'r' + r.code, title: '/' + r.code, reply: r, filled }
    }),
  ]
  const chosen = lines[Math.min(at.value, lines.length - 1)]
  const writes = c.channel === 'sms' && c.state === 'connected'
  const message = chosen && ('service' in chosen ? chosen.service.short : chosen.filled)
  const take = (send: boolean) => {
    if (!writes || !message) return
    query.value = ''
    if (send && connected.value) void post(c.id, message)
    else {
      write(c.id, 'reply', [draftOf(c.id, 'reply').text.value.trim(), message].filter(Boolean).join(' '))
      document.querySelector<HTMLElement>('.reply textarea')?.focus()
    }
  }
  const key = (e: KeyboardEvent) => {
    if (e.isComposing) return
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') at.value = (Math.min(at.value, lines.length - 1) + (e.key === 'ArrowDown' ? 1 : lines.length - 1)) % Math.max(1, lines.length)
    else if (e.key === 'Enter') take(e.ctrlKey)
    else if (e.key === 'Escape' && query.value) query.value = ''
    else return
    e.preventDefault()
  }
  return (
    <section class="knowledge" aria-label={text('knowledge.title')}>
      <h2>{text('knowledge.title')}</h2>
      <input ref={field} type="text" autocomplete="off" maxLength={100} value={query.value} placeholder={text('knowledge.find')} aria-label={text('knowledge.find')} aria-keyshortcuts="F4"
        role="combobox" aria-expanded={lines.length > 0} aria-controls="known" aria-autocomplete="list" aria-activedescendant={chosen && 'known-' + chosen.key}
        onInput={(e) => { query.value = e.currentTarget.value }} onKeyDown={key} />
      <ul id="known" role="listbox" aria-label={text('knowledge.found')}>
        {lines.map((line, i) => (
          <li key={line.key} id={'known-' + line.key} role="option" aria-selected={line === chosen} onMouseDown={(e) => { e.preventDefault(); at.value = i }}>{line.title}</li>
        ))}
      </ul>
      {lines.length === 0 && <p class="muted">{text(wanted ? 'knowledge.none' : 'knowledge.how')}</p>}
      {chosen && (
        <article lang={c.language} class="known">
          {'service' in chosen ? <Facts of={chosen.service} /> : <p class="reply-text">{chosen.filled ?? text('canned.unknown')}</p>}
          {writes && message && (
            <p class="choice">
              <button class="take" onClick={() => take(false)}>{text('knowledge.take')}</button>
              <button class="send-known" disabled={!connected.value} onClick={() => take(true)}>{text('sms.send')}</button>
            </p>
          )}
        </article>
      )}
    </section>
  )
}

// Facts are what a service takes, with what the operator is to ask and to explain before them.
function Facts({ of: s }: { of: Service }) {
  const facts = [['documents', s.documents], ['fee', s.fee], ['term', s.term], ['place', s.place], ['form', s.form], ['short', s.short]] as const
  return (
    <>
      {s.script && <div class="script"><h3>{text('catalogue.script')}</h3><p>{s.script}</p></div>}
      <dl>{facts.filter(([, value]) => value).map(([name, value]) => <div key={name}><dt>{text('catalogue.' + name)}</dt><dd>{value}</dd></div>)}</dl>
    </>
  )
}
