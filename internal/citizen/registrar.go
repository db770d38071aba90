package citizen

import (
	"time"

	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/phone"
)

// Texts writes what is told of bindings.
type Texts interface {
	// BoundText tells a citizen's number that another is the citizen's now; number is masked.
	BoundText(l dialogue.Language, number string) string
	// UnboundText tells a number that it is its citizen's no more; number is masked.
	UnboundText(l dialogue.Language, number string) string
}

// Registrar tells of bindings. A citizen whose number is bound or taken off by somebody else learns of it by SMS, also after STOP.
type Registrar struct {
	texts    Texts
	segments func(string) int
	clock    func() time.Time
}

// NewRegistrar takes its parts.
func NewRegistrar(texts Texts, segments func(string) int, clock func() time.Time) *Registrar {
	return &Registrar{texts, segments, clock}
}

// TellBound gives the messages about a number that was bound. A nil Registrar tells nobody.
func (g *Registrar) TellBound(b Bound) (mts []message.MT) {
	if g == nil || !b.New {
		return nil
	}
	for _, old := range b.Others {
		mts = append(mts, g.message(old, g.texts.BoundText(language(old), phone.Mask(b.Number.Number))))
	}
	if b.Was != 0 {
		for _, old := range append(b.Theirs, Reach{Number: b.Number.Number, Language: b.Number.Language}) {
			mts = append(mts, g.message(old, g.texts.UnboundText(language(old), phone.Mask(b.Number.Number))))
		}
	}
	return mts
}

// TellUnbound gives the messages about a number that was taken off.
func (g *Registrar) TellUnbound(old Reach) []message.MT {
	if g == nil {
		return nil
	}
	return []message.MT{g.message(old, g.texts.UnboundText(language(old), phone.Mask(old.Number)))}
}

func language(r Reach) dialogue.Language {
	if r.Language == "" {
		return dialogue.Russian
	}
	return dialogue.Language(r.Language)
}

func (g *Registrar) message(to Reach, text string) message.MT {
	return message.MT{Lane: message.Reply, Destination: to.Number, Text: text, Segments: g.segments(text), ExpiresAt: g.clock().Add(message.ReplyLifetime)}
}
