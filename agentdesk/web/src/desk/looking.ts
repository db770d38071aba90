// Who else has the case open that is open here: the server is told which it is, after each connection anew, and tells of others as they come and go.
import { signal } from '@preact/signals'
import type { Lookers } from './protocol'

export const openCase = signal('') // the number of the case that is open; '': none
const others = signal<Omit<Lookers, 'type'>>({ case: '', agents: [] })

// lookers are those who have a case open beside this page.
export const lookers = (number: string): Lookers['agents'] => (others.value.case === number ? others.value.agents : [])

// seen takes what the server says.
export function seen(told: Lookers): void {
  others.value = told
}
