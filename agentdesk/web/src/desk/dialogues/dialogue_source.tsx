import { useEffect, useRef } from 'preact/hooks'
import { text } from '../store/texts'

export type Files = Record<string, string>
export const names = ['dialogue.yaml', 'texts/kk.yaml', 'texts/ru.yaml', 'texts/en.yaml']
export interface Place { file: string; line: number }

const lineHeight = 20 // px, as the style has it

interface Props {
  files: Files
  open: string // the file that is shown
  marks: Set<number> // lines of it with findings
  jump: Place | null // a new one moves the caret there
  show(file: string): void
  write(text: string): void
  stands(line: number): void // where the caret is now
}

// Source edits the files of a dialogue, with numbers of lines.
export function Source({ files, open, marks, jump, show, write, stands }: Props) {
  const area = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLPreElement>(null)
  const content = files[open] ?? ''
  useEffect(() => {
    const e = area.current
    if (!e || jump?.file !== open) return
    const before = e.value.split('\n').slice(0, jump.line - 1).join('\n').length
    const from = jump.line > 1 ? before + 1 : 0
    const end = e.value.indexOf('\n', from)
    e.focus()
    e.setSelectionRange(from, end < 0 ? e.value.length : end)
    e.scrollTop = Math.max(0, (jump.line - 6) * lineHeight)
  }, [jump, open])
  const follow = (e: HTMLTextAreaElement) => stands(e.value.slice(0, e.selectionStart).split('\n').length)
  const lines = content.split('\n').length
  return (
    <div class="source">
      <div class="tabs" role="tablist" aria-label={text('dialogue.files')}>
        {names.map((name) => (
          <button key={name} role="tab" class="plain" aria-selected={name === open} aria-controls="dialogue-source" data-file={name} onClick={() => show(name)}>{name}</button>
        ))}
      </div>
      <div class="numbered" id="dialogue-source" role="tabpanel" aria-label={open}>
        <pre ref={gutter} aria-hidden="true">
          {Array.from({ length: lines }, (_, i) => (marks.has(i + 1) ? <b key={i}>{`● ${i + 1}\n`}</b> : `${i + 1}\n`))}
        </pre>
        <textarea ref={area} value={content} wrap="off" spellcheck={false} autocapitalize="off" aria-label={open}
          onInput={(e) => { write(e.currentTarget.value); follow(e.currentTarget) }} onClick={(e) => follow(e.currentTarget)}
          onKeyUp={(e) => follow(e.currentTarget)} onScroll={(e) => { if (gutter.current) gutter.current.scrollTop = e.currentTarget.scrollTop }} />
      </div>
    </div>
  )
}
