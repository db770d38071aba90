import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { lineDiff } from './line_diff'
import { names, type Files } from './dialogue_source'
import { text } from '../store/texts'
import { moment } from '../store/time'

export interface Publication { version: string; was: string; by: string; name: string; why: string; at: string }
export interface Stands { published: string; current: string; own: string; publications: Publication[] }

export const brief = (version: string): string => version.slice(0, 8)

// called names a version; "" is the folder that a node was started with.
export const called = (version: string): string => (version ? brief(version) : text('dialogue.folder'))

interface Props { stands: Stands; compare(version: string): void; back(version: string, why: string): Promise<boolean> }

// Versions lists what was published, and publishes an earlier one again.
export function Versions({ stands, compare, back }: Props) {
  const to = useSignal<string | null>(null) // the version to go back to; "": the folders
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const why = String(new FormData(event.currentTarget as HTMLFormElement).get('why'))
    if (await back(to.value!, why)) to.value = null
  }
  const row = (version: string, facts: [string, string, string], key: string, offered: boolean) => (
    <tr key={key} data-version={version || 'own'}>
      <th scope="row"><code>{called(version)}</code> {version === stands.published && <span class="chip">{text(stands.current === (version || stands.own) ? 'dialogue.in_force' : 'dialogue.prepared')}</span>}</th>
      {facts.map((f, i) => <td key={i} class={i === 2 ? 'why' : ''}>{f}</td>)}
      <td>
        <button class="plain compare" onClick={() => compare(version || stands.own)}>{text('dialogue.compare')}</button>
        {offered && version !== stands.published && <button class="plain roll-back" onClick={() => (to.value = version)}>{text('dialogue.roll_back')}</button>}
      </td>
    </tr>
  )
  const newest = new Set<string>()
  return (
    <section id="dialogue-versions" tabIndex={0}>
      <h2>{text('dialogue.versions')}</h2>
      {to.value !== null && (
        <form class="inline" onSubmit={(e) => void submit(e)}>
          <label>{text('dialogue.roll_back')}: {called(to.value)}. {text('queues.why')}<input name="why" required maxLength={500} autocomplete="off" /></label>
          <p><button class="primary">{text('dialogue.roll_back')}</button> <button type="button" class="plain" onClick={() => (to.value = null)}>{text('cancel')}</button></p>
        </form>
      )}
      <table>
        <thead><tr>{['version', 'when', 'who', 'reason'].map((key) => <th key={key} scope="col">{text('dialogue.' + key)}</th>)}<td /></tr></thead>
        <tbody>
          {stands.publications.map((p) => {
            const offered = p.version !== '' && !newest.has(p.version)
            newest.add(p.version)
            return row(p.version, [moment(p.at), p.name || p.by, p.why], p.at, offered)
          })}
          {row('', ['', '', text('dialogue.folder.why')], 'own', true)}
        </tbody>
      </table>
    </section>
  )
}

// Difference shows what differs between two dialogues, line by line.
export function Difference({ was, now, title }: { was: Files; now: Files; title: string }) {
  const changed = useMemo(() => names.map((name) => [name, lineDiff(was[name] ?? '', now[name] ?? '')] as const).filter(([, lines]) => lines.length > 0), [was, now])
  return (
    <section id="dialogue-diff" tabIndex={0}>
      <h2>{title}</h2>
      {changed.length === 0 && <p class="muted">{text('dialogue.same')}</p>}
      {changed.map(([name, lines]) => (
        <div key={name}>
          <h3>{name}</h3>
          <pre class="diff">
            {lines.map((l, i) => (
              l.kind === 'out' ? <del key={i}>{`− ${l.line}  ${l.text}\n`}</del> : l.kind === 'in' ? <ins key={i}>{`+ ${l.line}  ${l.text}\n`}</ins> : <span key={i}>{`  ${l.kind === 'skip' ? '' : l.line + '  '}${l.text}\n`}</span>
            ))}
          </pre>
        </div>
      ))}
    </section>
  )
}
