import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { text } from '../store/texts'

// Later shows a section whose code is loaded once it is opened: the page stays small for whoever never does.
export function Later({ load }: { load(): Promise<ComponentType> }) {
  const loaded = useSignal<{ Section: ComponentType } | 'failed' | null>(null)
  useEffect(() => {
    load().then((Section) => (loaded.value = { Section }), () => (loaded.value = 'failed'))
  }, [])
  const l = loaded.value
  if (l === 'failed') return <main class="links"><p class="wrong" role="alert">{text('error.unavailable')}</p></main>
  return l ? <l.Section /> : null
}
