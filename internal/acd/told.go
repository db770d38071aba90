package acd

import "time"

// StandOfWait is how the wait of a contact stands.
type StandOfWait struct {
	Now       time.Time // the store's
	ToldAt    time.Time // when the caller was told last; zero: never
	ToldPlace int
	Place     int    // 1 is the next
	Takes     []Take // the queue's history, within [TakesWithin]
}

// Telling is what a caller who waits is to be told.
type Telling struct {
	Due   bool
	Place int  // 0: nothing has changed since the last time
	Wait  Span // zero: it is not known
	Next  time.Duration
}

// Tell gives what a caller is told now, and how long it is until the next time; 0: never. asked means that the caller asks for it.
func (r Rules) Tell(s StandOfWait, asked bool) Telling {
	since := s.Now.Sub(s.ToldAt)
	switch {
	case asked:
	case r.Announce == 0:
		return Telling{}
	case since < r.Announce:
		return Telling{Next: r.Announce - since}
	}
	t := Telling{Due: true, Next: r.Announce}
	if s.Place != s.ToldPlace || asked {
		t.Place = s.Place
		t.Wait, _ = ExpectedWait(s.Takes, s.Place, s.Now)
	}
	return t
}
