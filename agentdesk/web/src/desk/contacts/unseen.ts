// What is new where the agent does not look: a thread that is not chosen, or a page that is not in front.
import { effect, signal } from '@preact/signals'
import { current, offers, section } from '../store/desk'
import type { Contact } from '../store/protocol'
import { blip } from '../store/sound'
import { text } from '../store/texts'

export const unseen = signal<Record<number, number>>({})
const front = signal(document.visibilityState === 'visible' && document.hasFocus())

// arrived notes a word of a citizen in a contact.
export function arrived(c: Contact): void {
  if (front.peek() && section.peek() === 'contacts' && current.peek()?.id === c.id) return
  unseen.value = { ...unseen.value, [c.id]: (unseen.value[c.id] ?? 0) + 1 }
  void blip()
  notify(text('unseen.title'))
}

// notify tells the agent of something while the page is behind others. Nothing of the citizen shows on a screen that others see.
export function notify(title: string): void {
  if (front.peek() || !('Notification' in window) || Notification.permission !== 'granted') return
  const n = new Notification(title, { tag: 'okno' })
  n.onclick = () => {
    window.focus()
    n.close()
  }
}

export const mayNotify = signal('Notification' in window ? Notification.permission : 'denied')

// askToNotify asks the browser for the permission: it lets a page ask when a person has clicked.
export async function askToNotify(): Promise<void> {
  mayNotify.value = await Notification.requestPermission()
}

// watch keeps knowing what is in front, tells of offers while the page is behind, and counts what is new in its title.
export function watch(): void {
  for (const name of ['focus', 'blur', 'visibilitychange']) {
    window.addEventListener(name, () => (front.value = document.visibilityState === 'visible' && document.hasFocus()), true)
  }
  effect(() => {
    const [first] = offers.value
    if (first) notify(text('offer.' + first.channel))
  })

  // Whoever looks at a thread has seen it.
  effect(() => {
    const seen = current.value?.id
    if (!front.value || section.value !== 'contacts' || !seen || !unseen.value[seen]) return
    const { [seen]: _, ...others } = unseen.value
    unseen.value = others
  })

  effect(() => {
    const n = Object.values(unseen.value).reduce((a, b) => a + b, 0)
    document.title = (n > 0 ? `(${n}) ` : '') + 'Okno'
  })
}
