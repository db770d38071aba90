// Who else has the case open that is open here, and writes in it: the server is told which it is, after each connection anew, and tells of others
// as they come and go.
import { signal } from '@preact/signals'
import type { Lookers } from '../store/protocol'

export const openCase = signal('') // the number of the case that is open; '': none
export const typing = signal(false) // something is being written in it
const others = signal<Omit<Lookers, 'type'>>({ case: '', agents: [] })

// lookers are those who have a case open beside this page.
export const lookers = (number: string): Lookers['agents'] => (others.value.case === number ? others.value.agents : [])

// seen takes what the server says.
export function seen(told: Lookers): void {
  others.value = told
}

const lull = 4000 // milliseconds without a letter after which nobody is writing
let timer = 0

// writes notes that a letter was written in the open case.
export function writes(): void {
  typing.value = true
  clearTimeout(timer)
  timer = window.setTimeout(stopWriting, lull)
}

// stopWriting says that nothing is being written any more.
export function stopWriting(): void {
  clearTimeout(timer)
  typing.value = false
}
