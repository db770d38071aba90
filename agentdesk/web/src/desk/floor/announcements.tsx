import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act } from '../store/desk'
import type { Language } from '../store/protocol'
import { language, text } from '../store/texts'
import { stamp } from '../store/time'

interface Announcement {
  id: number
  texts: Record<Language, string>
  prefixes: string[]
  on_at: string
}

const spoken: Language[] = ['kk', 'ru', 'en']

// Announcements are what every caller hears first: a supervisor switches them on and off.
export function Announcements() {
  const on = useSignal<Announcement[]>([])
  const wrong = useSignal('')
  const read = async () => {
    const answer = await fetch('/desk/announcements').catch(() => null)
    if (answer?.ok) on.value = ((await answer.json()) as { announcements: Announcement[] }).announcements
    else wrong.value = 'unavailable'
  }
  useEffect(() => { void read() }, [])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const given = new FormData(form)
    const texts = Object.fromEntries(spoken.map((l) => [l, given.get(l)]))
    const prefixes = String(given.get('prefixes')).split(/[\s,;]+/).filter(Boolean)
    if (!(await act('announce', { texts, prefixes }))) return
    form.reset()
    void read()
  }
  const end = async (id: number) => {
    await act('announce_end', { id })
    void read()
  }
  return (
    <main class="links" id="announcements">
      <h1>{text('announcements.title')}</h1>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {on.value.length === 0 && <p class="muted">{text('announcements.none')}</p>}
      {on.value.map((a) => (
        <section key={a.id} class="announcement">
          <p>{a.texts[language.value]}</p>
          <p class="muted">{text('announcements.since')} {stamp(a.on_at)} · {a.prefixes.length > 0 ? a.prefixes.join(' ') : text('announcements.all')}</p>
          <p><button class="danger" onClick={() => void end(a.id)}>{text('announcements.off')}</button></p>
        </section>
      ))}
      <form class="inline" onSubmit={submit}>
        {spoken.map((l) => (
          <label key={l}>{text('announcements.in.' + l)}<textarea name={l} lang={l} rows={2} maxLength={400} required /></label>
        ))}
        <label>{text('announcements.prefixes')}<input name="prefixes" placeholder="+77272 +77273" /></label>
        <button class="primary">{text('announcements.on')}</button>
      </form>
    </main>
  )
}
