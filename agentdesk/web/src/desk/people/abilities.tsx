import { useSignal, type Signal } from '@preact/signals'
import { isNamed, named } from '../store/names'
import { text } from '../store/texts'

export interface Abilities { skills: Record<string, number>; capacity: number }

const levels = [0, 1, 2, 3, 4, 5]

// AbilityFields are the skills of somebody, of those that anybody has or a new one, and how much the person has at a time.
export function AbilityFields({ of, known }: { of: Signal<Abilities>; known: string[] }) {
  const added = useSignal('')
  const a = of.value
  const set = (name: string, level: number) => {
    const { [name]: _, ...others } = a.skills
    of.value = { ...a, skills: level > 0 ? { ...others, [name]: level } : others }
  }
  const names = [...new Set([...known, ...Object.keys(a.skills)])].sort()
  return (
    <fieldset class="abilities"><legend>{text('people.abilities')}</legend>
      {names.map((name) => (
        <label key={name}>{name}
          <select data-skill={name} value={String(a.skills[name] ?? 0)} onChange={(e) => set(name, Number(e.currentTarget.value))}>
            {levels.map((l) => <option key={l} value={l}>{l || '—'}</option>)}
          </select>
        </label>
      ))}
      <label>{text('people.skill.new')}<input class="new-skill" maxLength={32} pattern={named} autocomplete="off" autocapitalize="none" value={added.value} onInput={(e) => (added.value = e.currentTarget.value)} /></label>
      <button type="button" class="plain" disabled={!isNamed(added.value)} onClick={() => { set(added.value, 1); added.value = '' }}>+</button>
      <label title={text('people.capacity.how')}>{text('people.capacity')}
        <input type="number" name="capacity" min={20} max={199} required value={a.capacity} onInput={(e) => (of.value = { ...a, capacity: e.currentTarget.valueAsNumber })} />
      </label>
    </fieldset>
  )
}

// changed says whether abilities are others than before.
export function changed(a: Abilities, b: Abilities): boolean {
  const names = Object.keys({ ...a.skills, ...b.skills })
  return a.capacity !== b.capacity || names.some((name) => a.skills[name] !== b.skills[name])
}
