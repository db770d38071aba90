import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { AbilityFields, changed, type Abilities } from './abilities'
import { agent as self, queues, section, send } from '../store/desk'
import type { Agent, Language } from '../store/protocol'
import { language, text } from '../store/texts'
import { stamp } from '../store/time'

interface Profile { name: string; role: Agent['role']; languages: Language[]; queues: string[] }
interface Person extends Profile, Abilities {
  id: number; login: string; status: Agent['status']; connected: boolean; locked: boolean; invited: boolean; password: boolean
  second_factor: boolean; federal: boolean; seen_at: string | null
}

const roles: Agent['role'][] = ['agent', 'supervisor', 'administrator', 'auditor']
const spoken: Language[] = ['kk', 'ru', 'en']

// People are all who work at the desk, for an administrator: added, changed, locked out, and given a link by which they set a password.
export function People() {
  const all = useSignal<Person[]>([])
  const open = useSignal('') // the login of whom the form is about; "+": of a new one
  const link = useSignal('')
  const wrong = useSignal('')
  const read = async () => {
    const answer = await fetch('/desk/agents').catch(() => null)
    if (answer?.ok) all.value = ((await answer.json()) as { agents: Person[] }).agents
    else if (answer?.status === 403) section.value = 'contacts'
    else wrong.value = 'unavailable'
  }
  useEffect(() => { void read() }, [])
  const post = async (path: string, body: object) => {
    wrong.value = link.value = ''
    const answer = await send('/desk/agents' + path, body)
    if (!answer.ok) wrong.value = answer.code
    else if (answer.data.fragment) link.value = `${location.origin}/desk/#${String(answer.data.fragment)}`
    void read()
    return answer.ok
  }
  const at = (p: Person, what: string) => `/${encodeURIComponent(p.login)}${what}`
  return (
    <main class="links" id="people">
      <div class="row"><h1>{text('people.title')}</h1><button id="add-person" class="primary" onClick={() => (open.value = '+')}>{text('people.add')}</button></div>
      {wrong.value && <p class="wrong" role="alert">{text('error.' + wrong.value)}</p>}
      {link.value && (
        <section id="link" role="status">
          <p>{text('people.link')}</p>
          <input readOnly value={link.value} aria-label={text('people.link')} onFocus={(e) => e.currentTarget.select()} />
        </section>
      )}
      {open.value === '+' && <Form of={null} known={[]} close={() => (open.value = '')} save={(to, login) => post('', { login, ...to })} />}
      <section tabIndex={0}>
        <table>
          <thead><tr>{['name', 'login', 'role', 'languages', 'queues', 'state', 'seen', 'does'].map((key) => <th key={key} scope="col">{text('people.' + key)}</th>)}</tr></thead>
          <tbody>
            {all.value.map((p) => (
              <tr key={p.id} data-login={p.login}>
                <th scope="row">{p.name}</th>
                <td>{p.login}</td>
                <td>{text('role.' + p.role)}</td>
                <td>{p.languages.map((l) => text('language.' + l)).join(', ')}</td>
                <td>{p.queues.map((name) => queues.value.find((q) => q.name === name)?.title[language.value] ?? name).join(', ')}</td>
                <td class="state">{stateOf(p)}</td>
                <td>{p.seen_at ? stamp(p.seen_at) : '—'}</td>
                <td class="choice">
                  <button class="change" onClick={() => (open.value = p.login)}>{text('people.change')}</button>
                  {p.login !== self.value?.login && (
                    <button class={p.locked ? 'unlock' : 'danger lock'} onClick={() => void post(at(p, p.locked ? '/unlock' : '/lock'), {})}>{text(p.locked ? 'people.unlock' : 'people.lock')}</button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {all.value.filter((p) => p.login === open.value).map((p) => (
        <Form key={p.login} of={p} known={all.value.flatMap((other) => Object.keys(other.skills))} close={() => (open.value = '')}
          save={async (to, _, able) => (await post(at(p, ''), { was: { name: p.name, role: p.role, languages: p.languages, queues: p.queues }, to })) &&
            (!changed(p, able) || post(at(p, '/abilities'), { was: { skills: p.skills, capacity: p.capacity }, to: able }))}
          invite={p.federal ? undefined : (forget) => post(at(p, '/invite'), forget)} />
      ))}
    </main>
  )
}

// stateOf says what is to be known of an account: what keeps its owner out, or what its owner does.
function stateOf(p: Person): string {
  const said = [text(p.locked ? 'people.locked' : !p.password && !p.federal ? (p.invited ? 'people.invited' : 'people.no_password') : p.connected ? 'status.' + p.status : 'people.away')]
  if (p.second_factor) said.push(text('people.second_factor'))
  if (p.federal) said.push('SSO')
  return said.join(' · ')
}

interface Forget { password?: boolean; second_factor?: boolean }

interface FormProps {
  of: Person | null
  known: string[] // skills that anybody has
  save(to: Profile, login: string, able: Abilities): Promise<boolean>
  invite?: (forget: Forget) => Promise<boolean>
  close(): void
}

function Form({ of, known, save, invite, close }: FormProps) {
  const able = useSignal<Abilities>({ skills: of?.skills ?? {}, capacity: of?.capacity ?? 100 })
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const to = { name: String(given.get('name')), role: (of?.login === self.value?.login ? of!.role : String(given.get('role'))) as Agent['role'],
      languages: given.getAll('languages') as Language[], queues: given.getAll('queues').map(String) }
    if (await save(to, String(given.get('login') ?? ''), able.value)) close()
  }
  return (
    <form class="inline person" onSubmit={submit}>
      <h2>{of ? of.name : text('people.add')}</h2>
      {!of && <label>{text('people.login')}<input name="login" required maxLength={63} pattern="[a-z0-9][a-z0-9._@\-]*" autocomplete="off" autocapitalize="none" /></label>}
      <label>{text('people.name')}<input name="name" required maxLength={100} defaultValue={of?.name ?? ''} autocomplete="off" /></label>
      <label>{text('people.role')}
        <select name="role" disabled={of?.login === self.value?.login || of?.federal} defaultValue={of?.role ?? 'agent'}>
          {roles.map((r) => <option key={r} value={r} selected={r === (of?.role ?? 'agent')}>{text('role.' + r)}</option>)}
        </select>
      </label>
      <fieldset><legend>{text('people.languages')}</legend>
        {spoken.map((l) => <label key={l}><input type="checkbox" name="languages" value={l} defaultChecked={of ? of.languages.includes(l) : l !== 'en'} /> {text('language.' + l)}</label>)}
      </fieldset>
      <fieldset><legend>{text('people.queues')}</legend>
        {queues.value.map((q) => <label key={q.name}><input type="checkbox" name="queues" value={q.name} defaultChecked={of?.queues.includes(q.name)} /> {q.title[language.value]}</label>)}
      </fieldset>
      {of && <AbilityFields of={able} known={known} />}
      <p class="choice">
        <button class="primary">{text('people.save')}</button>
        <button type="button" class="plain" onClick={close}>{text('cancel')}</button>
        {invite && <button type="button" class="invite" onClick={() => void invite({})}>{text('people.invite')}</button>}
        {invite && <button type="button" class="danger reset" onClick={() => void invite({ password: true })}>{text('people.reset')}</button>}
        {invite && of?.second_factor && <button type="button" class="danger reset-factor" onClick={() => void invite({ password: true, second_factor: true })}>{text('people.reset_factor')}</button>}
      </p>
      {of && <p class="muted">{text('people.role.note')}</p>}
    </form>
  )
}
