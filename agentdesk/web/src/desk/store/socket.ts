// The websocket: it says hello with what it has seen, sends commands until they are answered, and comes back by itself.
import closings from '../../shared/close.json'
import type { Commands, Incoming } from './protocol'

const leastPause = 500
const mostPause = 4_000
const drainPause = 30_000 // the most after a node has stopped: all its pages come back at once

// A connection without a word for so long is lost: the server says something every 2 s. The clock is one that nobody sets.
const silence = 4_500
const answerWithin = 4_000

interface Waiting {
  frame: string
  resolve(data: unknown): void
  reject(error: CommandError): void
}

const draining = closings.find((row) => row.name === 'drain')!.code

export class CommandError extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}

export interface SocketEvents {
  message(m: Incoming): void
  connected(up: boolean): void
  expired(): void
  hello(): object
}

export class Socket {
  private ws: WebSocket | undefined
  private pause = leastPause
  private timer: number | undefined
  private closed = false
  private heard = 0
  private readonly waiting = new Map<string, Waiting>()

  constructor(private readonly events: SocketEvents) {
    setInterval(() => {
      if (this.ws && performance.now() - this.heard > silence) this.drop()
    }, 500)
    window.addEventListener('offline', () => this.drop())
    window.addEventListener('online', () => this.hasten())
  }

  open(): void {
    this.closed = false
    this.heard = performance.now()
    const ws = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/desk/ws`)
    this.ws = ws
    ws.onopen = () => ws.send(JSON.stringify({ type: 'hello', ...this.events.hello() }))
    ws.onmessage = ({ data }) => {
      this.heard = performance.now()
      this.receive(JSON.parse(String(data)) as Incoming)
    }
    ws.onclose = ({ code }) => this.lost(code)
  }

  // close ends the socket for good: what is unanswered belongs to this login, and is not sent under another.
  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    this.ws?.close()
    this.ws = undefined
    const unanswered = [...this.waiting.values()]
    this.waiting.clear()
    for (const { reject } of unanswered) reject(new CommandError('log_in'))
  }

  // command is done once however often it is sent: it keeps its id until it is answered. Another command under the id of one that waits
  // takes its place, and its answer is that of whichever the server got first.
  command<Name extends keyof Commands>(name: Name, args: Commands[Name], id = ulid()): { id: string; done: Promise<unknown> } {
    const frame = JSON.stringify({ type: 'command', id, name, args })
    const before = this.waiting.get(id)
    const done = new Promise((resolve, reject) => {
      this.waiting.set(id, before ? { ...before, frame } : { frame, resolve, reject })
    })
    if (this.ws?.readyState === WebSocket.OPEN) this.ws.send(frame)
    return { id, done }
  }

  // tell says something that needs no answer, and that hello says again after a loss.
  tell(frame: object): void {
    if (this.ws?.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify(frame))
  }

  private receive(m: Incoming): void {
    if (m.type === 'welcome') {
      this.pause = leastPause
      for (const { frame } of this.waiting.values()) this.ws?.send(frame)
    }
    if (m.type === 'beat') return
    if (m.type === 'snapshot') this.events.connected(true)
    if (m.type === 'result') {
      const command = this.waiting.get(m.id)
      this.waiting.delete(m.id)
      if (m.ok) command?.resolve(m.data)
      else command?.reject(new CommandError(m.code ?? 'internal'))
      return
    }
    this.events.message(m)
  }

  // drop gives a connection up that says nothing: its close would wait for the network, too.
  private drop(): void {
    const ws = this.ws
    if (!ws) return
    ws.onopen = ws.onmessage = ws.onclose = null
    ws.close()
    this.lost(1006)
  }

  // hasten comes back at once, because the network has.
  private hasten(): void {
    if (this.closed || this.ws) return
    clearTimeout(this.timer)
    this.pause = leastPause
    void this.tryAgain()
  }

  private lost(code: number): void {
    this.ws = undefined
    this.events.connected(false)
    if (this.closed) return
    if (closings.some((row) => row.code === code && !row.back)) {
      this.events.expired()
      return
    }
    this.comeBack(code === draining ? drainPause : mostPause)
  }

  private comeBack(most: number): void {
    const jitter = this.pause * (0.5 + Math.random())
    this.pause = Math.min(2 * this.pause, most)
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => void this.tryAgain(), jitter)
  }

  // tryAgain asks first whether the login still counts: a websocket that is refused does not say why.
  private async tryAgain(): Promise<void> {
    try {
      const me = await fetch('/desk/me', { signal: AbortSignal.timeout(answerWithin) })
      if (me.status === 401) {
        this.events.expired()
        return
      }
    } catch {
      if (!this.closed && !this.ws) this.comeBack(mostPause)
      return
    }
    if (!this.closed && !this.ws) this.open()
  }
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

// ulid is 48 bits of time and 80 of chance, in Crockford's base 32.
function ulid(): string {
  let time = Date.now()
  let head = ''
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head
    time = Math.floor(time / 32)
  }
  const chance = crypto.getRandomValues(new Uint8Array(16))
  return head + Array.from(chance, (byte) => alphabet[byte % 32]).join('')
}
