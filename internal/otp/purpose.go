package otp

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/dialogue"
	"okno/internal/words"
)

// Channel is how a citizen gets a password.
type Channel string

// The channels.
const (
	SMS      Channel = "sms"
	Voice    Channel = "voice"    // the citizen calls, proves more than the number, and hears it
	Operator Channel = "operator" // no password: an operator asks questions
)

// Purpose is what a citizen confirms by a password: signing in to a portal, say. It belongs to a client. It is kept as JSON.
type Purpose struct {
	Client   string                       `json:"client"`
	Name     string                       `json:"name"`    // by which the client asks: "sign-in"
	Titles   map[dialogue.Language]string `json:"titles"`  // what the citizen reads
	Texts    map[dialogue.Language]string `json:"texts"`   // with {portal}, {purpose} and {code}, maybe {minutes}; none: the usual ones
	Origins  []string                     `json:"origins"` // hosts whose pages may fill the code in (WebOTP)
	Digits   int                          `json:"digits"`
	Life     time.Duration                `json:"life"`
	Tries    int                          `json:"tries"`    // of one code
	Channels []Channel                    `json:"channels"` // the first twice, then the next
	Language dialogue.Language            `json:"language"`
	Anyone   bool                         `json:"anyone"` // may also be sent to numbers that are bound to nobody: to bind them
	Day      int                          `json:"day"`    // passwords a day; 0: as many as the client may send
}

// The bounds. Six digits and ten minutes are NIST's (SP 800-63B-4 §3.1.3.2); more than ten digits nobody types.
const (
	LeastDigits, MostDigits = 6, 10
	LeastLife, MostLife     = time.Minute, 10 * time.Minute
	MostTries               = 10
)

// texts are what carries a code for a purpose without texts of its own.
var texts = map[dialogue.Language]string{
	dialogue.Kazakh:  "{portal}: {purpose}. Код {code}. Ешкімге айтпаңыз.",
	dialogue.Russian: "{portal}: {purpose}. Код {code}. Не сообщайте его.",
	dialogue.English: "{portal}: {purpose}. Code {code}. Do not tell it to anyone.",
}

// SignIn is the purpose that a client has from the beginning.
func SignIn(client string, origins ...string) Purpose {
	return Purpose{Client: client, Name: "sign-in", Origins: origins, Titles: map[dialogue.Language]string{
		dialogue.Kazakh: "кіру", dialogue.Russian: "вход", dialogue.English: "sign-in"}}.WithDefaults()
}

// WithDefaults is the purpose with what is usual for what it leaves out: six digits, five minutes, five tries, SMS and then the
// telephone and an operator.
func (p Purpose) WithDefaults() Purpose {
	p.Digits, p.Life, p.Tries = cmp.Or(p.Digits, LeastDigits), cmp.Or(p.Life, 5*time.Minute), cmp.Or(p.Tries, 5)
	p.Language = cmp.Or(p.Language, dialogue.Russian)
	if len(p.Channels) == 0 {
		p.Channels = []Channel{SMS, Voice, Operator}
	}
	if len(p.Texts) == 0 {
		p.Texts = texts
	}
	return p
}

var (
	purposeForm = regexp.MustCompile(`^[A-Za-z0-9.-]{1,32}$`)
	originForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$`)
	placeForm   = regexp.MustCompile(`\{[^}]*\}`)
)

// Check says everything that is wrong with a purpose of a portal: that its longest message takes more than one segment, for one,
// in any language, in its own letters and in Latin ones. An error names the purpose, and the language where it is about one.
func (p Purpose) Check(portal string, segments func(string) int) (problems []error) {
	complain := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("purpose %s: "+format, append([]any{p.Name}, args...)...))
	}
	if !purposeForm.MatchString(p.Name) {
		complain("its name is 1 to 32 letters, digits, dots and dashes")
	}
	if p.Digits < LeastDigits || p.Digits > MostDigits {
		complain("digits are %d to %d, not %d", LeastDigits, MostDigits, p.Digits)
	}
	if p.Life < LeastLife || p.Life > MostLife {
		complain("life is %v to %v, not %v", LeastLife, MostLife, p.Life)
	}
	if p.Tries < 1 || p.Tries > MostTries {
		complain("tries are 1 to %d, not %d", MostTries, p.Tries)
	}
	if p.Day < 0 {
		complain("day is less than nothing")
	}
	if !slices.Contains(dialogue.Languages, p.Language) {
		complain("language is one of %v, not %q", dialogue.Languages, p.Language)
	}
	seen := map[Channel]bool{}
	for _, c := range p.Channels {
		if c != SMS && c != Voice && c != Operator || seen[c] {
			complain("channels are sms, voice and operator, each once: %q", c)
		}
		seen[c] = true
	}
	if p.Channels[0] == Operator {
		complain("the first channel carries a password: sms or voice")
	}
	for _, o := range p.Origins {
		if !originForm.MatchString(o) {
			complain("origin %q is not the name of a host", o)
		}
	}
	for _, l := range dialogue.Languages {
		for _, problem := range p.checkText(l, portal, segments) {
			complain("language %s: %s", l, problem)
		}
	}
	return problems
}

func (p Purpose) checkText(l dialogue.Language, portal string, segments func(string) int) (problems []string) {
	if p.Titles[l] == "" {
		problems = append(problems, "its title is missing")
	}
	text := p.Texts[l]
	if text == "" {
		return append(problems, "its text is missing")
	}
	for _, place := range []string{"{code}", "{portal}", "{purpose}"} {
		if strings.Count(text, place) != 1 {
			problems = append(problems, "its text has "+place+" once: who asks for the code, and for what, is never left out")
		}
	}
	for _, place := range placeForm.FindAllString(text, -1) {
		if !slices.Contains([]string{"{code}", "{portal}", "{purpose}", "{minutes}"}, place) {
			problems = append(problems, "its text has "+place+", which stands for nothing")
		}
	}
	code := strings.Repeat("0", p.Digits)
	for _, origin := range append([]string{""}, p.Origins...) {
		message := p.Message(l, portal, code, origin)
		for _, form := range []string{message, words.Latin(string(l), message)} {
			if n := segments(form); n != 1 {
				problem := fmt.Sprintf("its message takes %d segments by SMS, and may take one (%d letters)", n, len([]rune(form)))
				if origin != "" {
					problem += " with the line for " + origin
				}
				problems = append(problems, problem)
				break
			}
		}
	}
	return problems
}

// Message writes what carries a code. For an origin its last line is exactly that by which a browser fills the code in, on that
// site only (WebOTP).
func (p Purpose) Message(l dialogue.Language, portal, code, origin string) string {
	text := strings.NewReplacer("{portal}", portal, "{purpose}", p.Titles[l], "{code}", code,
		"{minutes}", strconv.Itoa(int(p.Life.Minutes()))).Replace(p.Texts[l])
	if origin != "" {
		text += "\n\n@" + origin + " #" + code
	}
	return text
}

// channel is that of the nth password for the same thing: the first two go by the first channel, and then each channel has one;
// the last has the rest.
func (p Purpose) channel(nth int) Channel {
	if nth <= SendsByOneChannel {
		return p.Channels[0]
	}
	return p.Channels[min(nth-SendsByOneChannel, len(p.Channels)-1)]
}

// SendsByOneChannel is how many passwords go by the first channel: whoever asks for a third has not got two, so the next channel
// has its turn.
const SendsByOneChannel = 2
