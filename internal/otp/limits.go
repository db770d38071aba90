package otp

import (
	"slices"
	"time"

	"okno/internal/lockout"
)

// The limits for a number. Three sends in ten minutes and ten a day are what large verification services allow.
const (
	SendsWindow   = 10 * time.Minute
	SendsInWindow = 3
	SendsADay     = 10
)

// again is how long after the nth password the next may be sent.
var again = []time.Duration{30 * time.Second, 60 * time.Second, 120 * time.Second}

// chain is how long passwords for the same thing are counted as sent one after the other.
const chain = 30 * time.Minute

// Limits are those of the whole installation, the same on all nodes. They are counted by the day, in UTC, over all nodes; as many
// as are being sent at the same moment may come on top.
type Limits struct {
	Prefixes  []string // to which passwords are sent at all, "+77"
	PrefixDay int      // passwords a day to the numbers of one prefix of four digits; 0: no limit
	Day       int      // passwords a day in all; 0: no limit
}

// DefaultLimits are for a region of the size of Kazakhstan.
var DefaultLimits = Limits{Prefixes: []string{"+77"}, PrefixDay: 500_000, Day: 2_000_000}

// Prefix is that by which a number is counted: country and operator, "+7701".
func Prefix(number string) string { return number[:min(len(number), len("+7701"))] }

// Scope is something whose passwords are counted by the day.
type Scope string

// The scopes.
const scopeAll Scope = "all"

func scopeClient(client string) Scope        { return Scope("client:" + client) }
func scopePurpose(client, name string) Scope { return Scope("purpose:" + client + "/" + name) }
func scopePrefix(prefix string) Scope        { return Scope("prefix:" + prefix) }

// scopes are all that a password counts in.
func scopes(client, purpose, number string) []Scope {
	return []Scope{scopeAll, scopeClient(client), scopePurpose(client, purpose), scopePrefix(Prefix(number))}
}

// Earlier is a password that was sent to the same number before.
type Earlier struct {
	PublicID  string
	Client    string
	Purpose   string
	State     State
	Nth       int
	CreatedAt time.Time
}

// Standing is what stands when a password is to be sent.
type Standing struct {
	Portal  string // the client's title
	Purpose Purpose
	Found   bool // the purpose is there
	Budget  int  // of the client, passwords a day; 0: no limit

	CitizenID int64 // 0: the number is bound to nobody
	Language  string
	Earlier   []Earlier // to the number within a day, the newest first
	Used      map[Scope]int
	HeldUntil time.Time // passwords of the client to the prefix are held
	Attempts  lockout.Book
}

// last is the newest password for the same thing, if it still counts as one after the other.
func (s Standing) last(client, purpose string, now time.Time) (Earlier, bool) {
	i := slices.IndexFunc(s.Earlier, func(e Earlier) bool { return e.Client == client && e.Purpose == purpose })
	if i < 0 {
		return Earlier{}, false
	}
	e := s.Earlier[i]
	return e, e.State != Verified && now.Sub(e.CreatedAt) < chain
}

// check says whether a password may be sent. Nothing in it depends on whether the number is bound, so that no refusal tells.
func (l Limits) check(r Request, s Standing, now time.Time) error {
	if until, blocked := s.Attempts.Blocked(now); blocked {
		return &Refusal{Err: ErrBlocked, RetryAt: until, Ways: lockout.Others(lockout.OTP)}
	}
	if now.Before(s.HeldUntil) {
		return &Refusal{Err: ErrHeld, RetryAt: s.HeldUntil}
	}
	if e, ok := s.last(r.Client, r.Purpose, now); ok {
		if at := e.CreatedAt.Add(again[min(e.Nth, len(again))-1]); now.Before(at) {
			return &Refusal{Err: ErrTooSoon, RetryAt: at}
		}
	}
	for _, limit := range []struct {
		window time.Duration
		sends  int
	}{{SendsWindow, SendsInWindow}, {24 * time.Hour, SendsADay}} {
		if len(s.Earlier) >= limit.sends {
			if at := s.Earlier[limit.sends-1].CreatedAt.Add(limit.window); now.Before(at) {
				return &Refusal{Err: ErrTooMany, RetryAt: at, Ways: lockout.Others(lockout.OTP)}
			}
		}
	}
	tomorrow := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	for _, limit := range []struct {
		scope Scope
		most  int
	}{
		{scopeAll, l.Day}, {scopePrefix(Prefix(r.Number)), l.PrefixDay},
		{scopeClient(r.Client), s.Budget}, {scopePurpose(r.Client, r.Purpose), s.Purpose.Day},
	} {
		if limit.most > 0 && s.Used[limit.scope] >= limit.most {
			return &Refusal{Err: ErrBudget, RetryAt: tomorrow}
		}
	}
	return nil
}
