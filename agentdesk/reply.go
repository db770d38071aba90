package agentdesk

import (
	"errors"
	"fmt"

	"okno/internal/money"
)

// Replies are the limits of what an agent writes by SMS.
type Replies struct {
	// Most is the longest reply, in segments. A citizen's phone joins no more than 255, and what is beyond is lost.
	Most int `yaml:"most"`
	// Many is from how many segments on the page warns.
	Many int `yaml:"many"`
	// Price is that of a segment, "9.50 KZT", for the agent to see; nil: nobody is told.
	Price *money.Amount `yaml:"price"`
}

// DefaultReplies allow some 2,000 letters in Cyrillic, and warn of more than three segments.
var DefaultReplies = Replies{Most: 30, Many: 4}

// mostSegments is what the concatenation of an SMS can count to.
const mostSegments = 255

// Check says what is wrong with the settings.
func (r Replies) Check() error {
	switch {
	case r.Most < 1 || r.Most > mostSegments:
		return fmt.Errorf("most: 1 to %d segments", mostSegments)
	case r.Many < 1 || r.Many > r.Most:
		return errors.New("many: 1 to most")
	}
	return nil
}

// size is what an agent sees of a text while writing it.
func (d *Desk) size(text string) object {
	segments := d.Segments(text)
	shown := object{"segments": segments, "most": d.Replies.Most, "many": d.Replies.Many}
	if d.Replies.Price != nil {
		if cost, ok := d.Replies.Price.Times(segments); ok {
			shown["cost"] = cost
		}
	}
	return shown
}
