// The section that is shown stands in the page's address, #/reports: a reload shows it again, a link leads to it, and the browser's way back leads
// to the one before. A log-out takes it off.
import { effect } from '@preact/signals'
import { agent, loggedIn, section } from '../store/desk'
import { groupsOf } from './sections'

const form = /^#\/([a-z]+)$/

// open shows the section of the address, if the agent's role has it.
function open(): void {
  const name = form.exec(location.hash)?.[1]
  const role = agent.peek()?.role
  if (!role || (location.hash && !name)) return
  const known = ['account', ...groupsOf(role).flatMap((g) => g.sections.map((s) => s.name))]
  section.value = name && known.includes(name) ? (name as typeof section.value) : 'contacts'
}

// route has the address and the section follow each other.
export function route(): void {
  let began = false
  window.addEventListener('popstate', open)
  effect(() => {
    const there = form.test(location.hash)
    if (!loggedIn.value || !agent.value) {
      if (began && there) history.replaceState(null, '', location.pathname + location.search)
      began = false
      return
    }
    if (!began && there) open()
    began = true
    const wanted = ['contacts', 'search'].includes(section.value) ? '' : '#/' + section.value
    if ((there || !location.hash) && location.hash !== wanted) history.pushState(null, '', location.pathname + location.search + wanted)
  })
}
