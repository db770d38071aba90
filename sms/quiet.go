package sms

import (
	"fmt"
	"time"
	_ "time/tzdata" // zones are known on a machine that has none
)

// Quiet are the hours of the day when notices wait; nothing else does. The zero value has none.
type Quiet struct {
	From string `yaml:"from"` // "21:00"
	To   string `yaml:"to"`   // "09:00", of the next day where it is before From
	Zone string `yaml:"zone"` // "Asia/Almaty"
}

// hours are quiet hours: minutes of a day in a zone, from included and to not.
type hours struct {
	from, to int // alike: none
	zone     *time.Location
}

func (q Quiet) hours() (h hours, err error) {
	if q == (Quiet{}) {
		return h, nil
	}
	if h.from, err = minuteOf(q.From); err == nil {
		h.to, err = minuteOf(q.To)
	}
	switch {
	case err != nil:
		return h, err
	case h.from == h.to:
		return h, fmt.Errorf("sms: quiet from %s to %s is the whole day or none of it", q.From, q.To)
	case q.Zone == "":
		return h, fmt.Errorf("sms: quiet needs a zone, like Asia/Almaty")
	}
	if h.zone, err = time.LoadLocation(q.Zone); err != nil {
		return h, fmt.Errorf("sms: quiet zone %q is not known", q.Zone)
	}
	return h, nil
}

func minuteOf(clock string) (int, error) {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return 0, fmt.Errorf("sms: quiet %q is no time like 21:00", clock)
	}
	return at.Hour()*60 + at.Minute(), nil
}

func (h hours) contains(t time.Time) bool {
	if h.zone == nil {
		return false
	}
	local := t.In(h.zone)
	minute := local.Hour()*60 + local.Minute()
	if h.from < h.to {
		return h.from <= minute && minute < h.to
	}
	return h.from <= minute || minute < h.to
}
