// Package health tells whoever watches a node how it is: alive, and ready for what it is there for.
package health

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Check says why a part is not ready, or nil.
type Check func(ctx context.Context) error

// Checks are the parts of a node, by name.
type Checks struct {
	mu       sync.Mutex
	checks   map[string]Check
	told     map[string]Check
	draining bool
}

// Add adds a part.
func (c *Checks) Add(name string, check Check) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.checks == nil {
		c.checks = map[string]Check{}
	}
	c.checks[name] = check
}

// Tell adds a part that is told of, and without which the node is ready: what needs it answers so by itself.
func (c *Checks) Tell(name string, check Check) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told == nil {
		c.told = map[string]Check{}
	}
	c.told[name] = check
}

// Drain makes the node not ready from now on: it ends what it has begun, and wants nothing new.
func (c *Checks) Drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
}

// Alive answers /healthz: the process runs.
func (c *Checks) Alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// toldWithin bounds the check of a part that is only told of.
const toldWithin = time.Second

// Reasons answers /readyz to whoever looks after the node: 200 when every part is ready that the node needs, else 503, with what each part waits
// for.
func (c *Checks) Reasons(w http.ResponseWriter, r *http.Request) {
	c.answer(w, r, func(err error) string { return err.Error() })
}

// Ready answers /readyz to anybody: which parts are not ready, and not why. Reasons hold addresses and names.
func (c *Checks) Ready(w http.ResponseWriter, r *http.Request) {
	c.answer(w, r, func(error) string { return "not ready" })
}

func (c *Checks) answer(w http.ResponseWriter, r *http.Request, say func(error) string) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	c.mu.Lock()
	checks, told, draining := maps.Clone(c.checks), maps.Clone(c.told), c.draining
	c.mu.Unlock()
	parts := map[string]string{}
	ready := !draining
	if draining {
		parts["node"] = "draining"
	}
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		parts[name] = "ready"
		if err := checks[name](ctx); err != nil {
			parts[name], ready = say(err), false
		}
	}
	for name, check := range told { // last: the others have their time
		ctx, cancel := context.WithTimeout(ctx, toldWithin)
		parts[name] = "ready"
		if err := check(ctx); err != nil {
			parts[name] = say(err)
		}
		cancel()
	}
	if c.grew(len(checks)) { // a part was added while those before it were asked: the node has not started yet
		parts["node"], ready = "starting", false
	}
	w.Header().Set("Content-Type", "application/json")
	if !ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": ready, "parts": parts})
}

// grew says whether there are more parts than before.
func (c *Checks) grew(before int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.checks) > before
}
