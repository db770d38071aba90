import problems from '../../shared/problems.json'
import { language } from '../store/texts'

// Wrong is what last went wrong with what an agency or a client was told: in English, and by a code with its values.
export interface Wrong { problem: string; problem_code: string; problem_values: Record<string, string> }

const words: Record<string, Partial<Record<string, string>>> = problems

// Problem says it in the language of the desk. The server says it in English, as the terminal and the logs do.
export function Problem({ of: w }: { of: Wrong }) {
  const own = words[w.problem_code]?.[language.value]
  if (!own) return <span lang="en">{w.problem}</span>
  return <span>{own.replace(/\{(\w+)\}/g, (_, name: string) => w.problem_values[name] ?? '')}</span>
}
