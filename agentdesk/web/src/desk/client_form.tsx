import type { ComponentChildren } from 'preact'
import type { Text } from './protocol'
import { language, text } from './texts'

interface Props { scopes: string[]; agencies: Record<string, Text>; wrong: string; close(): void; save(client: Record<string, unknown>): Promise<void> }

// ClientForm adds a client of the API. Its first key is made by a click of its own, when it is there.
export function ClientForm({ scopes, agencies, wrong, close, save }: Props) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const said = (field: string) => String(given.get(field) ?? '').trim()
    const list = (field: string) => said(field).split(/[\s,;]+/).filter(Boolean)
    void save({ name: said('name'), title: said('title'), scopes: given.getAll('scopes'), addresses: list('addresses'), origins: list('origins'),
      budget: said('budget') ? Number(said('budget')) : null, agency: said('agency'), why: said('why') })
  }
  const labelled = (field: string, label: string, children: ComponentChildren) => (
    <label class={wrong === field ? 'refused' : ''} data-field={field}>{text(label)}{children}</label>
  )
  return (
    <form class="inline person" onSubmit={submit}>
      <h2>{text('clients.add')}</h2>
      {labelled('name', 'clients.name', <input name="name" required maxLength={63} autocomplete="off" autocapitalize="none" />)}
      {labelled('title', 'clients.shown', <input name="title" required maxLength={40} autocomplete="off" />)}
      <fieldset class={wrong === 'scopes' ? 'refused' : ''}><legend>{text('clients.scopes')}</legend>
        {scopes.map((s) => <label key={s}><input type="checkbox" name="scopes" value={s} defaultChecked={s === 'catalogue'} /> {s}</label>)}
      </fieldset>
      {labelled('addresses', 'clients.addresses', <input name="addresses" placeholder="10.1.0.0/16 192.0.2.7" autocomplete="off" />)}
      {labelled('origins', 'clients.origins', <input name="origins" placeholder="egov.example" autocomplete="off" />)}
      {labelled('budget', 'clients.budget', <input name="budget" type="number" min={0} max={10000000} placeholder="10000" />)}
      {labelled('agency', 'clients.agency', (
        <select name="agency">
          <option value="">{text('clients.no_agency')}</option>
          {Object.entries(agencies).map(([code, name]) => <option key={code} value={code}>{name[language.value] || code}</option>)}
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
