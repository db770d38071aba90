import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { send } from '../store/desk'
import { Findings, wrongOf, type Finding } from './dialogue_findings'
import type { Files } from './dialogue_source'
import { text } from '../store/texts'

interface Turn { input: string; said: string[]; page: string; sent: { text: string; segments: number }[] }
interface Held { cases: string[]; turns: Turn[]; node: string; over: boolean; keys: string; digits: number; queue: boolean }
type Channel = 'voice' | 'sms' | 'ussd'

const channels: Channel[] = ['voice', 'sms', 'ussd']
const keypad = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']
const citizens = ['+77010000001', '+77010000002', '+77010000003', '+77010000004', '+77070000009'] // of the sample region, and a stranger

// Tryout holds a conversation with what stands in the editor, as a phone, by SMS or by USSD. The server holds it anew from all inputs, so an
// input can be taken back, and a changed text is heard at the same place.
export function Tryout({ files, go, waits }: { files: Files; go(file: string, line: number): void; waits(node: string): void }) {
  const channel = useSignal<Channel>('sms')
  const from = useSignal(citizens[1]!)
  const inputs = useSignal<string[] | null>(null) // with those that are on their way; null: none is held
  const held = useSignal<Held | null>(null)
  const wrong = useSignal('')
  const refused = useSignal<Finding[]>([]) // what keeps the dialogue from being tried
  const line = useSignal('')
  const end = useRef<HTMLDivElement>(null)
  const asked = useRef(0)
  // Only the newest answer counts: whoever gives two inputs quickly gets what came of both, in whatever order the answers come.
  const hold = async (given: string[]): Promise<boolean> => {
    const mine = ++asked.current
    inputs.value = given
    const answer = await send('/desk/dialogue/try', { files, channel: channel.value, from: from.value, inputs: given })
    if (mine !== asked.current) return true
    wrong.value = answer.ok ? '' : wrongOf(answer.code, answer.field)
    refused.value = answer.ok ? [] : answer.findings
    if (!answer.ok) {
      inputs.value = held.value && held.value.turns.slice(1).map((t) => t.input)
      return false
    }
    held.value = answer.data as unknown as Held
    waits(held.value.over ? '' : held.value.node)
    return true
  }
  useEffect(() => end.current?.scrollIntoView({ block: 'nearest' }), [held.value])
  useEffect(() => () => waits(''), [])
  const h = held.value
  const give = async (input: string) => !inputs.value || h?.over || hold([...inputs.value, input])
  const say = async () => {
    const said = line.value
    line.value = ''
    if (!(await give(said))) line.value ||= said // to be sent again
  }
  const stop = () => {
    asked.current++
    inputs.value = held.value = null
    waits('')
  }
  const voice = channel.value === 'voice'
  return (
    <section id="dialogue-tryout">
      <h2>{text('dialogue.try')}</h2>
      <p class="filters">
        <label>{text('dialogue.try.as')}{' '}
          <select class="channel" value={channel.value} onChange={(e) => { channel.value = e.currentTarget.value as Channel; stop() }}>
            {channels.map((c) => <option key={c} value={c}>{text('dialogue.try.' + c)}</option>)}
          </select>
        </label>
        <label>{text('dialogue.try.from')}{' '}
          <select class="from" value={from.value} onChange={(e) => { from.value = e.currentTarget.value; stop() }}>{citizens.map((c) => <option key={c} value={c}>{c}</option>)}</select>
        </label>
        <button class="primary begin" onClick={() => void hold([])}>{text(h ? 'dialogue.try.again' : 'dialogue.try.begin')}</button>
        {h && inputs.value!.length > 0 && <button class="plain undo" onClick={() => void hold(inputs.value!.slice(0, -1))}>{text('dialogue.try.undo')}</button>}
        {h && <button class="plain renew" onClick={() => void hold(inputs.value!)}>{text('dialogue.try.renew')}</button>}
      </p>
      {wrong.value && <p class="wrong" role="alert">{text(wrong.value)}</p>}
      {refused.value.length > 0 && <Findings of={refused.value} go={go} />}
      {h && (
        <>
          {h.cases.length > 0 && <p class="muted">{text('dialogue.try.cases')}: {h.cases.join(', ')}</p>}
          <div class="thread" role="log" tabIndex={0} aria-label={text('dialogue.try')}>
            {h.turns.map((t, i) => (
              <>
                {i > 0 && <div key={i + 'i'} class="line theirs"><div class="bubble">{t.input || text('dialogue.try.silence')}</div></div>}
                {voice && t.said.length > 0 && <div key={i + 's'} class="line okno"><div class="bubble">{t.said.join('\n')}</div></div>}
                {t.page && <div key={i + 'p'} class="line okno"><div class="bubble">{t.page}</div></div>}
                {t.sent.map((m, n) => <div key={i + 'm' + n} class="line okno"><div class="bubble">✉ {m.text}</div><div class="meta">{text('dialogue.try.segments')}: {m.segments}</div></div>)}
              </>
            ))}
            {h.over && <p class="muted">{text('dialogue.try.over')}</p>}
            <div ref={end} />
          </div>
          {!h.over && (
            <form class="row" onSubmit={(e) => { e.preventDefault(); void say() }}>
              {voice && !h.queue && h.digits <= 1 && keypad.map((key) => <button key={key} type="button" class="key" onClick={() => void give(key)}>{key}</button>)}
              <input value={line.value} maxLength={1000} aria-label={text('dialogue.try.say')} placeholder={h.queue ? text('dialogue.try.queue') : text('dialogue.try.say')} autocomplete="off"
                onInput={(e) => (line.value = e.currentTarget.value)} />
              <button class="primary say">{text(voice ? 'dialogue.try.key' : 'dialogue.try.send')}</button>
            </form>
          )}
        </>
      )}
    </section>
  )
}
