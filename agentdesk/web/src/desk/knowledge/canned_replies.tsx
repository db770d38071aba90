import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { readReplies, replies, type Canned } from './canned'
import { act } from '../store/desk'
import type { Language } from '../store/protocol'
import { language, text } from '../store/texts'

const written: Language[] = ['kk', 'ru', 'en']

// CannedReplies are written by whoever leads the floor, in every language of the citizens.
export function CannedReplies() {
  const open = useSignal<Canned | null>(null)
  useEffect(() => { void readReplies() }, [])
  const done = async (acted: Promise<unknown>) => {
    if (!(await acted)) return
    open.value = null
    void readReplies()
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    void done(act('canned_save', { code: open.value!.code || String(given.get('code')), texts: Object.fromEntries(written.map((l) => [l, String(given.get(l))])), version: open.value!.version }))
  }
  const r = open.value
  return (
    <main class="links" id="canned-replies">
      <div class="row"><h1>{text('canned.title')}</h1>
        <button id="add-reply" class="primary" onClick={() => (open.value = { code: '', texts: { kk: '', ru: '', en: '' }, version: 0 })}>{text('canned.add')}</button>
      </div>
      <p class="muted">{text('canned.how')}</p>
      {r && (
        <form class="inline" key={r.code} onSubmit={submit}>
          {r.version > 0 ? <h2>/{r.code}</h2> : <label>{text('canned.code')}<input name="code" required maxLength={30} autocomplete="off" /></label>}
          {written.map((l) => <label key={l}>{text('language.' + l)}<textarea name={l} lang={l} rows={2} maxLength={400} required defaultValue={r.texts[l]} /></label>)}
          <p class="choice">
            <button class="primary">{text('people.save')}</button>
            <button type="button" class="plain" onClick={() => (open.value = null)}>{text('cancel')}</button>
            {r.version > 0 && <button type="button" class="danger remove" onClick={() => void done(act('canned_remove', { code: r.code, version: r.version }))}>{text('canned.remove')}</button>}
          </p>
        </form>
      )}
      <section tabIndex={0}>
        {replies.value.length === 0 && <p class="muted">{text('canned.none')}</p>}
        <table>
          <tbody>
            {replies.value.map((c) => (
              <tr key={c.code} data-code={c.code}>
                <th scope="row">/{c.code}</th>
                <td class="reply-text" lang={language.value}>{c.texts[language.value]}</td>
                <td><button class="change" onClick={() => (open.value = c)}>{text('people.change')}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </main>
  )
}
