package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/client"
	"okno/internal/lockout"
)

// Clients keeps clients and their keys.
type Clients interface {
	// ClientByKey gives the client whose key has the hash, whether it may come in or not. client.ErrUnknown.
	ClientByKey(ctx context.Context, keyHash []byte) (client.Client, client.Key, error)
	// NoteUse notes when a key was used last.
	NoteUse(ctx context.Context, key int64, at time.Time) error
	// NoteRefused journals refused attempts: one row an episode.
	NoteRefused(ctx context.Context, actor, kind, subject string, times int, now time.Time, detail map[string]any) error
}

// Address gives the address of who sent a request; zero: nobody knows.
type Address func(*http.Request) netip.Addr

// PeerAddress is the address at the other end of the connection.
func PeerAddress(r *http.Request) netip.Addr {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return peer.Addr().Unmap()
	}
	addr, err := netip.ParseAddr(r.RemoteAddr) // behind our proxies it has no port
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}

// gate lets clients in. A wrong key, one that has expired, a client that is suspended, calls from elsewhere or without its
// certificate: the answer to all is the same, and the journal has the reason.
type gate struct {
	clients Clients
	address Address
	clock   func() time.Time
	log     zerolog.Logger

	mu      sync.Mutex
	used    map[int64]time.Time // when a key's use was noted last
	refused map[string]*refused // by subject
}

// refused are refusals that are not journalled yet.
type refused struct {
	times   int
	notedAt time.Time
}

// How often a key's use, and refusals of one subject, are written down; and of how many subjects a process keeps count: whoever comes
// from more addresses is one subject with all the others, so that nobody fills the journal.
const (
	useEvery     = time.Minute
	refusedEvery = 10 * time.Second
	mostRefused  = 1000
	manySubjects = "address:many"
)

func newGate(clients Clients, address Address, clock func() time.Time, log zerolog.Logger) *gate {
	return &gate{clients: clients, address: address, clock: clock, log: log, used: map[int64]time.Time{}, refused: map[string]*refused{}}
}

// admit gives the client that a request comes from, or errKey.
func (g *gate) admit(r *http.Request) (client.Client, error) {
	key, shown := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !shown {
		return client.Client{}, errKey // whoever shows nothing guesses nothing
	}
	p := client.Presented{KeyHash: client.Hash(key), Address: g.address(r)}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		p.Certificate = client.Fingerprint(r.TLS.PeerCertificates[0].Raw)
	}
	now := g.clock()
	c, k, err := g.clients.ClientByKey(r.Context(), p.KeyHash)
	if err == nil {
		err = client.Admit(c, k, p, now)
	} else if !errors.Is(err, client.ErrUnknown) {
		return c, err
	}
	if err != nil {
		g.refuse(r.Context(), c.Name, p.Address, err, now)
		return client.Client{}, errKey
	}
	g.noteUse(r.Context(), k, now)
	return c, nil
}

// noteUse writes down that a key is used, once a minute. It is of no consequence if that fails.
func (g *gate) noteUse(ctx context.Context, k client.Key, now time.Time) {
	g.mu.Lock()
	due := now.Sub(g.used[k.ID]) >= useEvery
	if due {
		g.used[k.ID] = now
	}
	g.mu.Unlock()
	if !due {
		return
	}
	if err := g.clients.NoteUse(ctx, k.ID, now.Truncate(time.Minute)); err != nil {
		g.log.Warn().Err(err).Int64("key", k.ID).Msg("use of a key not noted")
	}
}

// refuse counts a refusal, and has it journalled. Of an unknown key the address is what there is to know.
func (g *gate) refuse(ctx context.Context, name string, from netip.Addr, reason error, now time.Time) {
	subject := "client:" + name
	if name == "" {
		subject = "address:" + network(from)
	}
	subject, times := g.countRefused(subject, now)
	if times == 0 {
		return
	}
	g.log.Info().Str("subject", subject).Str("reason", reason.Error()).Int("times", times).Msg("client refused")
	detail := map[string]any{"reason": reason.Error(), "from": from.String()}
	if err := g.clients.NoteRefused(ctx, subject, "client.refuse", subject, times, now, detail); err != nil {
		g.log.Warn().Err(err).Str("subject", subject).Msg("refusal not journalled")
	}
}

// network is what an address belongs to: an IPv6 subscriber has a /64 of them.
func network(a netip.Addr) string {
	if a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}

// countRefused gives under which subject how many refusals are to be journalled now; 0: the last were a moment ago.
func (g *gate) countRefused(subject string, now time.Time) (counted string, times int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refused[subject] == nil && len(g.refused) >= mostRefused {
		maps.DeleteFunc(g.refused, func(_ string, r *refused) bool { return now.Sub(r.notedAt) >= lockout.Quiet })
		if len(g.refused) >= mostRefused {
			subject = manySubjects
		}
	}
	one := g.refused[subject]
	if one == nil {
		one = &refused{}
		g.refused[subject] = one
	}
	one.times++
	if now.Sub(one.notedAt) < refusedEvery {
		return subject, 0
	}
	times, one.times, one.notedAt = one.times, 0, now
	return subject, times
}
