package dialogue

import "time"

// Definition is a dialogue as its author wrote it: nodes, and texts in every language. It never changes once loaded.
type Definition struct {
	Name     string
	Version  string // hash of all its files
	Start    map[Channel]string
	Defaults Defaults
	Anywhere Anywhere
	Limits   map[string]int // the most segments that a text may take by SMS
	// Transliterate holds the texts that have a choice of their own, whatever the configuration says of their lane.
	Transliterate map[string]Transliteration
	Nodes         map[string]*Node
	Texts         *Texts

	vocabulary *Vocabulary
	lines      lines
	lexicon    lexicon
}

// Defaults hold for every menu and ask that does not say otherwise.
type Defaults struct {
	Tries   int    `yaml:"tries"`   // wrong or missing answers until Else
	Else    string `yaml:"else"`    // the node that helps whoever gets no further
	Wrong   string `yaml:"wrong"`   // said when an answer means nothing here
	Silence string `yaml:"silence"` // said when no answer came
	// Unreadable is said to a message that makes no sense in any script of the region, as octets do that an SMSC has coded in
	// another alphabet; "": it is taken for text. It is no strike.
	Unreadable string `yaml:"unreadable"`
	Item       string `yaml:"item"` // says one line of a list; parameters key and label
	More       string `yaml:"more"` // says that the list goes on; parameter key
	Spoken     Fixed  `yaml:"spoken"`
}

// Fixed names the texts that list what callers may say for the keys that mean the same everywhere, parted by commas; "": nothing.
type Fixed struct {
	Back   string `yaml:"back"`
	Repeat string `yaml:"repeat"`
	More   string `yaml:"more"` // of a list
}

// Anywhere is what works at every node that waits.
type Anywhere struct {
	Voice []Option `yaml:"voice"` // keys in menus, where the menu does not use them itself
	SMS   string   `yaml:"sms"`   // the node whose words are commands at any time
}

// Node is a place in the dialogue. Exactly one of Say (alone), Menu, Ask, Do, Queue, Call, Return and End is set.
type Node struct {
	Say      string            `yaml:"say"`
	With     map[string]string `yaml:"with"` // a parameter or input to "$slot" or a constant
	Menu     *Menu             `yaml:"menu"`
	Options  []Option          `yaml:"options"` // of a menu; of a queue: keys that lead out of the wait
	Ask      *Ask              `yaml:"ask"`
	Wrong    map[string]string `yaml:"wrong"` // for Ask: a reason for refusal to the text that explains it
	Do       string            `yaml:"do"`
	Write    string            `yaml:"write"` // for Do: the text that the action is to send
	Queue    *Queue            `yaml:"queue"`
	Call     string            `yaml:"call"`   // the first node of a part that comes back here by a Return: its name is the outcome
	Return   string            `yaml:"return"` // goes back to the node that called, with this outcome
	Outcomes map[string]Way    `yaml:"outcomes"`
	End      *End              `yaml:"end"`
	To       Route             `yaml:"to"`
}

// Route is where a node leads: one node for all channels, or one a channel.
type Route map[Channel]string

// Menu waits for one key, or on SMS for a word or a number.
type Menu struct {
	Say       string            `yaml:"say"`
	With      map[string]string `yaml:"with"`
	In        string            `yaml:"in"`       // "all": said once in every language
	Remember  string            `yaml:"remember"` // "language": passed over when the citizen's language is known
	Each      string            `yaml:"each"`     // "$slot" of a list to choose from
	Item      string            `yaml:"item"`     // says one line of that list; default that of defaults
	Into      string            `yaml:"into"`     // the slot for the chosen item's value
	Spoken    bool              `yaml:"spoken"`   // of a list: callers may say the numbers of its items
	Otherwise *Otherwise        `yaml:"otherwise"`
	Long      *Long             `yaml:"long"` // of the node anywhere.sms
	// Aside is said in place of the menu to whoever talks with an operator, and cannot choose here: a text with the same parameters.
	Aside string `yaml:"aside"`
	Tries int    `yaml:"tries"`
	Else  string `yaml:"else"`
}

// Otherwise takes a message that means nothing in a menu as an answer to be understood.
type Otherwise struct {
	Into string `yaml:"into"`
	To   string `yaml:"to"`
}

// Long takes a message that is too long to be a command or a question: a letter.
type Long struct {
	Letters int    `yaml:"letters"` // more than so many
	Into    string `yaml:"into"`    // the slot for its beginning
	To      string `yaml:"to"`
}

// What may follow a word so that the option is meant.
const (
	FollowsNothing = "nothing" // the word stands alone
	FollowsDigits  = "digits"  // with a number
	FollowsWords   = "words"   // anything but a mere number, or nothing
)

// Option is one way out of a menu.
type Option struct {
	Key     string            `yaml:"key"`
	Word    string            `yaml:"word"`    // the key of a text that lists words, parted by spaces
	Follows string            `yaml:"follows"` // what has to follow the word: nothing, digits, words; "": anything may
	Label   bool              `yaml:"label"`   // the word may stand before an answer that is asked for ("код 123456"), and is no command there
	Spoken  string            `yaml:"spoken"`  // the key of a text that lists what callers may say for the key, parted by commas
	Looks   string            `yaml:"looks"`   // a kind of entry: a message that is one chooses this option
	Answer  bool              `yaml:"answer"`  // the rest of the message answers the ask that follows
	As      string            `yaml:"as"`      // "$slot": the choice counts as a message of that text, at the menu To
	Set     map[string]string `yaml:"set"`
	When    *When             `yaml:"when"`
	Aside   bool              `yaml:"aside"` // of the node anywhere.sms: the word is a command in a thread with an operator, too
	To      string            `yaml:"to"`
}

