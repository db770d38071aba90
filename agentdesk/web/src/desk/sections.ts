import { section } from './desk'
import type { Agent } from './protocol'

type Section = typeof section.value
const leaders: Agent['role'][] = ['supervisor', 'administrator']
const workers: Agent['role'][] = ['agent', ...leaders]

// What there is beside the contacts, and who sees it.
const sections: { name: Section; title: string; roles: Agent['role'][] }[] = [
  { name: 'work', title: 'cases', roles: workers },
  { name: 'appointments', title: 'appointments.title', roles: workers },
  { name: 'catalogue', title: 'catalogue.title', roles: workers },
  { name: 'evaluations', title: 'evaluations.title', roles: workers },
  { name: 'wall', title: 'wall.title', roles: leaders },
  { name: 'talks', title: 'talks.title', roles: leaders },
  { name: 'announcements', title: 'announcements.section', roles: leaders },
  { name: 'canned', title: 'canned.title', roles: leaders },
  { name: 'sms', title: 'sms.section', roles: [...leaders, 'auditor'] },
  { name: 'otp', title: 'otp.section', roles: leaders },
  { name: 'reports', title: 'reports.title', roles: leaders },
  { name: 'staffing', title: 'staffing.title', roles: leaders },
  { name: 'people', title: 'people.title', roles: ['administrator'] },
  { name: 'queues', title: 'queues.title', roles: ['administrator'] },
  { name: 'clients', title: 'clients.title', roles: ['administrator'] },
  { name: 'dialogues', title: 'dialogue.title', roles: ['administrator'] },
  { name: 'journal', title: 'journal.title', roles: ['administrator', 'auditor'] },
]

// sectionsOf gives the sections of a role, in the order of the bar.
export function sectionsOf(role: Agent['role']) {
  return sections.filter((s) => s.roles.includes(role))
}
