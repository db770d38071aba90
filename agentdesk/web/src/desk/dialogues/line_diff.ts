// What two texts have in common, line by line.

export interface Changed { kind: 'same' | 'out' | 'in' | 'skip'; line: number; text: string }

const context = 2 // lines around a change
const most = 4_000_000 // cells of the table: beyond, what differs is shown as replaced

// lineDiff gives the lines that differ, with some around them; 'skip' stands for those between. line counts in the text where the line stands.
export function lineDiff(was: string, now: string): Changed[] {
  const a = was.split('\n')
  const b = now.split('\n')
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const all: Changed[] = []
  const same = (i: number, j: number) => all.push({ kind: 'same', line: j + 1, text: a[i]! })
  for (let i = 0; i < head; i++) same(i, i)
  const n = a.length - head - tail
  const m = b.length - head - tail
  const common = n * m <= most ? table(a.slice(head, head + n), b.slice(head, head + m)) : null
  let i = 0
  let j = 0
  while (i < n || j < m) {
    if (common && i < n && j < m && a[head + i] === b[head + j]) same(head + i++, head + j++)
    else if (i < n && (j === m || !common || common[i + 1]![j]! >= common[i]![j + 1]!)) all.push({ kind: 'out', line: head + i + 1, text: a[head + i++]! })
    else all.push({ kind: 'in', line: head + j + 1, text: b[head + j++]! })
  }
  for (let k = tail; k > 0; k--) same(a.length - k, b.length - k)
  return folded(all)
}

// table gives the length of the longest common subsequence from each place on.
function table(a: string[], b: string[]): Uint16Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) rows[i]![j] = a[i] === b[j] ? rows[i + 1]![j + 1]! + 1 : Math.max(rows[i + 1]![j]!, rows[i]![j + 1]!)
  }
  return rows
}

function folded(all: Changed[]): Changed[] {
  const near = new Set<number>()
  all.forEach((c, at) => { if (c.kind !== 'same') for (let k = at - context; k <= at + context; k++) near.add(k) })
  const shown: Changed[] = []
  all.forEach((c, at) => {
    if (near.has(at)) shown.push(c)
    else if (near.size > 0 && shown.at(-1)?.kind !== 'skip') shown.push({ kind: 'skip', line: c.line, text: '…' })
  })
  return shown
}
