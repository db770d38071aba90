package grammar

import "time"

// noun is something that is counted.
type noun struct {
	kazakh  string
	russian declined
	english [2]string // one, several
}

// declined are the forms of a Russian noun by case, from the nominative to the prepositional.
type declined struct {
	gender Gender
	one    [6]string
	more   [6]string
}

// after is the form that a number wants.
func (d declined) after(n int64, c Case) string {
	one := n%10 == 1 && n%100 != 11
	few := n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14)
	switch {
	case one:
		return d.one[c]
	case c != Nominative && c != Accusative:
		return d.more[c]
	case few:
		return d.one[Genitive]
	}
	return d.more[Genitive]
}

func same(word string) [6]string { return [6]string{word, word, word, word, word, word} }

// currencies are the names of a currency and of its hundredth.
var currencies = map[string][2]noun{
	"KZT": {
		{"теңге", declined{Masculine, same("тенге"), same("тенге")}, [2]string{"tenge", "tenge"}},
		{"тиын", declined{Masculine, [6]string{"тиын", "тиына", "тиыну", "тиын", "тиыном", "тиыне"},
			[6]string{"тиыны", "тиынов", "тиынам", "тиыны", "тиынами", "тиынах"}}, [2]string{"tiyn", "tiyn"}},
	},
	"RUB": {
		{"рубль", declined{Masculine, [6]string{"рубль", "рубля", "рублю", "рубль", "рублём", "рубле"},
			[6]string{"рубли", "рублей", "рублям", "рубли", "рублями", "рублях"}}, [2]string{"rouble", "roubles"}},
		{"тиын", declined{Feminine, [6]string{"копейка", "копейки", "копейке", "копейку", "копейкой", "копейке"},
			[6]string{"копейки", "копеек", "копейкам", "копейки", "копейками", "копейках"}}, [2]string{"kopeck", "kopecks"}},
	},
	"USD": {
		{"доллар", declined{Masculine, [6]string{"доллар", "доллара", "доллару", "доллар", "долларом", "долларе"},
			[6]string{"доллары", "долларов", "долларам", "доллары", "долларами", "долларах"}}, [2]string{"dollar", "dollars"}},
		{"цент", declined{Masculine, [6]string{"цент", "цента", "центу", "цент", "центом", "центе"},
			[6]string{"центы", "центов", "центам", "центы", "центами", "центах"}}, [2]string{"cent", "cents"}},
	},
}

var (
	day = noun{"күн", declined{Masculine, [6]string{"день", "дня", "дню", "день", "днём", "дне"},
		[6]string{"дни", "дней", "дням", "дни", "днями", "днях"}}, [2]string{"day", "days"}}
	hour = noun{"сағат", declined{Masculine, [6]string{"час", "часа", "часу", "час", "часом", "часе"},
		[6]string{"часы", "часов", "часам", "часы", "часами", "часах"}}, [2]string{"hour", "hours"}}
	minute = noun{"минут", declined{Feminine, [6]string{"минута", "минуты", "минуте", "минуту", "минутой", "минуте"},
		[6]string{"минуты", "минут", "минутам", "минуты", "минутами", "минутах"}}, [2]string{"minute", "minutes"}}
	second = noun{"секунд", declined{Feminine, [6]string{"секунда", "секунды", "секунде", "секунду", "секундой", "секунде"},
		[6]string{"секунды", "секунд", "секундам", "секунды", "секундами", "секундах"}}, [2]string{"second", "seconds"}}
)

// units are those of a duration, the greatest first.
var units = []struct {
	size time.Duration
	noun
}{{24 * time.Hour, day}, {time.Hour, hour}, {time.Minute, minute}, {time.Second, second}}
