// What Okno itself writes down about a case, as its subject or as the reason of a step, is English in the database: here it is read in the
// desk's language. What people wrote stays as it is.
import { has, text } from '../store/texts'

// because gives the reason of a step.
export function because(why: string): string {
  if (has('why.' + why)) return text('why.' + why)
  const link = /^(related|duplicate|split_from) (no longer )?([→←] \d+)(.*)$/s.exec(why)
  if (link) return [text('why.' + link[1]), link[2] && text('why.no longer'), link[3]].filter(Boolean).join(' ') + link[4]
  const source = /^taken over from (.*)$/.exec(why)
  return source ? `${text('why.taken over')} ${source[1]}` : why
}

// subject gives the subject of a case.
export function subject(of: string): string {
  if (has('subject.' + of)) return text('subject.' + of)
  const bare = /^([a-z_]+), (voice|sms|ussd)$/.exec(of)
  return bare && has('kind.' + bare[1]) ? `${text('kind.' + bare[1])}, ${text('subject.' + bare[2])}` : of
}
