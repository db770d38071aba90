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
