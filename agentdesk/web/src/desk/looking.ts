// Who else has the case open that is open here: the server is told which it is, after each connection anew, and tells of others as they come and go.
import { signal } from '@preact/signals'

export interface Looker { id: number; name: string }

export const openCase = signal('') // the number of the case that is open; '': none
const others = signal<{ number: string; agents: Looker[] }>({ number: '', agents: [] })

// lookers are those who have a case open beside this page.
export const lookers = (number: string): Looker[] => (others.value.number === number ? others.value.agents : [])

// seen takes what the server says.
export function seen(number: string, agents: Looker[]): void {
  others.value = { number, agents }
}
