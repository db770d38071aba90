// Who there is to write to, and what was written: read when somebody asks for it, and anew when something arrives.
import { signal } from '@preact/signals'

export interface Colleague { id: number; login: string; name: string; here: boolean }
export interface Memo { id: number; from: number; to: number; at: string; text: string; mention: boolean; about: string; read: boolean }

export const colleagues = signal<Colleague[]>([])
export const memos = signal<Memo[]>([]) // the newest first

export async function readMemos(): Promise<void> {
  const answer = await fetch('/desk/memos').catch(() => null)
  if (!answer?.ok) return
  const all = (await answer.json()) as { memos: Memo[]; colleagues: Colleague[] }
  memos.value = all.memos
  colleagues.value = all.colleagues
}
