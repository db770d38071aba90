// Lengths of time as the settings have them, "1m30s", and as forms have them: in seconds, or in minutes.
const units: Record<string, number> = { h: 3600, m: 60, s: 1 }

// seconds reads a length.
export function seconds(length: string): number {
  let sum = 0
  for (const [, n, unit] of length.matchAll(/(\d+)([hms])/g)) sum += Number(n) * units[unit!]!
  return sum
}

// length writes a number of seconds.
export const length = (n: number): string => `${n}s`
