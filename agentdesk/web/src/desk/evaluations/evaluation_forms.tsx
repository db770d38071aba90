import { useSignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { queues, send } from '../store/desk'
import { queueTitle, read, type KeptForm, type Kind, type Question } from './evaluation'
import { named } from '../store/names'
import type { Language, Text } from '../store/protocol'
import { language, text } from '../store/texts'

const written: Language[] = ['kk', 'ru', 'en']
const kinds: Kind[] = ['yes_no', 'scale']
const empty = (): Text => ({ kk: '', ru: '', en: '' })
const another = (): Question => ({ texts: empty(), kind: 'yes_no', weight: 1, optional: false, critical: false })

// Forms are the lists of questions by which contacts are evaluated, one for a queue. Each change is a version: what was evaluated keeps its own.
export function Forms() {
  const all = useSignal<KeptForm[] | null>(null)
  const open = useSignal<KeptForm | null>(null)
  const wrong = useSignal({ code: '', field: '' })
  const again = async () => {
    const answer = await read<{ forms: KeptForm[] }>('/desk/evaluation-forms')
    if (typeof answer === 'string') wrong.value = { code: answer, field: '' }
    else all.value = answer.forms
  }
  useEffect(() => { void again() }, [])
  const post = async (path: string, body: object) => {
    const answer = await send('/desk/evaluation-forms/' + path, body)
    wrong.value = answer.ok ? { code: '', field: '' } : answer
    if (!answer.ok) return
    open.value = null
    void again()
  }
  const show = (form: KeptForm | null) => {
    wrong.value = { code: '', field: '' }
    open.value = form
  }
  const f = open.value
  return (
    <>
      <p><button class="primary" id="add-form" onClick={() => show({ name: '', version: 0, title: empty(), questions: [another()], queues: [], ended: false })}>{text('evaluation.add')}</button></p>
      {wrong.value.code && <p class="wrong" role="alert">{text('error.' + wrong.value.code)}</p>}
      {f && <FormEditor key={`${f.name} ${f.version}`} of={f} wrong={wrong.value.field} close={() => show(null)}
        save={(name, body) => void post(name, body)} end={() => void post(f.name + '/end', { version: f.version })} />}
      <section tabIndex={0}>
        {all.value?.length === 0 && <p class="muted">{text('evaluation.forms.none')}</p>}
        <table>
          <tbody>
            {all.value?.map((k) => (
              <tr key={k.name} data-form={k.name}>
                <th scope="row">{k.title[language.value]} <span class="muted">{k.name}</span></th>
                <td>{k.ended ? text('evaluation.ended') : k.queues.map(queueTitle).join(', ') || '—'}</td>
                <td>{text('evaluation.questions')}: {k.questions.length}</td>
                <td>{text('evaluation.version')} {k.version}</td>
                <td>{!k.ended && <button class="change" onClick={() => show(k)}>{text('people.change')}</button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

interface Props { of: KeptForm; wrong: string; close(): void; save(name: string, body: object): void; end(): void }

function FormEditor({ of: f, wrong, close, save, end }: Props) {
  const questions = useSignal(f.questions)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if ((event.submitter as HTMLButtonElement | null)?.value === 'end') return end()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const title = Object.fromEntries(written.map((l) => [l, String(given.get('title.' + l))]))
    save(f.name || String(given.get('name')), { version: f.version, title, questions: questions.value, queues: given.getAll('queue') })
  }
  const refused = (field: string) => wrong === field || wrong.startsWith(field + '.') ? <span class="wrong" role="alert">{text('evaluation.wrong')}</span> : null
  return (
    <form class="inline person queue" id="evaluation-form" onSubmit={submit}>
      <h2>{f.name || text('evaluation.add')}</h2>
      {f.version === 0 && <label>{text('evaluation.name')}<input name="name" required maxLength={32} pattern={named} autocomplete="off" autocapitalize="none" />{refused('name')}</label>}
      {written.map((l) => <label key={l}>{text('evaluation.title')}: {text('language.' + l)}<input name={'title.' + l} lang={l} required maxLength={200} defaultValue={f.title[l]} /></label>)}
      <fieldset><legend>{text('evaluation.queues')}</legend>
        {queues.value.map((q) => <label key={q.name} class="switch"><input type="checkbox" name="queue" value={q.name} defaultChecked={f.queues.includes(q.name)} /> {queueTitle(q.name)}</label>)}
        {refused('queues')}
      </fieldset>
      {questions.value.map((q, i) => <QuestionEditor key={i} at={i} of={q} all={questions} refused={wrong.startsWith(`questions.${i}.`)} />)}
      <p><button type="button" class="plain add-question" onClick={() => (questions.value = [...questions.value, another()])}>+ {text('evaluation.question')}</button></p>
      <p class="choice">
        <button class="primary">{text('people.save')}</button>
        <button type="button" class="plain" onClick={close}>{text('cancel')}</button>
        {f.version > 0 && <button class="danger remove" value="end">{text('evaluation.end')}</button>}
      </p>
    </form>
  )
}

function QuestionEditor({ at, of: q, all, refused }: { at: number; of: Question; all: Signal<Question[]>; refused: boolean }) {
  const change = (part: Partial<Question>) => (all.value = all.value.map((other, i) => (i === at ? { ...other, ...part } : other)))
  return (
    <fieldset class="question"><legend>{text('evaluation.question')} {at + 1}</legend>
      {refused && <span class="wrong" role="alert">{text('evaluation.wrong')}</span>}
      {written.map((l) => (
        <label key={l}>{text('language.' + l)}<input class={'in-' + l} lang={l} required maxLength={200} value={q.texts[l]} onInput={(e) => change({ texts: { ...q.texts, [l]: e.currentTarget.value } })} /></label>
      ))}
      <label>{text('evaluation.kind')}
        <select value={q.kind} onChange={(e) => change({ kind: e.currentTarget.value as Kind, critical: false })}>
          {kinds.map((k) => <option key={k} value={k}>{text('evaluation.kind.' + k)}</option>)}
        </select>
      </label>
      <label>{text('evaluation.weight')}<input type="number" required min={1} max={100} value={q.weight} onInput={(e) => change({ weight: e.currentTarget.valueAsNumber })} /></label>
      <label class="switch"><input type="checkbox" checked={q.optional} onChange={(e) => change({ optional: e.currentTarget.checked })} /> {text('evaluation.optional')}</label>
      {q.kind === 'yes_no' && <label class="switch"><input type="checkbox" checked={q.critical} onChange={(e) => change({ critical: e.currentTarget.checked })} /> {text('evaluation.critical')}</label>}
      {all.value.length > 1 && <button type="button" class="plain" aria-label={`${text('keys.remove')}: ${at + 1}`} onClick={() => (all.value = all.value.filter((_, i) => i !== at))}>×</button>}
    </fieldset>
  )
}
