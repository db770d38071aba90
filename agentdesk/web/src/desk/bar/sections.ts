import { section } from '../store/desk'
import type { Agent } from '../store/protocol'

type Section = typeof section.value
type Role = Agent['role']
interface Shown { name: Section; title: string; roles: Role[] }
const leaders: Role[] = ['supervisor', 'administrator']
const workers: Role[] = ['agent', ...leaders]

// What there is beside the contacts, by what it is for, and who sees it.
const groups: { title: string; sections: Shown[] }[] = [
  { title: 'sections.work', sections: [
    { name: 'work', title: 'cases', roles: workers },
    { name: 'appointments', title: 'appointments.title', roles: workers },
    { name: 'catalogue', title: 'catalogue.title', roles: workers },
    { name: 'memos', title: 'memos.title', roles: workers },
  ] },
  { title: 'sections.floor', sections: [
    { name: 'wall', title: 'wall.title', roles: leaders },
    { name: 'talks', title: 'talks.title', roles: leaders },
    { name: 'announcements', title: 'announcements.section', roles: leaders },
  ] },
  { title: 'sections.writing', sections: [
    { name: 'canned', title: 'canned.title', roles: leaders },
    { name: 'sms', title: 'sms.section', roles: [...leaders, 'auditor'] },
    { name: 'otp', title: 'otp.section', roles: leaders },
  ] },
  { title: 'sections.figures', sections: [
    { name: 'evaluations', title: 'evaluations.title', roles: workers },
    { name: 'reports', title: 'reports.title', roles: leaders },
    { name: 'staffing', title: 'staffing.title', roles: leaders },
  ] },
  { title: 'sections.settings', sections: [
    { name: 'people', title: 'people.title', roles: ['administrator'] },
    { name: 'queues', title: 'queues.title', roles: ['administrator'] },
    { name: 'calendars', title: 'calendars.title', roles: ['administrator'] },
    { name: 'clients', title: 'clients.title', roles: ['administrator'] },
    { name: 'dialogues', title: 'dialogue.title', roles: ['administrator'] },
    { name: 'journal', title: 'journal.title', roles: ['administrator', 'auditor'] },
  ] },
]

// groupsOf gives the sections of a role as the bar has them.
export function groupsOf(role: Role) {
  return groups.map((g) => ({ ...g, sections: g.sections.filter((s) => s.roles.includes(role)) })).filter((g) => g.sections.length > 0)
}
