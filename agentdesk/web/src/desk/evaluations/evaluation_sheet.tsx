import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { send } from '../store/desk'
import { percent, queueTitle, read, values, type Question, type Sheet } from './evaluation'
import { language, text } from '../store/texts'
import { Thread } from '../contacts/thread'
import { stamp } from '../store/time'

// SheetOf is the form of a contact, filled in or to be filled in, with what was said beside it.
export function SheetOf({ contact, close }: { contact: number; close(): void }) {
  const sheet = useSignal<Sheet | null>(null)
  const wrong = useSignal({ code: '', field: '' })
  useEffect(() => {
    void read<Sheet>(`/desk/contacts/${contact}/evaluation`).then((answer) => {
      if (typeof answer === 'string') wrong.value = { code: answer, field: '' }
      else sheet.value = answer
    })
  }, [])
  const s = sheet.value
  if (!s) return wrong.value.code ? <p class="wrong" role="alert">{text('error.' + wrong.value.code)}</p> : null
  const given = s.evaluation
  const settled = given !== null && !given.changeable
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const said = (name: string) => String(form.get(name) ?? '').trim()
    const answers = s.form.questions.map((_, i) => ({ value: said('value.' + i), remark: said('remark.' + i) }))
    const answer = await send(`/desk/contacts/${contact}/evaluation`, { form: s.form.name, version: s.form.version, answers, remark: said('remark') })
    wrong.value = answer.ok ? { code: '', field: '' } : answer
    if (answer.ok) close()
  }
  return (
    <div class="evaluation" data-contact={contact}>
      <div class="heard">
        <h2>{s.agent} <span class="muted">{queueTitle(s.queue)} · {stamp(s.at)}</span></h2>
        <Thread view={{ timeline: s.timeline, recordings: s.recordings, moves: [] }} />
      </div>
      <form onSubmit={(event) => void save(event)}>
        <h2>{s.form.title[language.value]} {given && <span class="chip">{percent(given.score)}</span>}</h2>
        {given?.answers === null && <p class="muted">{text('evaluation.erased')}</p>}
        <fieldset disabled={settled} aria-label={s.form.title[language.value]}>
          {s.form.questions.map((q, i) => (
            <Asked key={i} at={i} question={q} value={given?.answers?.[i]?.value ?? ''} remark={given?.answers?.[i]?.remark ?? ''} refused={wrong.value.field === 'answers.' + i} />
          ))}
          <label>{text('evaluation.whole')}<textarea name="remark" rows={3} maxLength={1000} defaultValue={given?.remark ?? ''} /></label>
        </fieldset>
        {wrong.value.code && <p class="wrong" role="alert">{text('error.' + wrong.value.code)}</p>}
        <p class="muted">{text(settled ? 'evaluation.settled' : 'evaluation.a_day')}</p>
        <p class="choice">
          {!settled && <button class="primary">{text('evaluation.save')}</button>}
          <button type="button" class="plain" onClick={close}>{text('evaluation.close')}</button>
        </p>
      </form>
    </div>
  )
}

// Asked is a question with its answers.
function Asked({ at, question: q, value, remark, refused }: { at: number; question: Question; value: string; remark: string; refused: boolean }) {
  return (
    <fieldset class="criterion">
      <legend>{q.texts[language.value]} <span class="muted">× {q.weight}{q.critical && ' · ' + text('evaluation.critical')}</span></legend>
      <div class="outcomes">
        {values(q).map((v) => (
          <label key={v}><input type="radio" name={'value.' + at} value={v} required defaultChecked={v === value} /> {v.length > 1 ? text('evaluation.' + v) : v}</label>
        ))}
      </div>
      {refused && <span class="wrong" role="alert">{text('evaluation.wrong')}</span>}
      <input name={'remark.' + at} maxLength={1000} placeholder={text('evaluation.remark')} aria-label={`${text('evaluation.remark')}: ${q.texts[language.value]}`} defaultValue={remark} autocomplete="off" />
    </fieldset>
  )
}
