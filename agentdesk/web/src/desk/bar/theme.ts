// How the page looks: as the machine is set, or as the agent chooses on it.
import { signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark' | 'contrast'
export const themes: Theme[] = ['auto', 'light', 'dark', 'contrast']

const place = 'okno-theme'

export const theme = signal<Theme>(themes.find((t) => t === localStorage.getItem(place)) ?? 'auto')

const dark = matchMedia('(prefers-color-scheme: dark)')
const contrast = matchMedia('(prefers-contrast: more)')

export function setTheme(t: Theme): void {
  theme.value = t
  localStorage.setItem(place, t)
  show()
}

// dress gives the page its colours, now and whenever the machine's setting changes.
export function dress(): void {
  show()
  for (const setting of [dark, contrast]) setting.addEventListener('change', show)
}

function show(): void {
  const auto = contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light'
  document.documentElement.dataset['theme'] = theme.peek() === 'auto' ? auto : theme.peek()
}
