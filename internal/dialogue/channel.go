package dialogue

// Channel is the way a citizen reaches Okno.
type Channel string

// The channels that a dialogue runs on.
const (
	Voice Channel = "voice"
	SMS   Channel = "sms"
	USSD  Channel = "ussd" // a session of a phone's screen: menus by number, in writing, a page at a time
)

// Channels lists every channel.
var Channels = []Channel{Voice, SMS, USSD}

// of gives what a map has for the channel. By USSD, what is said of SMS holds where nothing else is said.
func (c Channel) of(m map[Channel]string) string {
	if own, ok := m[c]; ok || c != USSD {
		return own
	}
	return m[SMS]
}

// Language is a BCP 47 language tag: "kk", "ru" or "en".
type Language string

// The languages in which every text exists.
const (
	Kazakh  Language = "kk"
	Russian Language = "ru"
	English Language = "en"
)

// Languages lists every language, in the order in which the language menu offers them.
var Languages = []Language{Kazakh, Russian, English}
