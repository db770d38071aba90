package dialogue

// Channel is the way a citizen reaches Okno.
type Channel string

// The channels that a dialogue runs on.
const (
	Voice Channel = "voice"
	SMS   Channel = "sms"
)

// Channels lists every channel.
var Channels = []Channel{Voice, SMS}

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
