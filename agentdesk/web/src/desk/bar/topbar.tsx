// Count is how many things of a section wait for the agent.
function Count({ of, what }: { of: number; what: string }) {
  return of > 0 ? <b class="count" title={text(what)}> {of}</b> : null
}

import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { act, agent, connected, hasVoice, held, logOut, now, pauseReasons, phoneUp, queues, section, unanswered, unreadMemos } from '../store/desk'
import { LanguageChoice } from './language'
import { Mark } from '../parts/mark'
import { works } from '../account/microphone'
import { PauseLimit } from '../floor/pause_limit'
import { SearchField } from '../search/search'
import { groupsOf } from './sections'
import { chosenStatus } from '../store/protocol'
import type { Status } from '../store/protocol'
import { language, text } from '../store/texts'
import { moment, since } from '../store/time'

export function TopBar() {
  const a = agent.value
  if (!a) return null
  return (
    <header class="topbar">
      <div class="brand"><Mark /> Okno</div>
      <StatusChoice />
      <div class="health">
        {hasVoice.value && <Lamp on={phoneUp.value} label={text(phoneUp.value ? 'phone.up' : 'phone.down')} id="phone-lamp" />}
        <Lamp on={connected.value} label={text(connected.value ? 'connection.up' : 'connection.lost')} id="connection-lamp" />
      </div>
      <LanguageChoice />
      <div class="who">
        <button id="section-account" class="plain" aria-pressed={section.value === 'account'}
          onClick={() => (section.value = section.value === 'account' ? 'contacts' : 'account')}>{a.name}</button>
        <button class="plain logout" onClick={() => void logOut()}>{text('logout')}</button>
      </div>
      <nav class="sections" aria-label={text('sections')}>
        {groupsOf(a.role).map((g) => (
          <div key={g.title} role="group" aria-label={text(g.title)}>
            {g.sections.map((s) => (
              <button key={s.name} id={'section-' + s.name} class="plain" aria-pressed={section.value === s.name}
                onClick={() => (section.value = section.value === s.name ? 'contacts' : s.name)}>
                {text(s.title)}{s.name === 'evaluations' && <Count of={unanswered.value} what="evaluation.unanswered" />}{s.name === 'memos' && <Count of={unreadMemos.value} what="memos.unread" />}
              </button>
            ))}
          </div>
        ))}
        <SearchField />
        <ul class="queues" aria-label={text('queue.waiting')}>
          {queues.value.map((q) => (
            <li key={q.name} class={q.waiting > 0 ? 'busy' : ''}>
              <b>{q.waiting}</b> {q.title[language.value]}
              {q.oldest && <span class="muted"> · {since(q.oldest, now.value)}</span>}
              {q.opens && <span class="muted"> · {text('queue.opens')} {moment(q.opens)}</span>}
            </li>
          ))}
        </ul>
      </nav>
    </header>
  )
}

function Lamp({ on, label, id }: { on: boolean; label: string; id: string }) {
  return <span id={id} class={'lamp ' + (on ? 'on' : 'off')} title={label}>{on ? '●' : '○'} {label}</span>
}

function StatusChoice() {
  const a = agent.value!
  const value = a.status === 'paused' ? 'paused:' + a.reason : a.status
  const busy = held.value.length > 0
  const timer = useRef<number | undefined>(undefined)
  const keyed = useRef(false)
  const picked = useSignal('') // what was chosen and is not in effect yet
  const asked = useSignal(false) // about open threads
  const threads = held.value.filter((c) => c.channel === 'sms' && c.state === 'connected').length
  const [status, reason] = chosenStatus(picked.value)
  const forget = () => {
    picked.value = ''
    asked.value = false
  }
  const choose = (choice: string) => {
    picked.value = choice
    asked.value = false
    clearTimeout(timer.current)
    // The arrows pass what is between: one decision is one change.
    timer.current = window.setTimeout(() => void decide(), keyed.current ? settled : 0)
  }
  const decide = async () => {
    const [status, reason] = chosenStatus(picked.peek())
    if (status !== 'available' && threads > 0) asked.value = true
    // Whoever is called wants a microphone.
    else if (status === 'available' && hasVoice.value && !(await works())) forget()
    else await set(status, reason, false)
  }
  const set = async (status: Status, reason: string, giveBack: boolean) => {
    asked.value = false
    const mine = picked.peek()
    const done = await act('set_status', { status, reason, give_back: giveBack })
    // The desk follows its answer by a moment: until then the choice stands, unless something else was chosen meanwhile.
    setTimeout(() => picked.peek() === mine && forget(), done ? settled : 0)
  }
  return (
    <div class={'status ' + a.status}>
      {asked.value && (
        <div class="asked" role="alertdialog" aria-label={text('status.threads')} onKeyDown={(e) => e.key === 'Escape' && forget()}>
          <p>{text('status.threads')}: {threads}</p>
          <button class="primary give-back" onClick={() => void set(status, reason, true)}>{text('status.give_back')}</button>
          {status === 'paused' && <button class="keep" onClick={() => void set(status, reason, false)}>{text('status.keep')}</button>}
          <button class="plain" onClick={forget}>{text('cancel')}</button>
        </div>
      )}
      <label>
        <span class="visually-hidden">{text('status')}</span>
        <select id="status" value={picked.value || value} onKeyDown={() => (keyed.current = true)} onPointerDown={() => (keyed.current = false)} onChange={(e) => choose(e.currentTarget.value)}>
          <option value="available">● {text('status.available')}</option>
          {pauseReasons.value.map((reason) => (
            <option key={reason} value={'paused:' + reason} disabled={reason === 'not_responding'}>◐ {text('pause.' + reason)}</option>
          ))}
          <option value="offline">○ {text('status.offline')}</option>
        </select>
      </label>
      <span class="muted" title={text('status.since') + ' ' + moment(a.since)}>{since(a.since, now.value)}</span>
      <PauseLimit until={a.pause_until} />
      {a.reason === 'not_responding' && <span class="why" role="status">{text('status.since')} {moment(a.since)}: {text('pause.not_responding.why')}</span>}
      {busy && a.status === 'available' && (
        <label class="next">
          <input type="checkbox" checked={a.next_status === 'paused'}
            onChange={(e) => void act('set_status', { next: true, status: e.currentTarget.checked ? 'paused' : '' })} />
          {text('status.after')}: {text('pause.break').toLowerCase()}
        </label>
      )}
    </div>
  )
}

const settled = 700