// When limits an option to a channel.
type When struct {
	Channel Channel `yaml:"channel"`
}

// Ask waits for an entry.
type Ask struct {
	Say    string             `yaml:"say"`
	With   map[string]string  `yaml:"with"`
	Expect map[Channel]string `yaml:"expect"` // a kind of entry, by channel
	Into   string             `yaml:"into"`
	Spoken bool               `yaml:"spoken"` // callers may say the digits
	Tries  int                `yaml:"tries"`
	Else   string             `yaml:"else"`
}

// Queue hands the citizen to the operators.
type Queue struct {
	Name   string            `yaml:"name"`
	Say    string            `yaml:"say"`    // said to whoever has joined it
	Reason string            `yaml:"reason"` // the key of a text, or "$slot" of one: why, for the operator
	With   map[string]string `yaml:"with"`   // what the operator is to know
	Wait   *Wait             `yaml:"wait"`   // what a caller hears while waiting; nil: music alone
	Later  bool              `yaml:"later"`  // whoever comes when the hours of the queue are over waits for it to open
}

// Wait is what a caller hears while waiting, by the rules of the queue when. How the wait stands is told with Place and, where it is known, one
// of Within and Between; a caller for whom nothing has changed hears Same.
type Wait struct {
	Place   string `yaml:"place"`   // parameter place
	Within  string `yaml:"within"`  // parameter to
	Between string `yaml:"between"` // parameters from, in minutes, and to
	Same    string `yaml:"same"`
	Keys    string `yaml:"keys"` // the options, behind the place
	News    string `yaml:"news"` // says an announcement that was switched on meanwhile; parameter text
	Back    string `yaml:"back"` // said first to a citizen who is called back
	// Outgoing is said first to a citizen whom an agent calls.
	Outgoing string `yaml:"outgoing"`
	// Recorded is said behind either where talks of the queue are recorded and that is announced. Where there is none, the talks of those who are called
	// are not recorded.
	Recorded string `yaml:"recorded"`
	// Ask is the menu that asks a citizen who is called whether the talk may be recorded, where the queue wants that to be asked. It leads back to the
	// queue. Where there is none, the talk is not recorded.
	Ask string `yaml:"ask"`
}

// End says goodbye.
type End struct {
	Say  string            `yaml:"say"`
	With map[string]string `yaml:"with"`
}

// Way is where an outcome leads: on to a node, or back to an ask with a strike against it.
type Way struct {
	To    string
	Retry string // the ask or menu that is tried again
	Say   string // said before it is
}

// QueueAction is the effect of a queue node; its outcomes are QueueOutcomes.
const QueueAction = "queue"

// QueueOutcomes are the ways out of a queue: an operator has served the citizen, the queue is closed, it takes
// nobody more (or nobody more from this number), nobody came.
var QueueOutcomes = []string{"served", queueClosed, "busy", "nobody"}

// QueueAfterHours is the outcome of a queue whose hours are over: opens (a phrase), day and time say when it opens. A queue's node without a way
// for it goes on as for one that is closed.
const (
	QueueAfterHours = "after_hours"
	queueClosed     = "closed"
)

// RecordMessage and HearMessage are the effects that the voice channel carries out itself: what the caller says is recorded, and heard again.
const (
	RecordMessage = "message.record"
	HearMessage   = "message.hear"
)

// QueueLater is the input of a queue that says that the citizen waits for it to open.
const QueueLater = "later"

// QueueJoined is the first outcome of a queue that takes the citizen: the wait begins.
const QueueJoined = "joined"

// The keys of a phone that mean the same everywhere, and the patience of a listener. Six seconds is the usual first
// time-out of phone menus, four the pause within which people key the next digit of a number that they read.
const (
	KeyBack   = "*"
	KeyRepeat = "9"
	KeyEnd    = "#"
	KeyMore   = "8"

	menuTimeout  = 6 * time.Second
	askTimeout   = 9 * time.Second
	interDigit   = 4 * time.Second
	voicePage    = 7 // items of a list, before KeyMore
	smsPage      = 5
	smsLabel     = 48 // runes of an item's label by SMS
	ussdLabel    = 32 // two of them to a page
	mostSlotText = 500
	mostLetter   = 10_000 // of a long message: cases.MostBody
)

// kind names what a node is, or "" if it is nothing or several things at once.
func (n *Node) kind() string {
	var kinds []string
	for name, set := range map[string]bool{
		"say": n.Say != "", "menu": n.Menu != nil, "ask": n.Ask != nil, "do": n.Do != "", "queue": n.Queue != nil, "end": n.End != nil,
		"call": n.Call != "", "return": n.Return != "",
	} {
		if set {
			kinds = append(kinds, name)
		}
	}
	if len(kinds) != 1 {
		return ""
	}
	return kinds[0]
}

func (d *Definition) tries(n *Node) (tries int, otherwise string) {
	tries, otherwise = d.Defaults.Tries, d.Defaults.Else
	own := func(t int, e string) {
		if t != 0 {
			tries = t
		}
		if e != "" {
			otherwise = e
		}
	}
	if n.Menu != nil {
		own(n.Menu.Tries, n.Menu.Else)
	}
	if n.Ask != nil {
		own(n.Ask.Tries, n.Ask.Else)
	}
	return tries, otherwise
}
