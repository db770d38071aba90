import { useSignal } from '@preact/signals'
import { send } from './desk'
import { text } from './texts'

export interface Link { kind: 'related' | 'duplicate' | 'split_from'; to: boolean; number: string; state: string }

interface Props {
  of: { number: string; state: string; links: Link[] }
  mine: boolean
  changed(): void
}

// Links are the cases to which a case belongs, and the form that links it to another or closes it as a duplicate.
export function Links({ of: c, mine, changed }: Props) {
  const wrong = useSignal('')
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const what = (event.submitter as HTMLButtonElement).value
    const answer = await send(`/desk/cases/${c.number}/${what}`, { other: form.get('other'), why: form.get('why') })
    wrong.value = answer.ok ? '' : text('error.' + answer.code)
    if (answer.ok) changed()
  }
  return (
    <>
      {wrong.value && <p class="wrong" role="alert">{wrong.value}</p>}
      {c.links.length > 0 && (
        <ul class="case-links">
          {c.links.map((l) => (
            <li key={l.number}>{text(`link.${l.kind}${l.to ? '' : '.from'}`)} {l.number.replace(/(\d{3})(?=\d)/g, '$1 ')} · {text('case.' + l.state)}</li>
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
        </details>
      )}
    </>
  )
}
