package ivrtest

import (
	"net/http"
	"testing"
	"time"
)

// Ringing is a telephone that rings until it is picked up.
type Ringing struct {
	phones    *Phones
	extension string
	rings     chan struct{}
	pickUp    chan struct{}
}

// LetRing has the next call for an extension ring until it is picked up. The calls after it are answered at once again.
func (p *Phones) LetRing(extension string) *Ringing {
	r := &Ringing{phones: p, extension: extension, rings: make(chan struct{}), pickUp: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rings[extension] = r
	return r
}

// Awaits waits until the telephone rings.
func (r *Ringing) Awaits(t *testing.T, within time.Duration) {
	t.Helper()
	wait(t, r.rings, within, "the phone %s does not ring", r.extension)
}

// PickUp answers, and returns the phone once it can hear and speak.
func (r *Ringing) PickUp(t *testing.T) *Phone {
	t.Helper()
	close(r.pickUp)
	return r.phones.Rings(t, r.extension, 10*time.Second)
}

// pickedUp says whether an incoming call is to be answered, and waits for that where the telephone is to ring first.
func (p *Phones) pickedUp(extension string, phone *Phone) bool {
	p.mu.Lock()
	r := p.rings[extension]
	delete(p.rings, extension)
	p.mu.Unlock()
	if r == nil {
		return true
	}
	_, _ = p.ask(http.MethodPost, "/channels/"+phone.id+"/ring", nil)
	close(r.rings)
	select {
	case <-r.pickUp:
		return true
	case <-phone.over:
	case <-p.stopped:
	}
	return false
}
