import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Day } from '../parts/day'
import { act, section, send } from '../store/desk'
import type { Contact } from '../store/protocol'
import { language, text } from '../store/texts'
import { day as written, today } from '../store/time'

interface Office { code: string; name: Record<string, string>; address: Record<string, string>; closed: boolean }
interface Day { date: string; times: string[] }
interface Line { id: number; number: string; counter: string; service: string; state: string; time: string; until: string }

async function read<T>(path: string): Promise<T | null> {
  const answer = await fetch(path).catch(() => null)
  return answer?.ok ? ((await answer.json()) as T) : null
}

// Appointments shows who comes to an office on a day, by the numbers of their cases, and has it noted who came.
export function Appointments() {
  const offices = useSignal<Office[]>([])
  const office = useSignal('')
  const date = useSignal(today())
  const lines = useSignal<Line[]>([])
  const wrong = useSignal('')
  useEffect(() => {
    void read<{ offices: Office[] }>('/desk/offices').then((found) => {
      if (!found) return (section.value = 'contacts')
      offices.value = found.offices
      office.value = found.offices[0]?.code ?? ''
    })
  }, [])
  const list = async () => {
    if (!office.value || !date.value) return
    const path = `/desk/offices/${office.value}/appointments?day=${date.value}`
    const found = (await read<{ appointments: Line[] }>(path))?.appointments ?? []
    if (path === `/desk/offices/${office.value}/appointments?day=${date.value}`) lines.value = found // nothing else was chosen meanwhile
  }
  useEffect(() => { void list() }, [office.value, date.value])
  const settle = async (id: number, state: string) => {
    const answer = await send(`/desk/appointments/${id}`, { state })
    wrong.value = answer.ok ? '' : answer.code
    void list()
  }
  return (
    <main class="links" id="appointments">
      <h1>{text('appointments.title')}</h1>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      <div class="views">
        <label>{text('appointments.office')} <select id="office" value={office.value} onChange={(e) => (office.value = e.currentTarget.value)}>
          {offices.value.map((o) => <option key={o.code} value={o.code}>{o.name[language.value]}</option>)}
        </select></label>
        <label>{text('appointments.day')} <Day id="office-day" value={date.value} onDay={(day) => (date.value = day || date.value)} /></label>
      </div>
      {lines.value.length === 0 ? <p class="muted">{text('appointments.none')}</p> : (
        <table class="worklist">
          <thead><tr>{['time', 'number', 'service', 'counter', 'state', 'came'].map((key) => <th key={key} scope="col">{text('appointments.' + key)}</th>)}</tr></thead>
          <tbody>
            {lines.value.map((l) => (
              <tr key={l.id} data-number={l.number}>
                <td class="number">{l.time}–{l.until}</td>
                <th scope="row">{l.number.replace(/(\d{3})(?=\d)/g, '$1 ')}</th>
                <td>{l.service}</td>
                <td>{l.counter}</td>
                <td>{text('appointments.state.' + l.state)}</td>
                <td>
                  {l.state === 'booked' && (
                    <>
                      <button class="kept" onClick={() => void settle(l.id, 'kept')}>{text('appointments.kept')}</button>{' '}
                      <button class="plain missed" onClick={() => void settle(l.id, 'missed')}>{text('appointments.missed')}</button>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </main>
  )
}

// Book books a place for the citizen of a contact: a service, an office that gives it, and a time that is free.
export function Book({ contact, done }: { contact: Contact; done(): void }) {
  const service = useSignal('')
  const offices = useSignal<Office[]>([])
  const office = useSignal('')
  const days = useSignal<Day[]>([])
  const chosen = useSignal('')
  const known = /^\d{3,4}$/.test(service.value)
  useEffect(() => {
    offices.value = []
    office.value = ''
    if (!known) return
    const wanted = service.value
    void read<{ offices: Office[] }>(`/desk/offices?service=${wanted}`).then((found) => {
      if (service.value !== wanted) return
      offices.value = found?.offices ?? []
      office.value = offices.value[0]?.code ?? ''
    })
  }, [service.value])
  useEffect(() => {
    days.value = []
    if (!office.value) return
    const wanted = office.value
    void read<{ days: Day[] }>(`/desk/offices/${wanted}/slots?service=${service.value}`).then((found) => {
      if (office.value !== wanted) return
      days.value = found?.days ?? []
      chosen.value = days.value[0]?.date ?? ''
    })
  }, [office.value])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const booked = await act('appointment_book', { contact: contact.id, service: service.value, office: office.value, day: chosen.value, time: String(form.get('time') ?? '') })
    if (booked) done()
  }
  return (
    <form class="inline book" onSubmit={submit}>
      <label>{text('case.service')}<input name="service" required pattern="[0-9]{3,4}" maxLength={4} placeholder="031" value={service.value}
        onInput={(e) => (service.value = e.currentTarget.value)} /></label>
      {known && offices.value.length === 0 && <p class="muted">{text('appointments.nowhere')}</p>}
      {offices.value.length > 0 && (
        <label>{text('appointments.office')}<select name="office" value={office.value} onChange={(e) => (office.value = e.currentTarget.value)}>
          {offices.value.map((o) => <option key={o.code} value={o.code}>{o.name[language.value]}, {o.address[language.value]}</option>)}
        </select></label>
      )}
      <Times days={days.value} chosen={chosen.value} choose={(date) => (chosen.value = date)} />
      <button class="primary" disabled={days.value.length === 0}>{text('appointments.book')}</button>
    </form>
  )
}

// Times are the free days, and the free times of the one that is chosen.
function Times({ days, chosen, choose }: { days: Day[]; chosen: string; choose(date: string): void }) {
  if (days.length === 0) return null
  return (
    <>
      <label>{text('appointments.day')}<select name="day" value={chosen} onChange={(e) => choose(e.currentTarget.value)}>
        {days.map((d) => <option key={d.date} value={d.date}>{written(d.date)}</option>)}
      </select></label>
      <label>{text('appointments.time')}<select name="time">
        {days.find((d) => d.date === chosen)?.times.map((clock) => <option key={clock} value={clock}>{clock}</option>)}
      </select></label>
    </>
  )
}
