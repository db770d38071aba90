import { signal } from '@preact/signals'
import { agent, phoneUp, section, testCall, testing } from '../store/desk'
import { show } from '../bar/palette'
import { text } from '../store/texts'

const place = 'okno-first-steps'
const hidden = signal(readHidden()) // agents of this browser who do not want them any more

function readHidden(): number[] {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? '[]') as unknown
    return Array.isArray(kept) ? kept.map(Number) : []
  } catch {
    return []
  }
}

// FirstSteps are for whoever is new at this machine: what is to work before the first citizen waits for it.
export function FirstSteps() {
  const a = agent.value
  if (!a || a.status === 'available' || hidden.value.includes(a.id)) return null
  const hide = () => {
    hidden.value = [...hidden.peek(), a.id]
    localStorage.setItem(place, JSON.stringify(hidden.peek()))
  }
  return (
    <section id="first-steps">
      <h2>{text('steps.title')}</h2>
      <ol>
        <li>{text('steps.sound')} <button class="plain" onClick={() => (section.value = 'account')}>{text('steps.open')}</button></li>
        {phoneUp.value && (
          <li>{text('steps.call')} <button class="plain echo" aria-pressed={testing.value} onClick={() => void testCall()}>
            {text(testing.value ? 'sound.echo.end' : 'sound.echo')}</button></li>
        )}
        <li>{text('steps.keys')} <button class="plain" onClick={show}>?</button></li>
        <li>{text('steps.status')}</li>
      </ol>
      <button class="plain hide" onClick={hide}>{text('steps.done')}</button>
    </section>
  )
}
