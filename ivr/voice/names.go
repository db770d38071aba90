package voice

import "okno/internal/dialogue"

var numerals = map[dialogue.Language]struct{ ones, tens []string }{
	dialogue.Kazakh: {
		ones: []string{"нөл", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз"},
		tens: []string{"он", "жиырма", "отыз", "қырық", "елу", "алпыс", "жетпіс", "сексен", "тоқсан"},
	},
	dialogue.Russian: {
		ones: []string{"ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять",
			"одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать",
			"восемнадцать", "девятнадцать"},
		tens: []string{"десять", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят",
			"восемьдесят", "девяносто"},
	},
	dialogue.English: {
		ones: []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
			"twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"},
		tens: []string{"ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"},
	},
}

var russianHundreds = []string{"сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот",
	"девятьсот"}

// calendar holds days as ordinals, and months in the case that a nominative date wants.
var calendar = map[dialogue.Language]struct{ days, months []string }{
	dialogue.Kazakh: {
		days: []string{"бірінші", "екінші", "үшінші", "төртінші", "бесінші", "алтыншы", "жетінші", "сегізінші",
			"тоғызыншы", "оныншы", "он бірінші", "он екінші", "он үшінші", "он төртінші", "он бесінші", "он алтыншы",
			"он жетінші", "он сегізінші", "он тоғызыншы", "жиырмасыншы", "жиырма бірінші", "жиырма екінші",
			"жиырма үшінші", "жиырма төртінші", "жиырма бесінші", "жиырма алтыншы", "жиырма жетінші",
			"жиырма сегізінші", "жиырма тоғызыншы", "отызыншы", "отыз бірінші"},
		months: []string{"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан",
			"қараша", "желтоқсан"},
	},
	dialogue.Russian: {
		days: []string{"первое", "второе", "третье", "четвёртое", "пятое", "шестое", "седьмое", "восьмое", "девятое",
			"десятое", "одиннадцатое", "двенадцатое", "тринадцатое", "четырнадцатое", "пятнадцатое", "шестнадцатое",
			"семнадцатое", "восемнадцатое", "девятнадцатое", "двадцатое", "двадцать первое", "двадцать второе",
			"двадцать третье", "двадцать четвёртое", "двадцать пятое", "двадцать шестое", "двадцать седьмое",
			"двадцать восьмое", "двадцать девятое", "тридцатое", "тридцать первое"},
		months: []string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
			"октября", "ноября", "декабря"},
	},
	dialogue.English: {
		days: []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
			"eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
			"nineteenth", "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth",
			"twenty-sixth", "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"},
		months: []string{"January", "February", "March", "April", "May", "June", "July", "August", "September",
			"October", "November", "December"},
	},
}
