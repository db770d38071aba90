import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { phoneUp, talking, testCall, testing } from '../store/desk'
import { choose, chosen, fits, found, microphone, uses } from './devices'
import { ailing, listen } from './microphone'
import { allowSound, tryRing } from '../store/sound'
import { text } from '../store/texts'

// SoundCheck chooses the devices, and shows that they work before a citizen waits for it.
export function SoundCheck() {
  const hears = useSignal(false)
  return (
    <section id="soundcheck">
      <h2>{text('sound.title')}</h2>
      {uses.map((use) => (
        <label key={use}>{text('sound.' + use)}{' '}
          <select id={'device-' + use} value={chosen.value[use]} onChange={(e) => choose(use, e.currentTarget.value)}>
            <option value="">{text('sound.any')}</option>
            {found.value.filter((d) => fits(use, d)).map((d) => <option key={d.deviceId} value={d.deviceId}>{d.label || d.deviceId.slice(0, 8)}</option>)}
            {chosen.value[use] && !found.value.some((d) => d.deviceId === chosen.value[use]) && <option value={chosen.value[use]}>{text('sound.gone')}</option>}
          </select>
        </label>
      ))}
      <p class="buttons">
        <button id="hear" aria-pressed={hears.value} onClick={() => (hears.value = !hears.value)}>{text(hears.value ? 'sound.stop' : 'sound.try')}</button>
        <button id="test-call" aria-pressed={testing.value} disabled={!phoneUp.value || (talking.value && !testing.value)}
          onClick={() => void testCall()}>{text(testing.value ? 'sound.echo.end' : 'sound.echo')}</button>
        <button id="try-ring" onClick={() => { allowSound(); void tryRing() }}>{text('sound.ring.try')}</button>
      </p>
      {testing.value && <p role="status">{text('sound.echo.on')}</p>}
      {hears.value && <Level key={chosen.value.microphone} />}
    </section>
  )
}

// Level shows how loud the microphone is.
function Level() {
  const level = useSignal(0)
  useEffect(() => {
    const stopped = new AbortController()
    void listen(microphone(), stopped.signal, (loudness) => (level.value = loudness))
    return () => stopped.abort()
  }, [])
  if (ailing.value) return <p class="wrong" role="alert">{text('microphone.' + ailing.value)}</p>
  return <label>{text('sound.level')} <meter id="level" min={0} max={1} low={0.05} value={level.value} /></label>
}
