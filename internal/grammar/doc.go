// Package grammar puts numbers, dates, times, amounts of money and durations into Kazakh, Russian and English, spoken or written:
//
//	"2501.21 RUB" ──► [Say] ──► две тысячи пятьсот один рубль двадцать одна копейка
//	"40", dative  ──► [Write] ──► 40-қа
//
// What is spoken is a list of clips: short stretches of words that a voice renders ahead of time. [Clips] lists all that a kind of value
// can come to in a form, so that none has to be rendered while a caller waits. The package is pure. Its Kazakh follows the rules of vowel
// harmony and of the ends of stems; its Russian declines numerals and nouns; its English is British.
package grammar
