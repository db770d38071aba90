import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { queues, send } from '../store/desk'
import { language, text } from '../store/texts'

// Whose a case is: somebody's, or a queue's; neither before anybody gave it.
interface Of { number: string; assignee: string; queue: string }

const undoable = 10_000 // milliseconds

// Assign gives the cases that were ticked to somebody, or to a queue, and takes that back within ten seconds.
export function Assign({ of, done }: { of: Of[]; done(): void }) {
  const people = useSignal<{ login: string; name: string }[]>([])
  const before = useSignal<Of[]>([]) // what may be taken back
  const picked = useSignal('')
  const wrong = useSignal('')
  useEffect(() => {
    void fetch('/desk/assignees').then(async (answer) => {
      if (answer.ok) people.value = ((await answer.json()) as { agents: typeof people.value }).agents
    }).catch(() => undefined)
  }, [])
  const give = async (cases: Of[], to: (c: Of) => { agent: string } | { queue: string }) => {
    wrong.value = ''
    for (const c of cases) {
      const answer = await send(`/desk/cases/${c.number}/assign`, to(c))
      if (!answer.ok) wrong.value = answer.code
    }
    done()
  }
  const choose = async (choice: string) => {
    const [kind, name = ''] = choice.split(':')
    if (!name) return
    const was = of
    picked.value = choice
    await give(was, () => (kind === 'agent' ? { agent: name } : { queue: name }))
    picked.value = ''
    if (!was.every((c) => c.assignee || c.queue)) return
    before.value = was
    setTimeout(() => { if (before.value === was) before.value = [] }, undoable)
  }
  const undo = () => {
    const was = before.value
    before.value = []
    void give(was, (c) => (c.assignee ? { agent: c.assignee } : { queue: c.queue }))
  }
  return (
    <p class="choice assign">
      <label>{text('work.give')} ({of.length}){' '}
        <select id="assign" value={picked.value} disabled={of.length === 0} onChange={(e) => void choose(e.currentTarget.value)}>
          <option value="">—</option>
          <optgroup label={text('people.queues')}>{queues.value.map((q) => <option key={q.name} value={'queue:' + q.name}>{q.title[language.value]}</option>)}</optgroup>
          <optgroup label={text('people.title')}>{people.value.map((p) => <option key={p.login} value={'agent:' + p.login}>{p.name}</option>)}</optgroup>
        </select>
      </label>
      {before.value.length > 0 && <span role="status">{text('work.given')}: {before.value.length} <button class="undo" onClick={undo}>{text('work.undo')}</button></span>}
      {wrong.value && <span class="wrong" role="alert">{text('error.' + wrong.value)}</span>}
    </p>
  )
}
