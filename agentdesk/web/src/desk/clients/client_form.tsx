import type { ComponentChildren } from 'preact'
import type { Client } from './client_card'
import type { Text } from '../store/protocol'
import { language, text } from '../store/texts'

interface Props {
  of?: Client // nothing: a new one
  scopes: string[]; agencies: Record<string, Text>; wrong: string; close(): void
  save(written: Record<string, unknown>): Promise<void>
}

// written is what the form has of a client, as the server takes it.
const written = (c: Client) => ({ title: c.title, scopes: c.scopes, addresses: c.addresses, budget: c.budget, agency: c.agency })

// ClientForm adds a client of the API, or changes one. Its first key is made by a click of its own, when it is there.
export function ClientForm({ of, scopes, agencies, wrong, close, save }: Props) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const said = (field: string) => String(given.get(field) ?? '').trim()
    const list = (field: string) => said(field).split(/[\s,;]+/).filter(Boolean)
    const to = { title: said('title'), scopes: given.getAll('scopes'), addresses: list('addresses'), budget: said('budget') ? Number(said('budget')) : null, agency: said('agency') }
    void save(of ? { was: written(of), to, why: said('why') } : { ...to, name: said('name'), origins: list('origins'), why: said('why') })
  }
  const labelled = (field: string, label: string, children: ComponentChildren) => (
    <label class={wrong === field ? 'refused' : ''} data-field={field}>{text(label)}{children}</label>
  )
  return (
    <form class="inline person" onSubmit={submit}>
      <h2>{of ? <>{of.title} <span class="muted">{of.name}</span></> : text('clients.add')}</h2>
      {!of && labelled('name', 'clients.name', <input name="name" required maxLength={63} autocomplete="off" autocapitalize="none" />)}
      {labelled('title', 'clients.shown', <input name="title" required maxLength={40} autocomplete="off" defaultValue={of?.title} />)}
      <fieldset class={wrong === 'scopes' ? 'refused' : ''}><legend>{text('clients.scopes')}</legend>
        {scopes.map((s) => <label key={s}><input type="checkbox" name="scopes" value={s} defaultChecked={of ? of.scopes.includes(s) : s === 'catalogue'} /> {s}</label>)}
      </fieldset>
      {labelled('addresses', 'clients.addresses', <input name="addresses" placeholder="10.1.0.0/16 192.0.2.7" autocomplete="off" defaultValue={of?.addresses.join(' ')} />)}
      {!of && labelled('origins', 'clients.origins', <input name="origins" placeholder="egov.example" autocomplete="off" />)}
      {labelled('budget', 'clients.budget', <input name="budget" type="number" min={0} max={10000000} placeholder="10000" defaultValue={of?.budget} />)}
      {labelled('agency', 'clients.agency', (
        <select name="agency">
          <option value="">{text('clients.no_agency')}</option>
          {Object.entries(agencies).map(([code, name]) => <option key={code} value={code} selected={code === of?.agency}>{name[language.value] || code}</option>)}
        </select>
      ))}
      {labelled('why', 'queues.why', <input name="why" required maxLength={500} autocomplete="off" />)}
      <p class="choice">
        <button class="primary">{text('people.save')}</button>
        <button type="button" class="plain" onClick={close}>{text('cancel')}</button>
      </p>
    </form>
  )
}
