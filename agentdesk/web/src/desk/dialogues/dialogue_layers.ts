// Where the nodes of a dialogue are drawn: in layers from left to right, by how many steps a citizen needs at least to come there.

export interface Node { name: string; kind: string; line: number; does: string; starts: string[]; texts: string[] }
export interface Way { from: string; to: string; by: string }
export interface Graph { nodes: Node[]; ways: Way[] }
export interface Spot { x: number; y: number; layer: number }

export const size = { width: 184, height: 40, across: 96, down: 18 }

const sweeps = 6 // after so many the order hardly changes

// layers gives each node its place. Ways that lead back are not counted.
export function layers({ nodes, ways }: Graph): Map<string, Spot> {
  const out = new Map(nodes.map((n) => [n.name, [] as string[]]))
  const into = new Map(nodes.map((n) => [n.name, [] as string[]]))
  for (const w of ways) {
    out.get(w.from)?.push(w.to)
    into.get(w.to)?.push(w.from)
  }
  const layer = new Map<string, number>()
  const reach = (names: string[]) => {
    let front = names.filter((n) => !layer.has(n))
    for (let depth = 0; front.length > 0; depth++) {
      for (const n of front) layer.set(n, depth)
      front = [...new Set(front.flatMap((n) => out.get(n)!))].filter((n) => !layer.has(n))
    }
  }
  reach(nodes.filter((n) => n.starts.length > 0).map((n) => n.name))
  // What no start leads to: keys that work anywhere come to it, or nothing does.
  for (const n of nodes) reach(into.get(n.name)!.every((from) => from === n.name) ? [n.name] : [])
  for (const n of nodes) reach([n.name])

  const rows: string[][] = []
  for (const n of nodes) (rows[layer.get(n.name)!] ??= []).push(n.name)
  const place = new Map<string, number>()
  const keep = (row: string[]) => row.forEach((n, i) => place.set(n, i - row.length / 2))
  rows.forEach(keep)
  // Each node comes near the middle of its neighbours in the layer before, then in the one behind.
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const forward = sweep % 2 === 0
    for (const row of forward ? rows : [...rows].reverse()) {
      const middle = (n: string) => {
        const near = (forward ? into : out).get(n)!.filter((other) => layer.get(other)! === layer.get(n)! + (forward ? -1 : 1)).map((other) => place.get(other)!)
        return near.length > 0 ? near.reduce((a, b) => a + b) / near.length : place.get(n)!
      }
      const wanted = new Map(row.map((n) => [n, middle(n)]))
      row.sort((a, b) => wanted.get(a)! - wanted.get(b)!)
      keep(row)
    }
  }
  const most = Math.max(1, ...rows.map((row) => row.length))
  const spots = new Map<string, Spot>()
  rows.forEach((row, depth) => row.forEach((n, i) => spots.set(n, {
    layer: depth, x: depth * (size.width + size.across), y: (i + (most - row.length) / 2) * (size.height + size.down),
  })))
  return spots
}
