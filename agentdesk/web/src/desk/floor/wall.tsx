import { signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { act, connected, now, pauseReasons, section } from '../store/desk'
import { chosenStatus } from '../store/protocol'
import type { Agent, Contact, Language, Queue, Text } from '../store/protocol'
import { PauseLimit } from './pause_limit'
import { share, sum, type Quarter } from './quarters'
import { language, text } from '../store/texts'
import { since, stamp } from '../store/time'
import 'uplot/dist/uPlot.min.css'

interface InHand { contact: number; channel: Contact['channel']; queue: string; state: Contact['state']; since: string }
interface OnDuty { id: number; name: string; status: Agent['status']; reason: string; since: string; pause_until: string | null; connected: boolean; hands: InHand[] }
interface Waiting {
  contact: number; channel: Contact['channel']; queue: string; language: Language; reason: Text; priority: number; queued_at: string; due_at: string | null
  addressed_to: number // an agent, or 0
}
interface Wall { at: string; queues: Queue[]; agents: OnDuty[]; waiting: Waiting[]; sms_backlog: number }
interface Day { from: string; to: string; today: Quarter[]; before: Quarter[]; targets: Record<string, { seconds: number; percent: number }> }

const wall = signal<Wall | null>(null) // null: not known yet
const day = signal<Day | null>(null)
const stale = signal(false) // what is shown is old: it could not be read
const often = 1000
const seldom = 15_000
const long = 60_000 // a wait that stands out

async function read(): Promise<void> {
  const answer = await fetch('/desk/wall').catch(() => null)
  stale.value = !answer?.ok
  if (answer?.ok) wall.value = (await answer.json()) as Wall
  else if (answer?.status === 403) section.value = 'contacts'
}

async function readDay(): Promise<void> {
  const answer = await fetch('/desk/wall/day').catch(() => null)
  if (answer?.ok) day.value = (await answer.json()) as Day
}

// repeat does something now and then, never twice at once, until it is ended.
function repeat(what: () => Promise<void>, pause: number): () => void {
  let over = false
  const again = () => void what().finally(() => { if (!over) setTimeout(again, pause) })
  again()
  return () => { over = true }
}

// Wallboard shows whoever leads the floor how it stands: what waits, who is there and does what, and how the day goes.
export function Wallboard() {
  useEffect(() => {
    const ends = [repeat(read, often), repeat(readDay, seldom)]
    return () => ends.forEach((end) => end())
  }, [])
  const page = useRef<HTMLElement>(null)
  const chosen = useSignal('') // a queue; "": all
  const whole = async () => {
    if (document.fullscreenElement) await document.exitFullscreen()
    else await page.current?.requestFullscreen()
  }
  const w = wall.value
  if (!w) return <main class="links" id="wall" ref={page} />
  return (
    <main class="links" id="wall" ref={page}>
      <div class="row">
        <h1>{text('wall.title')}</h1>
        {(stale.value || !connected.value) && <p class="wrong" role="alert">{text('wall.stale')} {stamp(w.at)}</p>}
        <button id="whole-screen" onClick={() => void whole().catch(() => undefined)}>{text('wall.whole')}</button>
      </div>
      <ul class="tiles">
        <Tile name="" title={text('wall.all')} waiting={w.queues.reduce((n, q) => n + q.waiting, 0)} oldest={earliest(w.queues)} chosen={chosen} />
        {w.queues.map((q) => <Tile key={q.name} name={q.name} title={q.title[language.value] ?? q.name} waiting={q.waiting} oldest={q.oldest} chosen={chosen} />)}
        <li class="tile" id="tile-sms"><span class="title">{text('wall.backlog')}</span><b class="big">{w.sms_backlog}</b></li>
      </ul>
      <Plots queue={chosen.value} />
      <OnDutyList agents={w.agents} queues={w.queues} />
      <WaitingList waiting={w.waiting.filter((c) => !chosen.value || c.queue === chosen.value)} queues={w.queues} agents={w.agents} />
    </main>
  )
}

const earliest = (queues: Queue[]) => queues.map((q) => q.oldest).filter((at) => at !== null).sort()[0] ?? null
const titled = (queues: Queue[], name: string) => queues.find((q) => q.name === name)?.title[language.value] ?? name

function Tile({ name, title, waiting, oldest, chosen }: { name: string; title: string; waiting: number; oldest: string | null; chosen: { value: string } }) {
  const so = sum((day.value?.today ?? []).filter((q) => !name || q.queue === name))
  const level = share(so)
  const target = day.value?.targets[name]
  const below = level !== null && target !== undefined && level * 100 < target.percent
  const late = oldest !== null && now.value - Date.parse(oldest) > long
  return (
    <li class={'tile' + (late ? ' late' : '')} id={'tile-' + (name || 'all')}>
      <button class="plain title" aria-pressed={chosen.value === name} onClick={() => (chosen.value = name)}>{title}</button>
      <b class="big">{waiting}</b>
      <span>{oldest ? `${text('wall.oldest')} ${since(oldest, now.value)}` : text('wall.nobody')}</span>
      <span class="level" title={text('wall.level.title')}>{text('wall.level')} <b class={below ? 'wrong' : ''}>{level === null ? '—' : `${Math.round(level * 100)} %`}</b>{target && <span class="muted"> / {target.percent} %, {target.seconds} {text('wall.seconds')}</span>}</span>
      <span class="muted">{text('wall.answered')} {so.answered} / {so.offered} · {text('wall.abandoned')} {so.abandoned}</span>
    </li>
  )
}

function Plots({ queue }: { queue: string }) {
  const place = useRef<HTMLDivElement>(null)
  const what = useSignal<'offered' | 'level' | 'abandoned'>('offered')
  const d = day.value
  const lang = language.value
  useEffect(() => {
    if (!d || !place.current) return
    const holder = place.current
    let over = false
    let end = () => undefined as void
    void import('./plot').then(({ plot }) => { if (!over) end = plot(holder, d, queue, what.value) })
    return () => { over = true; end() }
  }, [d, queue, what.value, lang])
  const so = (quarters: Quarter[] = []) => sum(quarters.filter((q) => !queue || q.queue === queue)).offered
  return (
    <section id="plots">
      <nav class="views" aria-label={text('wall.plot')}>
        {(['offered', 'level', 'abandoned'] as const).map((v) => (
          <button key={v} class="plain" aria-pressed={what.value === v} onClick={() => (what.value = v)}>{text('wall.plot.' + v)}</button>
        ))}
        <span class="muted">{text('wall.plot.legend')}</span>
      </nav>
      <div ref={place} class="plot" role="img" aria-label={`${text('wall.plot.' + what.value)}. ${text('wall.today')}: ${so(d?.today)}, ${text('wall.before')}: ${so(d?.before)}`} />
    </section>
  )
}

function OnDutyList({ agents, queues }: { agents: OnDuty[]; queues: Queue[] }) {
  const states = { free: 0, busy: 0, paused: 0 }
  for (const a of agents) states[a.hands.length > 0 ? 'busy' : a.status === 'available' && a.connected ? 'free' : 'paused']++
  return (
    <section id="on-duty">
      <h2>{text('wall.agents')} <span class="muted">{text('wall.free')} {states.free} · {text('wall.busy')} {states.busy} · {text('wall.away')} {states.paused}</span></h2>
      {agents.length === 0 ? <p class="muted">{text('wall.nobody_there')}</p> : (
        <table>
          <thead><tr>{['agent', 'status', 'since', 'does', 'direct'].map((key) => <th key={key} scope="col">{text('wall.' + key)}</th>)}</tr></thead>
          <tbody>
            {agents.map((a) => (
              <tr key={a.id} data-agent={a.id}>
                <th scope="row">{a.name} {!a.connected && <span class="why">{text('wall.page_closed')}</span>}</th>
                <td class={'duty ' + a.status}>{text(a.status === 'paused' ? 'pause.' + a.reason : 'status.' + a.status)}</td>
                <td class="timer">{since(a.since, now.value)} <PauseLimit until={a.pause_until} /></td>
                <td>{a.hands.map((h) => (
                  <div key={h.contact} class="hand">
                    {text('channel.' + h.channel)} · {titled(queues, h.queue)} · {text('state.' + h.state)} <span class="timer">{since(h.since, now.value)}</span>
                    {h.channel === 'sms' && h.state === 'connected' && (
                      <button class="plain give-back" onClick={() => void act('requeue', { contact: h.contact, queue: '' }).then(read)}>{text('wall.give_back')}</button>
                    )}
                  </div>
                ))}</td>
                <td><Direct of={a} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

// Direct sets the status of an agent in the agent's place.
function Direct({ of: a }: { of: OnDuty }) {
  const value = a.status === 'paused' ? 'paused:' + a.reason : a.status
  const set = async (choice: string) => {
    const [status, reason] = chosenStatus(choice)
    await act('direct', { agent: a.id, status, reason })
    void read()
  }
  return (
    <select class="direct" aria-label={`${text('wall.direct')}: ${a.name}`} value={value} onChange={(e) => void set(e.currentTarget.value)}>
      <option value="available">{text('status.available')}</option>
      {pauseReasons.value.map((reason) => (
        <option key={reason} value={'paused:' + reason} disabled={reason === 'not_responding'}>{text('pause.' + reason)}</option>
      ))}
      <option value="offline">{text('status.offline')}</option>
    </select>
  )
}

function WaitingList({ waiting, queues, agents }: { waiting: Waiting[]; queues: Queue[]; agents: OnDuty[] }) {
  return (
    <section id="waiting">
      <h2>{text('queue.waiting')}</h2>
      {waiting.length === 0 ? <p class="muted">{text('wall.nobody')}</p> : (
        <table>
          <thead><tr>{['channel', 'queue', 'language', 'reason', 'wait', 'move', 'give'].map((key) => <th key={key} scope="col">{text('wall.' + key)}</th>)}</tr></thead>
          <tbody>
            {waiting.map((c) => (
              <tr key={c.contact} data-contact={c.contact}>
                <th scope="row">{text('channel.' + c.channel)}</th>
                <td>{titled(queues, c.queue)}</td>
                <td lang={c.language}>{text('language.' + c.language)}</td>
                <td>{c.reason[language.value]}</td>
                <td class="timer">{since(c.queued_at, now.value)}{c.due_at && Date.parse(c.due_at) > now.value && ` · ${text('wall.due')} ${stamp(c.due_at)}`}</td>
                <td>
                  <select class="move" aria-label={text('wall.move')} value={c.queue} onChange={(e) => void act('requeue', { contact: c.contact, queue: e.currentTarget.value }).then(read)}>
                    {queues.map((q) => <option key={q.name} value={q.name}>{q.title[language.value]}</option>)}
                  </select>
                </td>
                <td>
                  <select class="give" aria-label={text('wall.give')} value={String(c.addressed_to)}
                    onChange={(e) => void act('requeue', { contact: c.contact, queue: '', agent: Number(e.currentTarget.value) }).then(read)}>
                    <option value="0" disabled>{text('wall.give.nobody')}</option>
                    {agents.filter((a) => a.status !== 'offline' || a.id === c.addressed_to).map((a) => <option key={a.id} value={String(a.id)}>{a.name}</option>)}
                  </select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
