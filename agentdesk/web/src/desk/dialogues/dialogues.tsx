import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { agent, section, send } from '../store/desk'
import { Findings, wrongOf, type Finding } from './dialogue_findings'
import { kind, Picture, type Passed } from './dialogue_graph'
import type { Graph, Node } from './dialogue_layers'
import { names, Source, type Files, type Place } from './dialogue_source'
import { Tryout } from './dialogue_tryout'
import { Difference, Versions, brief, called, type Stands } from './dialogue_versions'
import { language, text } from '../store/texts'

interface Checked { version: string; findings: Finding[]; graph?: Graph; lines?: Record<string, Record<string, number>> }
interface Draft { was: string; base: string; files: Files } // what was published, and is compared with, when the draft was begun

const pause = 400 // milliseconds after the last key
const every = 5000 // how often is looked what others have published
const place = (): string => 'okno-dialogue-' + agent.value!.id

function keptDraft(): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(place()) ?? 'null') as Draft | null
  } catch {
    return null
  }
}

async function readFiles(version: string): Promise<Files | null> {
  const answer = await fetch('/desk/dialogue/versions/' + encodeURIComponent(version)).catch(() => null)
  return answer?.ok ? ((await answer.json()) as { files: Files }).files : null
}

// Dialogues are edited as text, beside their graph, by an administrator: checked as one types, compared, published and rolled back.
export function Dialogues() {
  const stands = useSignal<Stands | null>(null)
  const draft = useSignal<Draft | null>(null)
  const bases = useSignal<Record<string, Files>>({}) // files by version
  const compared = useSignal('')
  const checked = useSignal<Checked | null>(null)
  const drawn = useSignal<Checked | null>(null) // the last that could be drawn
  const open = useSignal(names[0]!)
  const jump = useSignal<Place | null>(null)
  const chosen = useSignal('')
  const wrong = useSignal('')
  const refused = useSignal<{ findings: Finding[]; drafted: boolean } | null>(null) // what kept the draft, or an earlier version, from being published
  const waits = useSignal('') // the node at which the tryout is
  const flow = useSignal<Map<string, Passed> | null>(null)

  const base = async (version: string) => {
    if (bases.value[version]) return bases.value[version]!
    const files = await readFiles(version)
    if (files) bases.value = { ...bases.value, [version]: files }
    return files
  }
  const read = async () => {
    const answer = await fetch('/desk/dialogue').catch(() => null)
    if (answer?.ok) stands.value = (await answer.json()) as Stands
    else if (answer?.status === 403) section.value = 'contacts'
    return stands.value
  }
  // begin has the published dialogue edited, without what was changed before.
  const begin = async (s: Stands) => {
    const version = s.published || s.own
    const files = await base(version)
    if (!files) return (wrong.value = 'error.unavailable')
    localStorage.removeItem(place())
    draft.value = { was: s.published, base: version, files }
    compared.value = version
  }
  useEffect(() => {
    void read().then(async (s) => {
      if (!s) return (wrong.value = 'error.unavailable')
      const kept = keptDraft()
      if (!kept) return begin(s)
      draft.value = kept
      compared.value = kept.base
      return base(kept.base)
    })
    const timer = setInterval(() => void read(), every)
    return () => clearInterval(timer)
  }, [])
  const d = draft.value
  useEffect(() => {
    if (!d) return
    const waiting = new AbortController()
    const timer = setTimeout(() => {
      void fetch('/desk/dialogue/check', { method: 'POST', body: JSON.stringify({ files: d.files }), signal: waiting.signal }).then(async (answer) => {
        const said = (await answer.json().catch(() => null)) as (Checked & { code: string; field: string }) | null
        if (!answer.ok || !said) return (wrong.value = said ? wrongOf(said.code, said.field) : 'error.unavailable')
        wrong.value = ''
        refused.value = null
        checked.value = said
        if (checked.value.graph) drawn.value = checked.value
      }).catch(() => undefined)
    }, checked.value ? pause : 0)
    return () => {
      clearTimeout(timer)
      waiting.abort()
    }
  }, [d?.files])

  const nodes = drawn.value?.graph?.nodes ?? []
  const findings = checked.value?.findings ?? []
  const faults = useMemo(() => {
    const count = new Map<string, number>()
    for (const f of findings) for (const name of nodesOf(f, drawn.value)) count.set(name, (count.get(name) ?? 0) + 1)
    return count
  }, [checked.value, drawn.value])
  const write = (content: string) => {
    draft.value = { ...draft.value!, files: { ...draft.value!.files, [open.value]: content } }
    localStorage.setItem(place(), JSON.stringify(draft.value))
  }
  const go = (file: string, line: number) => {
    open.value = file
    jump.value = { file, line }
  }
  const choose = (name: string, there: boolean) => {
    chosen.value = name
    const node = nodes.find((n) => n.name === name)
    if (node && there) go(names[0]!, node.line)
  }
  const follow = (line: number) => {
    const name = nodesOf({ file: open.value, line }, drawn.value)[0]
    if (name && name !== chosen.value) choose(name, false)
  }
  const published = async (path: string, body: object) => {
    const answer = await send('/desk/dialogue/' + path, body)
    wrong.value = answer.ok ? '' : wrongOf(answer.code, answer.field)
    refused.value = answer.ok ? null : { findings: answer.findings, drafted: path === 'publish' }
    const s = await read()
    if (answer.ok && s) await begin(s)
    return answer.ok
  }
  const publish = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const why = String(new FormData(form).get('why'))
    if (await published('publish', { files: d!.files, was: d!.was, why })) form.reset()
  }
  const funnel = async () => {
    if (flow.value) return (flow.value = null)
    const version = stands.value!.current
    const answer = await fetch('/desk/reports/funnel?by=node&only.dialogue=' + version).catch(() => null)
    if (!answer?.ok) return (wrong.value = 'error.unavailable')
    flow.value = await readFlow((await answer.json()) as Table)
  }

  const s = stands.value
  if (!s || !d) return <main class="links" id="dialogues"><h1>{text('dialogue.title')}</h1>{wrong.value && <p class="wrong" role="alert">{text(wrong.value)}</p>}</main>
  const changed = bases.value[d.base] !== undefined && names.some((name) => bases.value[d.base]![name] !== d.files[name])
  const node = nodes.find((n) => n.name === chosen.value)
  const last = s.publications[0]
  return (
    <main class="links" id="dialogues">
      <div class="row">
        <h1>{text('dialogue.title')}</h1>
        <span class="muted">{text('dialogue.published')}: <code>{called(s.published)}</code>{s.current !== (s.published || s.own) && ' · ' + text('dialogue.prepared')}</span>
      </div>
      {wrong.value && <p class="wrong" role="alert">{text(wrong.value)}</p>}
      {refused.value && <div id="dialogue-refused"><Findings of={refused.value.findings} {...(refused.value.drafted && { go })} /></div>}
      {d.was !== s.published && (
        <p class="lookers" id="dialogue-other" role="alert">
          {text('dialogue.other')}: {last && `${last.name || last.by}, ${last.why}`}{' '}
          <button class="plain" onClick={() => { compared.value = s.published || s.own; void base(s.published || s.own) }}>{text('dialogue.compare')}</button>
          <button class="plain on-top" onClick={() => { draft.value = { ...d, was: s.published, base: s.published || s.own }; compared.value = s.published || s.own; void base(s.published || s.own) }}>{text('dialogue.on_top')}</button>
        </p>
      )}
      <div class="dialogue">
        <Source files={d.files} open={open.value} marks={new Set(findings.filter((f) => f.file === open.value).map((f) => f.line))} jump={jump.value}
          show={(file) => (open.value = file)} write={write} stands={follow} />
        {drawn.value?.graph && <Picture graph={drawn.value.graph} chosen={chosen.value} faults={faults} passed={flow.value} at={waits.value} choose={(name) => choose(name, true)} />}
      </div>
      <div class="row">
        <p class="choice">
          <button class="plain" id="dialogue-funnel" aria-pressed={flow.value !== null} onClick={() => void funnel()}>{text('dialogue.funnel')}</button>
          {flow.value && <span class="muted">{text('dialogue.funnel.how')}</span>}
          {changed && <button class="plain discard" onClick={() => void begin(s)}>{text('dialogue.discard')}</button>}
        </p>
      </div>
      {node && <Chosen node={node} checked={drawn.value!} choose={(name) => choose(name, true)} go={go} />}
      <Tryout files={d.files} go={go} waits={(name) => { waits.value = name; if (name) chosen.value = name }} />
      <section id="dialogue-findings" aria-live="polite">
        <h2>{text('dialogue.findings')}: {findings.length}</h2>
        <Findings of={findings} go={go} />
      </section>
      <form class="inline" id="dialogue-publish" onSubmit={(e) => void publish(e)}>
        <label>{text('queues.why')}<input name="why" required maxLength={500} autocomplete="off" /></label>
        <p><button class="primary" disabled={!changed || findings.length > 0 || !checked.value}>{text('dialogue.publish')}</button></p>
      </form>
      {bases.value[compared.value] && <Difference was={bases.value[compared.value]!} now={d.files} title={`${text('dialogue.diff')} ${brief(compared.value)}`} />}
      <Versions stands={s} compare={(version) => { compared.value = version; void base(version) }} back={(version, why) => published('rollback', { version, was: s.published, why })} />
    </main>
  )
}

