import { act, agent, connected, hasVoice, held, logOut, now, pauseReasons, phoneUp, queues, section } from './desk'
import { LanguageChoice } from './language'
import { Mark } from './mark'
import { SearchField } from './search'
import { language, text } from './texts'
import { since } from './time'

export function TopBar() {
  const a = agent.value
  if (!a) return null
  return (
    <header class="topbar">
      <div class="brand"><Mark /> Okno</div>
      <StatusChoice />
      {a.role !== 'agent' && (
        <button id="section-sms" class="plain" aria-pressed={section.value === 'sms'}
          onClick={() => (section.value = section.value === 'sms' ? 'contacts' : 'sms')}>SMS</button>
      )}
      {(a.role === 'supervisor' || a.role === 'administrator') && (
        <button id="section-otp" class="plain" aria-pressed={section.value === 'otp'}
          onClick={() => (section.value = section.value === 'otp' ? 'contacts' : 'otp')}>{text('otp.section')}</button>
      )}
      {(a.role === 'supervisor' || a.role === 'administrator') && (
        <button id="section-reports" class="plain" aria-pressed={section.value === 'reports'}
          onClick={() => (section.value = section.value === 'reports' ? 'contacts' : 'reports')}>{text('reports.title')}</button>
      )}
      {a.role !== 'auditor' && (
        <button id="section-work" class="plain" aria-pressed={section.value === 'work'}
          onClick={() => (section.value = section.value === 'work' ? 'contacts' : 'work')}>{text('cases')}</button>
      )}
      {a.role !== 'auditor' && (
        <button id="section-appointments" class="plain" aria-pressed={section.value === 'appointments'}
          onClick={() => (section.value = section.value === 'appointments' ? 'contacts' : 'appointments')}>{text('appointments.title')}</button>
      )}
      {a.role !== 'auditor' && (
        <button id="section-catalogue" class="plain" aria-pressed={section.value === 'catalogue'}
          onClick={() => (section.value = section.value === 'catalogue' ? 'contacts' : 'catalogue')}>{text('catalogue.title')}</button>
      )}
      <ul class="queues" aria-label={text('queue.waiting')}>
        {queues.value.map((q) => (
          <li key={q.name} class={q.waiting > 0 ? 'busy' : ''}>
            <b>{q.waiting}</b> {q.title[language.value]}
            {q.oldest && <span class="muted"> · {since(q.oldest, now.value)}</span>}
          </li>
        ))}
      </ul>
      <SearchField />
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
  const choose = (choice: string) => {
    const [status, reason = ''] = choice.split(':')
    void act('set_status', { status, reason })
  }
  return (
    <div class={'status ' + a.status}>
      <label>
        <span class="visually-hidden">{text('status')}</span>
        <select id="status" value={value} onChange={(e) => choose(e.currentTarget.value)}>
          <option value="available">● {text('status.available')}</option>
          {pauseReasons.value.map((reason) => (
            <option key={reason} value={'paused:' + reason} disabled={reason === 'not_responding'}>◐ {text('pause.' + reason)}</option>
          ))}
          <option value="offline">○ {text('status.offline')}</option>
        </select>
      </label>
      <span class="muted">{since(a.since, now.value)}</span>
      {busy && a.status === 'available' && (
        <label class="next">
          <input type="checkbox" checked={a.next_status === 'paused'}
            onChange={(e) => void act('set_status', { next: true, status: e.currentTarget.checked ? 'paused' : '' })} />
          {text('status.after')}: {text('status.paused').toLowerCase()}
        </label>
      )}
    </div>
  )
}
