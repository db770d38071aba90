import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ClientCard, type Client } from './client_card'
import { ClientForm } from './client_form'
import { section, send } from '../store/desk'
import type { Text } from '../store/protocol'
import { text } from '../store/texts'

interface All { clients: Client[]; scopes: string[]; agencies: Record<string, Text> }

// Clients are the systems that call the API, for an administrator: added, given keys, and kept out.
export function Clients() {
  const all = useSignal<All | null>(null)
  const open = useSignal('') // the name of the client that is shown; "+": a new one
  const changes = useSignal(false)
  const key = useSignal('')
  const wrong = useSignal({ code: '', field: '' })
  const read = async () => {
    const answer = await fetch('/desk/clients').catch(() => null)
    if (answer?.ok) all.value = (await answer.json()) as All
    else if (answer?.status === 403) section.value = 'contacts'
    else wrong.value = { code: 'unavailable', field: '' }
  }
  useEffect(() => { void read() }, [])
  const post = async (path: string, body?: object) => {
    key.value = ''
    const answer = await send('/desk/clients' + path, body)
    wrong.value = answer.ok ? { code: '', field: '' } : { code: answer.code, field: answer.field }
    if (answer.ok && answer.data.key) key.value = String(answer.data.key)
    await read()
    return answer.ok
  }
  const show = (name: string) => {
    key.value = ''
    wrong.value = { code: '', field: '' }
    changes.value = false
    open.value = name
  }
  const a = all.value
  return (
    <main class="links" id="clients">
      <div class="row"><h1>{text('clients.title')}</h1><button id="add-client" class="primary" onClick={() => show('+')}>{text('clients.add')}</button></div>
      {wrong.value.code && <p class="wrong" role="alert">{text('error.' + wrong.value.code)}</p>}
      {a && open.value === '+' && (
        <ClientForm scopes={a.scopes} agencies={a.agencies} wrong={wrong.value.field} close={() => show('')}
          save={async (client) => { if (await post('', client)) show(String(client.name)) }} />
      )}
      {key.value && (
        <section id="key" role="status">
          <p>{text('clients.key.once')}</p>
          <input readOnly value={key.value} aria-label={text('clients.key')} autocomplete="off" onFocus={(e) => e.currentTarget.select()} />
          <p class="choice"><button onClick={() => (key.value = '')}>{text('clients.key.hide')}</button></p>
        </section>
      )}
      {a?.clients.length === 0 ? <p class="muted">{text('clients.none')}</p> : (
        <section tabIndex={0}>
          <table>
            <thead><tr>{['name', 'shown', 'scopes', 'budget', 'notices', 'agency', 'state', 'keys', 'webhook'].map((k) => <th key={k} scope="col">{text('clients.' + k)}</th>)}<td /></tr></thead>
            <tbody>
              {a?.clients.map((c) => (
                <tr key={c.name} data-client={c.name}>
                  <th scope="row">{c.name}</th>
                  <td>{c.title}</td>
                  <td class="wraps">{c.scopes.join(', ')}</td>
                  <td class="number">{c.budget || text('clients.unlimited')}</td>
                  <td class="number">{c.notices_day || text('clients.unlimited')}</td>
                  <td>{c.agency || '—'}</td>
                  <td class={c.suspended ? 'wrong' : ''}>{text(c.suspended ? 'clients.suspended' : 'clients.active')}</td>
                  <td class="number">{c.keys.filter((k) => !k.ended).length}</td>
                  <td>{c.webhook ? (c.webhook.dead > 0 ? `${text('clients.webhook.dead')}: ${c.webhook.dead}` : '✓') : '—'}</td>
                  <td><button class="open" aria-expanded={open.value === c.name} onClick={() => show(open.value === c.name ? '' : c.name)}>{text(open.value === c.name ? 'clients.close' : 'clients.open')}</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {a?.clients.filter((c) => c.name === open.value).map((c) => {
        const at = `/${encodeURIComponent(c.name)}`
        return changes.value ? (
          <ClientForm key={c.name} of={c} scopes={a.scopes} agencies={a.agencies} wrong={wrong.value.field} close={() => show(c.name)}
            save={async (written) => { if (await post(at, written)) show(c.name) }} />
        ) : <ClientCard key={c.name} of={c} post={(path, body) => post(at + path, body)} change={() => (changes.value = true)} />
      })}
    </main>
  )
}
