// A SIP telephone in the page, over WebRTC. JsSIP is loaded when it is first needed.
import type { UA } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'

export interface Account {
  user: string
  secret: string
  url: string
}

export type CallState = 'ringing' | 'talking' | 'ended'

export interface PhoneEvents {
  registered(up: boolean): void
  call(state: CallState, why?: string): void
}

// Devices are what a telephone hears and is heard by.
export interface Devices {
  microphone(): MediaTrackConstraints | true
  play(on: HTMLAudioElement): Promise<void>
}

// Telephone has one call at a time. It answers by itself what it is told to expect, so that an operator who has accepted
// an offer need not answer again.
export class Telephone {
  private ua: UA | undefined
  private session: RTCSession | undefined
  private trial: RTCSession | undefined // gives way to any call that comes
  private readonly audio = new Audio()
  private waiting: RTCSession | undefined // an incoming call that nobody has taken yet

  constructor(
    private readonly events: PhoneEvents,
    private readonly answers: () => boolean = () => false,
    private readonly devices: Devices = { microphone: () => true, play: () => Promise.resolve() },
  ) {
    this.audio.autoplay = true
  }

  async start(account: Account): Promise<void> {
    // A CommonJS module comes as the default of its import, whatever its types say.
    const { default: jssip } = (await import('jssip')) as unknown as { default: typeof import('jssip') }
    this.stop()
    const host = new URL(account.url).hostname
    const ua = new jssip.UA({
      sockets: [new jssip.WebSocketInterface(account.url)],
      uri: `sip:${account.user}@${host}`,
      authorization_user: account.user,
      password: account.secret,
      register: true,
      register_expires: 120,
      session_timers: false,
    })
    this.ua = ua
    ua.on('registered', () => this.events.registered(true))
    ua.on('unregistered', () => this.events.registered(false))
    ua.on('registrationFailed', () => {
      this.events.registered(false)
      // The account is made in Asterisk by the node that owns it, a moment after the page has heard of it.
      setTimeout(() => this.ua === ua && ua.register(), 1000)
    })
    ua.on('disconnected', () => this.events.registered(false))
    ua.on('newRTCSession', ({ session, originator }: { session: RTCSession; originator: string }) => {
      if (originator === 'remote') this.incoming(session)
    })
    ua.start()
  }

  // stop lets go of the telephone. A call that it has breaks off (Q.850: temporary failure), and is no hang-up.
  stop(): void {
    if (this.session?.isEstablished()) this.session.terminate({ extraHeaders: ['Reason: Q.850;cause=41;text="page closed"'] })
    this.ua?.stop()
    this.ua = undefined
  }

  get talks(): boolean {
    return this.session?.isEstablished() ?? false
  }

  call(number: string): void {
    if (!this.ua) return
    this.take(this.ua.call(number, { mediaConstraints: { audio: this.devices.microphone(), video: false }, pcConfig: { iceServers: [] } }) as RTCSession)
    this.events.call('ringing')
  }

  // tryOut calls somebody who is no citizen.
  tryOut(number: string): void {
    this.call(number)
    this.trial = this.session
  }

  // answer takes the call that rings.
  answer(): void {
    this.session?.answer({ mediaConstraints: { audio: this.devices.microphone(), video: false }, pcConfig: { iceServers: [] } })
  }

  hangUp(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate()
  }

  press(key: string): void {
    if (this.session?.isEstablished()) this.session.sendDTMF(key, { transportType: 'RFC2833' as never, duration: 160, interToneGap: 60 })
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true })
    else this.session?.unmute({ audio: true })
  }

  // stats counts what has been heard and sent, for tests and for the engineer.
  async stats(): Promise<{ received: number; sent: number; level: number }> {
    const found = { received: 0, sent: 0, level: 0 }
    const reports = await this.session?.connection?.getStats()
    reports?.forEach((report: Record<string, unknown>) => {
      if (report['type'] === 'inbound-rtp') {
        found.received += Number(report['packetsReceived'] ?? 0)
        found.level = Number(report['totalAudioEnergy'] ?? 0)
      }
      if (report['type'] === 'outbound-rtp') found.sent += Number(report['packetsSent'] ?? 0)
    })
    return found
  }

  private incoming(session: RTCSession): void {
    if (this.session && this.session === this.trial) this.hangUp()
    if (this.session && !this.session.isEnded()) {
      session.terminate({ status_code: 486 })
      return
    }
    this.take(session)
    if (this.answers()) this.answer()
    else {
      this.waiting = session
      this.events.call('ringing')
    }
  }

  // answerWaiting takes a call that rang before it was known to be wanted: just after a page was loaded it may ring before the page knows for whom.
  answerWaiting(): void {
    if (!this.waiting || this.waiting !== this.session || !this.answers()) return
    this.waiting = undefined
    if (!this.session.isEstablished() && !this.session.isEnded()) this.answer()
  }

  private take(session: RTCSession): void {
    this.session = session
    const listen = (connection: RTCPeerConnection) => {
      connection.addEventListener('track', (event) => {
        this.audio.srcObject = event.streams[0] ?? new MediaStream([event.track])
        void this.devices.play(this.audio).then(() => this.audio.play()).catch(() => undefined)
      })
    }
    if (session.connection) listen(session.connection)
    else session.on('peerconnection', ({ peerconnection }: { peerconnection: RTCPeerConnection }) => listen(peerconnection))
    session.on('accepted', () => this.events.call('talking'))
    session.on('ended', ({ cause }: { cause: string }) => this.events.call('ended', cause))
    session.on('failed', ({ cause }: { cause: string }) => this.events.call('ended', cause))
  }
}
