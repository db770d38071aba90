// The words of the phone's page in three languages: Kazakh, Russian, English.
import { signal } from '@preact/signals'

export type Language = 'kk' | 'ru' | 'en'
export const languages: Record<Language, string> = { kk: 'Қаз', ru: 'Рус', en: 'Eng' }

// language is the desk's, which both pages keep in the browser; before anybody has chosen one, the browser's.
export const language = signal<Language>(readLanguage())

function readLanguage(): Language {
  const known = (l: string | null | undefined): l is Language => l === 'kk' || l === 'ru' || l === 'en'
  const wanted = [localStorage.getItem('okno-language'), ...navigator.languages.map((l) => l.slice(0, 2))]
  return wanted.find(known) ?? 'ru'
}

export function setLanguage(l: Language): void {
  language.value = l
  localStorage.setItem('okno-language', l)
}

const words: Record<string, [string, string, string]> = {
  'title': ['Азаматтың телефоны', 'Телефон гражданина', "A citizen's phone"],
  'what': [
    'Тек көрсетілімде: Okno-ға кез келген нөмірден қоңырау шалып, жазыңыз. Үлгідегі азаматтар: +7 701 000 00 01 (қазақша), 02 (орысша), 03 (ағылшынша) және 04; басқа нөмір бейтаныс адамдікі.',
    'Только в демонстрации: звоните и пишите в Okno с любого номера. Граждане из примера: +7 701 000 00 01 (казахский), 02 (русский), 03 (английский) и 04; любой другой номер чужой.',
    "Only in the demo: call Okno and write to it as any number. The sample citizens are +7 701 000 00 01 (Kazakh), 02 (Russian), 03 (English) and 04; any other number is a stranger's.",
  ],
  'keys': [
    'Пернелер хабарлама айтылып жатқанда да, алдын ала да жұмыс істейді. Көріңіз:',
    'Кнопки работают и во время сообщения, и заранее. Попробуйте:',
    'Keys work while a prompt speaks, and ahead of it. Try',
  ],
  'keys.case': ['және істің нөмірі,', 'и номер дела,', 'and a case number,'],
  'keys.sms': ['немесе SMS', 'или SMS', 'or the SMS'],
  'keys.stranger': ['Бейтаныс адамнан алдымен тіл сұралады.', 'У незнакомого сначала спросят язык.', 'A stranger is asked for a language first.'],
  'language': ['Тіл', 'Язык', 'Language'],
  'number': ['Менің нөмірім', 'Мой номер', 'My number'],
  'on': ['Қосу', 'Включить', 'Turn on'],
  'off': ['Өшіру', 'Выключить', 'Turn off'],
  'ready': ['дайын', 'готов', 'ready'],
  'no_network': ['әзірге желі жоқ', 'пока нет сети', 'no network yet'],
  'sms_only': ['тек SMS', 'только SMS', 'SMS only'],
  'calling': ['Қоңырау шалынуда:', 'Вызов:', 'Calling'],
  'incoming': ['Кіріс қоңырау', 'Входящий звонок', 'Incoming call'],
  'call': ['Қоңырау шалу:', 'Позвонить:', 'Call'],
  'answer': ['Жауап беру', 'Ответить', 'Answer'],
  'hang_up': ['Аяқтау', 'Завершить', 'Hang up'],
  'thread': ['SMS:', 'SMS:', 'SMS with'],
  'message': ['Хабарлама', 'Сообщение', 'Message'],
  'send': ['Жіберу', 'Отправить', 'Send'],
  'segments': ['SMS бөлігі:', 'частей SMS:', 'segments:'],
  'state.queued': ['жіберілуде', 'отправляется', 'queued'],
  'state.acknowledged': ['қабылданды', 'принято', 'acknowledged'],
  'state.refused': ['қабылданбады', 'отказано', 'refused'],
  'state.received': ['алынды', 'получено', 'received'],
  'trouble.number': ['Бұл телефон нөмірі емес', 'Это не номер телефона', 'This is no telephone number'],
  'trouble.away': ['Okno жауап бермейді', 'Okno не отвечает', 'Okno cannot be reached'],
  'trouble.ended': ['Қоңырау үзілді:', 'Звонок прервался:', 'The call ended:'],
  'trouble.unsent': ['Жіберілмеді: симулятор қабылдамады', 'Не отправлено: симулятор не принял', 'Not sent: the simulator does not take it'],
  'trouble.no_simulator': ['Жіберілмеді: симулятор жауап бермейді', 'Не отправлено: симулятор не отвечает', 'Not sent: the simulator cannot be reached'],
}

// text gives the words of a key, or the key, which still says more than nothing.
export const text = (key: string): string => words[key]?.[{ kk: 0, ru: 1, en: 2 }[language.value]] ?? key
