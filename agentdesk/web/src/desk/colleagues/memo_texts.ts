// The words of the messages between colleagues in three languages: Kazakh, Russian, English.
export const memoTexts: Record<string, [string, string, string]> = {
  'memos.colleagues': ['Әріптестер', 'Коллеги', 'Colleagues'],
  'memos.nobody': ['Басқа ешкім жоқ', 'Больше никого нет', 'There is nobody else'],
  'memos.here': ['орнында', 'на месте', 'on duty'],
  'memos.away': ['жоқ', 'нет на месте', 'away'],
  'memos.how': [
    'Әріптесті таңдаңыз. Белгіде @логин деп жазсаңыз, ол осы жерден оқиды. Хабарламалар 30 күн сақталады.',
    'Выберите коллегу. Кого вы назовёте в заметке (@логин), тот прочтёт её здесь. Сообщения хранятся 30 дней.',
    'Choose a colleague. Whom you name in a note (@login) reads it here. Messages are kept for 30 days.',
  ],
  'memos.none': ['Хат алысу жоқ', 'Переписки нет', 'Nothing was written yet'],
  'memos.in_case': ['Істің белгісінде:', 'В заметке к делу', 'In a note on case'],
  'memos.in_note': ['Өтініштің белгісінде', 'В заметке к контакту', 'In a note on a contact'],
  'memos.write': ['Әріптеске жазыңыз…', 'Напишите коллеге…', 'Write to the colleague…'],
  'memos.seen': ['оқылды', 'прочитано', 'read'],
  'memos.unseen': ['оқылмады', 'не прочитано', 'unread'],
}
