import type { Language } from '../store/protocol'
import { language, setLanguage, text } from '../store/texts'

export function LanguageChoice() {
  const names: Record<Language, string> = { kk: 'Қаз', ru: 'Рус', en: 'Eng' }
  return (
    <div class="languages" role="group" aria-label={text('language')}>
      {(Object.keys(names) as Language[]).map((l) => (
        <button key={l} type="button" class="plain" aria-pressed={language.value === l} lang={l} onClick={() => setLanguage(l)}>{names[l]}</button>
      ))}
    </div>
  )
}
