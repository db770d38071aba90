// Ceremonies with a security key or a passkey (Web Authentication).
import { send } from '../store/desk'

interface Begun { options: object; kept: string }

export interface Signed { kept: string; response: unknown }

// possible says whether this browser can talk to keys here: only on HTTPS or localhost, and only a browser of 2024 or newer.
export const possible = typeof PublicKeyCredential !== 'undefined' && 'parseCreationOptionsFromJSON' in PublicKeyCredential

// makeKey has the browser make a key, and gives the recovery codes, which may be none, or the code of what was wrong.
export async function makeKey(name: string): Promise<{ recovery: string[] } | { wrong: string }> {
  const begun = await send('/desk/passkeys/begin')
  if (!begun.ok) return { wrong: begun.code }
  const { options, kept } = begun.data as unknown as Begun
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON)
  const made = await navigator.credentials.create({ publicKey }).catch(() => null)
  if (!made) return { wrong: 'wrong_key' }
  const answer = await send('/desk/passkeys', { name, kept, response: (made as PublicKeyCredential).toJSON() })
  return answer.ok ? { recovery: answer.data.recovery as string[] } : { wrong: answer.code }
}

// signWith has a key sign what the server asks at an address, or gives the code of what was wrong.
export async function signWith(path: string, body?: object): Promise<Signed | { wrong: string }> {
  const begun = await send(path, body)
  if (!begun.ok) return { wrong: begun.code }
  const { options, kept } = begun.data as unknown as Begun
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON)
  const used = await navigator.credentials.get({ publicKey }).catch(() => null)
  return used ? { kept, response: (used as PublicKeyCredential).toJSON() } : { wrong: 'wrong_key' }
}
