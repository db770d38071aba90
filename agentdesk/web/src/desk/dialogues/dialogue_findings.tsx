import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { has, language } from '../store/texts'

// Finding is what is wrong with a dialogue, and where: in English, and by a code with its values.
export interface Finding { file: string; line: number; code: string; values: Record<string, string>; problem: string; advice: string }

// wrongOf names the text for a refused dialogue. What keeps it from being published is said by its findings.
export const wrongOf = (code: string, field: string): string => {
  const own = 'dialogue.wrong.' + field
  return code === 'bad_command' && has(own) ? own : 'error.' + code
}

// Findings lists them. Each leads to its line, unless its file is not the one in the editor.
export function Findings({ of: findings, go }: { of: Finding[]; go?(file: string, line: number): void }) {
  return (
    <ul class="findings">
      {findings.map((f) => {
        const place = `${f.file}:${f.line}`
        return <li key={place + f.problem}>{go ? <button class="plain" onClick={() => go(f.file, f.line)}>{place}</button> : <code>{place}</code>} <Said of={f} /></li>
      })}
    </ul>
  )
}

// words are the texts of findings by code, in the languages beside English: loaded once there is a finding.
const words = signal<Record<string, Partial<Record<string, string[]>>>>({})

// Said says what is wrong, and what to do about it; in English, as the terminal does, while the words are not there.
function Said({ of: f }: { of: Finding }) {
  useEffect(() => { void import('../../shared/findings.json').then((loaded) => (words.value = loaded.default)).catch(() => undefined) }, [])
  const own = words.value[f.code]?.[language.value]
  if (!own) return <span lang="en">{f.problem}; {f.advice}</span>
  return <span>{own.map((said) => said.replace(/\{(\w+)\}/g, (_, name: string) => f.values[name] ?? '')).join('; ')}</span>
}
