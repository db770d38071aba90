import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { colleagues, memos, readMemos, type Colleague } from './colleagues'
import { act, agent, told, unreadMemos } from '../store/desk'
import { text } from '../store/texts'
import { moment } from '../store/time'

const grouped = (number: string) => number.replace(/(\d{3})(?=\d)/g, '$1 ')

// Memos are what colleagues write to each other, and the notes in which they name each other: those on duty first, then whoever wrote last.
export function Memos() {
  const whom = useSignal<number | null>(null)
  useEffect(() => {
    if (told.value?.key === 'memos.arrived') told.value = null
    void readMemos()
  }, [unreadMemos.value])
  const mine = agent.value?.id
  const unread = (c: Colleague) => memos.value.filter((m) => m.from === c.id && m.to === mine && !m.read).length
  const last = (c: Colleague) => memos.value.find((m) => m.from === c.id || m.to === c.id)?.id ?? 0
  const all = [...colleagues.value].sort((a, b) => unread(b) - unread(a) || last(b) - last(a) || Number(b.here) - Number(a.here) || a.name.localeCompare(b.name))
  const chosen = colleagues.value.find((c) => c.id === whom.value)
  return (
    <main class="links" id="memos">
      <h1>{text('memos.title')}</h1>
      <div class="memos">
        <nav aria-label={text('memos.colleagues')}>
          {all.length === 0 && <p class="muted">{text('memos.nobody')}</p>}
          <ul>
            {all.map((c) => (
              <li key={c.id}>
                <button data-login={c.login} class="plain" aria-current={c.id === whom.value} onClick={() => (whom.value = c.id)}>
                  <span class={c.here ? 'lamp on' : 'muted'} aria-hidden="true">{c.here ? '●' : '○'}</span> {c.name}
                  <span class="muted"> @{c.login} · {text(c.here ? 'memos.here' : 'memos.away')}</span>
                  {unread(c) > 0 && <b class="count" title={text('memos.unread')}>{unread(c)}</b>}
                </button>
              </li>
            ))}
          </ul>
        </nav>
        {chosen ? <With key={chosen.id} colleague={chosen} /> : <p class="muted">{text('memos.how')}</p>}
      </div>
    </main>
  )
}

function With({ colleague: c }: { colleague: Colleague }) {
  const body = useSignal('')
  const log = useRef<HTMLDivElement>(null)
  const mine = agent.value?.id
  const lines = memos.value.filter((m) => (m.from === c.id && m.to === mine) || (m.to === c.id && m.from === mine)).reverse()
  const newest = lines.filter((m) => m.from === c.id && !m.read).at(-1)?.id ?? 0
  useEffect(() => {
    if (newest > 0) void act('memos_read', { from: c.id, up_to: newest })
  }, [newest])
  useEffect(() => { if (log.current) log.current.scrollTop = log.current.scrollHeight }, [lines.length])
  const send = async (event: Event) => {
    event.preventDefault()
    const words = body.value.trim()
    if (!words || !(await act('memo_send', { to: c.id, text: words }))) return
    if (body.value.trim() === words) body.value = ''
    void readMemos()
  }
  return (
    <section>
      <h2>{c.name}</h2>
      <div class="thread" role="log" tabIndex={0} aria-label={c.name} ref={log}>
        {lines.length === 0 && <p class="muted">{text('memos.none')}</p>}
        {lines.map((m) => (
          <div key={m.id} class={'line ' + (m.from === mine ? 'ours' : 'theirs')}>
            <div class="bubble">{m.mention && <span class="muted">{text(m.about ? 'memos.in_case' : 'memos.in_note')} {grouped(m.about)}<br /></span>}{m.text}</div>
            <div class="meta">{moment(m.at)}{m.from === mine && ` · ${text(m.read ? 'memos.seen' : 'memos.unseen')}`}</div>
          </div>
        ))}
      </div>
      <form class="reply" onSubmit={send}>
        <textarea rows={2} maxLength={1000} aria-label={text('memos.write')} placeholder={text('memos.write')} value={body.value} onInput={(e) => (body.value = e.currentTarget.value)}
          onKeyDown={(e) => { if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) void send(e) }} />
        <div class="send"><button class="primary" disabled={!body.value.trim()}>{text('sms.send')}</button></div>
      </form>
    </section>
  )
}
