// The websocket: it says hello with what it has seen, sends commands until they are answered, and comes back by itself.
import closings from '../shared/close.json'
import type { Incoming } from './protocol'

const leastPause = 500
const mostPause = 30_000

interface Waiting {
  frame: string
  resolve(data: unknown): void
  reject(error: CommandError): void
}

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
  private readonly waiting = new Map<string, Waiting>()

  constructor(private readonly events: SocketEvents) {}

  open(): void {
    this.closed = false
    const ws = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/desk/ws`)
    this.ws = ws
    ws.onopen = () => ws.send(JSON.stringify({ type: 'hello', ...this.events.hello() }))
    ws.onmessage = ({ data }) => this.receive(JSON.parse(String(data)) as Incoming)
    ws.onclose = ({ code }) => this.lost(code)
  }

  // close ends the socket for good: what is unanswered belongs to this login, and is not sent under another.
  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    this.ws?.close()
    const unanswered = [...this.waiting.values()]
    this.waiting.clear()
    for (const { reject } of unanswered) reject(new CommandError('log_in'))
  }

  // command is done once however often it is sent: it keeps its id until it is answered.
  command(name: string, args: object): Promise<unknown> {
    const id = ulid()
    const frame = JSON.stringify({ type: 'command', id, name, args })
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { frame, resolve, reject })
      if (this.ws?.readyState === WebSocket.OPEN) this.ws.send(frame)
    })
  }

  private receive(m: Incoming): void {
    if (m.type === 'welcome') {
      this.pause = leastPause
      for (const { frame } of this.waiting.values()) this.ws?.send(frame)
    }
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

  private lost(code: number): void {
    this.events.connected(false)
    if (this.closed) return
    if (closings.some((row) => row.code === code && !row.back)) {
      this.events.expired()
      return
    }
    void this.comeBack()
  }

  // comeBack asks first whether the login still counts: a websocket that is refused does not say why.
  private async comeBack(): Promise<void> {
    const jitter = this.pause * (0.5 + Math.random())
    this.pause = Math.min(2 * this.pause, mostPause)
    await new Promise((done) => (this.timer = window.setTimeout(done, jitter)))
    try {
      const me = await fetch('/desk/me')
      if (me.status === 401) {
        this.events.expired()
        return
      }
    } catch {
      void this.comeBack()
      return
    }
    if (!this.closed) this.open()
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
