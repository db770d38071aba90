import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act, now, queues, section, supervising } from '../store/desk'
import { works } from '../account/microphone'
import { language, text } from '../store/texts'
import { since } from '../store/time'

type Mode = 'listen' | 'whisper' | 'barge'

interface Talk {
  contact: number
  queue: string
  name: string
  since: string
  mode: Mode | ''
}

const talks = signal<Talk[] | null>(null) // null: not known yet
const every = 1000

async function read(): Promise<void> {
  const answer = await fetch('/desk/talks').catch(() => null)
  if (answer?.ok) talks.value = ((await answer.json()) as { talks: Talk[] }).talks
  else if (answer?.status === 403) section.value = 'contacts'
}

async function supervise(t: Talk, mode: Mode): Promise<void> {
  if (!(await works())) return
  supervising.value = true
  if (!(await act('supervise', { contact: t.contact, mode }))) supervising.value = t.mode !== ''
  void read()
}

// Talks shows a supervisor who talks now, and lets the supervisor listen, whisper to the agent, come in, or take the citizen over.
export function Talks() {
  useEffect(() => {
    void read()
    const timer = setInterval(() => void read(), every)
    return () => clearInterval(timer)
  }, [])
  const title = (name: string) => queues.value.find((q) => q.name === name)?.title[language.value] ?? name
  return (
    <main class="links">
      <h1>{text('talks.title')}</h1>
      <section>
        {talks.value?.length === 0 && <p class="muted">{text('talks.none')}</p>}
        <table>
          <tbody>
            {(talks.value ?? []).map((t) => (
              <tr key={t.contact} data-mode={t.mode}>
                <th scope="row">{t.name}</th>
                <td>{title(t.queue)}</td>
                <td class="timer">{since(t.since, now.value)}</td>
                <td class="choice">
                  {(['listen', 'whisper', 'barge'] as const).map((mode) => (
                    <button key={mode} class={mode} aria-pressed={t.mode === mode} onClick={() => void supervise(t, mode)}>{text('talks.' + mode)}</button>
                  ))}
                  {t.mode !== '' && (
                    <>
                      <button class="take-over" onClick={() => void act('take_over', { contact: t.contact }).then((done) => done && (section.value = 'contacts'))}>{text('talks.take_over')}</button>
                      <button class="unsupervise" onClick={() => { supervising.value = false; void act('unsupervise', { contact: t.contact }).then(read) }}>{text('talks.leave')}</button>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </main>
  )
}
