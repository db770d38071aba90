// What queues had in quarters of an hour.
export interface Counts { offered: number; answered: number; answered_in_target: number; abandoned: number; abandoned_short: number; wait: number }
export interface Quarter { queue: string; minute: number; counts: Counts }

// sum adds up quarters of an hour.
export function sum(quarters: Quarter[]): Counts {
  const all: Counts = { offered: 0, answered: 0, answered_in_target: 0, abandoned: 0, abandoned_short: 0, wait: 0 }
  for (const q of quarters) for (const name of Object.keys(all) as (keyof Counts)[]) all[name] += q.counts[name]
  return all
}

// share is the service level as the reports define it, or null when nothing can be said of it.
export function share(so: Counts): number | null {
  const of = so.offered - so.abandoned_short
  return of > 0 ? so.answered_in_target / of : null
}
