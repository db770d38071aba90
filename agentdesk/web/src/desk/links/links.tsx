import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act, now, section } from '../store/desk'
import type { BindState, LinkOrder, LinkState, SMSNode } from '../store/protocol'
import { text } from '../store/texts'
import { since } from '../store/time'

const nodes = signal<SMSNode[] | null>(null) // null: not known yet
const every = 2000

async function read(): Promise<void> {
  const answer = await fetch('/desk/sms').catch(() => null)
  if (answer?.ok) nodes.value = ((await answer.json()) as { nodes: SMSNode[] }).nodes
  else if (answer?.status === 403) section.value = 'contacts'
}

// Links shows a supervisor how the links to the operators stand on every node, and takes orders for them.
export function Links() {
  useEffect(() => {
    void read()
    const timer = setInterval(() => void read(), every)
    return () => clearInterval(timer)
  }, [])
  const found = nodes.value
  if (!found) return <main class="links" />
  const newest = [...found].sort((a, b) => b.at.localeCompare(a.at))[0]
  return (
    <main class="links">
      <h1>{text('sms.title')}</h1>
      {!newest && <p class="muted">{text('sms.none')}</p>}
      {newest && (
        <p id="sms-waiting">
          {text('sms.waiting')}:
          {['otp', 'reply', 'notice'].map((lane) => (
            <span key={lane} class="chip">{text('sms.lane.' + lane)} {newest.standing.backlog[lane] ?? 0}</span>
          ))}
        </p>
      )}
      {found.map((n) => (
        <section key={n.node}>
          <h2>{n.node}</h2>
          <LinkTable links={n.standing.links} />
          <BindTable binds={n.standing.binds} />
        </section>
      ))}
    </main>
  )
}

const heads = (...keys: string[]) => <tr>{keys.map((key) => <th key={key} scope="col">{text('sms.' + key)}</th>)}</tr>

function LinkTable({ links }: { links: LinkState[] }) {
  return (
    <table class="sms-links">
      <thead>{heads('link', 'ordered', 'health', 'share', 'receipts', 'cost', 'actions')}</thead>
      <tbody>
        {links.map((l) => (
          <tr key={l.link} data-link={l.link} data-ordered={l.ordered}>
            <th scope="row">{l.link}</th>
            <td><span class={'chip ordered-' + l.ordered}>{l.ordered && text('order.' + l.ordered)}</span></td>
            <td><Health link={l} /></td>
            <td>{l.shares.map((s) => <span key={s.prefix} class="chip">{s.prefix || text('sms.rest')} {percent(s.share)}</span>)}</td>
            <td class="number">{l.receipts > 0 ? `${seconds(l.receipt_median)} / ${seconds(l.receipt_p99)}` : '—'}</td>
            <td class="number">{l.cost || '—'}</td>
            <td class="choice"><Orders link={l} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Health({ link: l }: { link: LinkState }) {
  if (l.ailment) return <span class="lamp off">○ {text('ailment.' + l.ailment)}</span>
  if (l.fitness < 1) return <span>◐ {text('sms.back')} {percent(l.fitness)}</span>
  return <span class="lamp on">● {text('sms.fit')}</span>
}

const possible: Record<string, LinkOrder[]> = { open: ['paused', 'drained'], paused: ['open', 'drained'], drained: ['open'] }

function Orders({ link: l }: { link: LinkState }) {
  const order = async (to: LinkOrder) => {
    await act('order_link', { link: l.link, order: to })
    await read()
  }
  return (
    <>
      {(possible[l.ordered] ?? []).map((to) => (
        <button key={to} class={'order-' + to} onClick={() => void order(to)}>{text('order.to.' + to)}</button>
      ))}
    </>
  )
}

function BindTable({ binds }: { binds: BindState[] }) {
  return (
    <table class="sms-binds">
      <thead>{heads('link', 'bind', 'state', 'for', 'window', 'rate', 'second', 'sent', 'error')}</thead>
      <tbody>
        {binds.map((b) => (
          <tr key={b.link + b.number} data-link={b.link} data-state={b.state}>
            <th scope="row">{b.link}</th>
            <td>{b.bind} {b.number}</td>
            <td class={b.state === 'up' ? 'lamp on' : 'lamp off'}>{b.state === 'up' ? '● ' + text('sms.up') : '○ ' + because(b)}</td>
            <td class="number">{b.since.startsWith('0001') ? '' : since(b.since, now.value)}</td>
            <td class="number">{b.in_use}/{b.window}</td>
            <td class="number">{b.rate || '—'}</td>
            <td class="number">{b.second.toFixed(1)}</td>
            <td class="number">{b.sent}</td>
            <td>{b.last_error && text('failure.' + b.last_error)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

// because says why a bind is down. A node of an older release has no code for it.
const because = (b: BindState): string => (b.down ? text('down.' + b.down).replace('{value}', () => b.down_value ?? '') : b.state)
const percent = (share: number) => `${Math.round(100 * share)} %`
const seconds = (s: number) => (s < 10 ? s.toFixed(1) : Math.round(s)) + ' ' + text('sms.seconds')
