// The way to the identity provider, and what comes back with the browser.
import { signal } from '@preact/signals'
import { send } from '../store/desk'

const name = '#sso='

// refused is the code of why the provider's word opened no desk, or "". It is shown once.
export const refused = location.hash.startsWith(name) ? location.hash.slice(name.length) : ''

// tidyAddress takes that code out of the address: a reload shows it no more.
export function tidyAddress(): void {
  if (refused) history.replaceState(null, '', location.pathname)
}

// offered says that one can log in at a provider here.
export const offered = signal(false)

export async function readWays(): Promise<void> {
  const answer = await fetch('/desk/ways').catch(() => null)
  if (answer?.ok) offered.value = ((await answer.json()) as { sso: boolean }).sso
}

// goToProvider leaves this page, or gives the code of why it cannot. again asks the person anew, for a second factor.
export async function goToProvider(again: boolean): Promise<string> {
  const answer = await send('/desk/sso', { again })
  if (!answer.ok) return answer.code
  location.assign(String(answer.data.to))
  return ''
}
