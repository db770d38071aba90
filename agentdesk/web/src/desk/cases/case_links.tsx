import { useSignal } from '@preact/signals'
import { send } from '../store/desk'
import { text } from '../store/texts'

export interface Link { kind: 'related' | 'duplicate' | 'split_from'; to: boolean; number: string; state: string; undo: boolean }

interface Props {
  of: { number: string; kind: string; state: string; links: Link[] }
  mine: boolean
  changed(): void
}

const kinds = ['application', 'appeal', 'inquiry', 'callback', 'appointment']

// Links are the cases to which a case belongs, and the forms that link it to another, close it as a duplicate,
// or split it.
export function Links({ of: c, mine, changed }: Props) {
  const wrong = useSignal('')
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const what = (event.submitter as HTMLButtonElement).value
    const answer = await send(`/desk/cases/${c.number}/${what}`, { other: form.get('other'), why: form.get('why') })
    wrong.value = answer.ok ? '' : answer.code
    if (answer.ok) changed()
  }
  const split = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const answer = await send(`/desk/cases/${c.number}/split`, Object.fromEntries(new FormData(form)))
    wrong.value = answer.ok ? '' : answer.code
    if (answer.ok) form.reset()
    if (answer.ok) changed()
  }
  const undo = async (what: 'unmerge' | 'unlink', other: string) => {
    const answer = await send(`/desk/cases/${c.number}/${what}`, { other, why: text(what === 'unlink' ? 'link.unlink' : 'link.undo') })
    wrong.value = answer.ok ? '' : answer.code
    if (answer.ok) changed()
  }
  return (
    <>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {c.links.length > 0 && (
        <ul class="case-links">
          {c.links.map((l) => (
            <li key={l.number}>{text(`link.${l.kind}${l.to ? '' : '.from'}`)} {l.number.replace(/(\d{3})(?=\d)/g, '$1 ')} · {text('case.' + l.state)}
              {l.undo && <button class="plain undo" onClick={() => void undo('unmerge', l.number)}>{text('link.undo')}</button>}
              {mine && l.kind === 'related' && <button class="plain unlink" onClick={() => void undo('unlink', l.number)}>{text('link.unlink')}</button>}
            </li>
          ))}
        </ul>
      )}
      {mine && (
        <details class="link-case">
          <summary>{text('link.title')}</summary>
          <form class="inline" onSubmit={submit}>
            <label>{text('link.other')}<input name="other" required inputMode="numeric" maxLength={20} /></label>
            <label>{text('case.why')}<input name="why" required maxLength={1000} /></label>
            <button value="link">{text('link.link')}</button>
            <button value="merge">{text('link.merge')}</button>
          </form>
          <form class="inline split-case" onSubmit={split}>
            <label>{text('case.kind')}<select name="kind" defaultValue={c.kind}>{kinds.map((k) => <option key={k} value={k}>{text('kind.' + k)}</option>)}</select></label>
            <label>{text('case.service')}<input name="service" pattern="[0-9]{3,4}" maxLength={4} /></label>
            <label>{text('case.subject')}<input name="subject" required maxLength={200} /></label>
            <label>{text('case.body')}<textarea name="body" rows={3} maxLength={10000} /></label>
            <label>{text('case.why')}<input name="why" required maxLength={1000} /></label>
            <button>{text('link.split')}</button>
          </form>
        </details>
      )}
    </>
  )
}
