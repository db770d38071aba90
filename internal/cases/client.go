package cases

import "time"

// ClientPage asks for cases that a client opened, the one that changed longest ago first.
type ClientPage struct {
	Client       string
	UpdatedSince time.Time // zero: all
	AfterID      int64     // of the last case of the page before, which changed at UpdatedSince; 0: there is none
	Kind         Kind      // "": any
	Services     []string  // none: any
	OpenedFrom   time.Time // zero: any
	OpenedUntil  time.Time // zero: any
	Settled      *bool     // nil: any
	Limit        int
}