// Chosen tells of a node where it leads, and what it says.
function Chosen({ node, checked, choose, go }: { node: Node; checked: Checked; choose(name: string): void; go(file: string, line: number): void }) {
  const file = `texts/${language.value}.yaml`
  const line = (key: string) => Object.entries(checked.lines?.[file] ?? {}).find(([other]) => sameText(other, key))?.[1]
  return (
    <section id="dialogue-node">
      <h2><code>{node.name}</code> <span class="muted">{kind(node.kind)} {node.does}</span></h2>
      <ul class="ways">
        {checked.graph!.ways.filter((w) => w.from === node.name).map((w) => (
          <li key={w.by + w.to}>{w.by && <span class="chip">{w.by}</span>} <button class="plain" onClick={() => choose(w.to)}>→ {w.to}</button></li>
        ))}
        {node.texts.map((key) => <li key={'text ' + key}>“<button class="plain" onClick={() => { const at = line(key); if (at) go(file, at) }}>{key}</button>”</li>)}
      </ul>
    </section>
  )
}

// sameText says whether a key of the file is that of a text, or of its form for a channel.
const sameText = (key: string, of: string): boolean => key === of || ['voice', 'sms', 'ussd'].some((channel) => key === `${of}.${channel}`)

// nodesOf gives the nodes that a place in the files is about: the one that stands there, or those that say the text.
function nodesOf({ file, line }: Place, checked: Checked | null): string[] {
  const nodes = checked?.graph?.nodes ?? []
  if (file === names[0]) {
    const before = nodes.filter((n) => n.line <= line).at(-1)
    return before ? [before.name] : []
  }
  const key = Object.entries(checked?.lines?.[file] ?? {}).reduce<[string, number]>((best, each) => (each[1] <= line && each[1] > best[1] ? each : best), ['', 0])[0]
  return key ? nodes.filter((n) => n.texts.some((of) => sameText(key, of))).map((n) => n.name) : []
}

interface Table { keys: string[]; lines: { key: string[]; values: (number | null)[] }[] }

// readFlow takes from the report how many came to a node, and how many went away there.
async function readFlow(table: Table): Promise<Map<string, Passed>> {
  const known = (await (await fetch('/desk/reports')).json()) as { reports: { name: string; figures: { name: string }[] }[] }
  const figures = known.reports.find((r) => r.name === 'funnel')!.figures.map((f) => f.name)
  const [node, visits, left] = [table.keys.indexOf('node'), figures.indexOf('visits'), figures.indexOf('left')]
  return new Map(table.lines.map((l) => [l.key[node]!, { visits: l.values[visits] ?? 0, left: l.values[left] ?? 0 }]))
}
