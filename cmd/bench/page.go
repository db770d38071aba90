package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// page is a page's end of a WebSocket, as light as it can be: ten thousand of them share the machine with what they measure.
type page struct {
	socket *websocket.Conn
	ended  chan struct{} // closed when the socket is
	offers atomic.Int64  // how many the newest desk has

	mu     sync.Mutex // of what follows
	await  string     // a part of the message that is waited for; "": nothing is
	heard  time.Time  // when it came
	waiter *sync.WaitGroup
}

// light keeps no buffers where nothing is being written.
var light = websocket.Dialer{ReadBufferSize: 512, WriteBufferSize: 512, WriteBufferPool: &sync.Pool{}, HandshakeTimeout: 30 * time.Second}

// openPage connects to a server (host:port and path), says the first words, and waits for an answer with a part. It reads until it is closed.
func openPage(ctx context.Context, url, cookie, first, part string) (*page, error) {
	socket, _, err := light.DialContext(ctx, "ws://"+url, http.Header{"Cookie": {cookie}})
	if err != nil {
		return nil, err
	}
	p := &page{socket: socket, ended: make(chan struct{})}
	heard := pages{p}.expect(part)
	go p.read()
	if err := p.say(first); err != nil {
		return p, err
	}
	return p, within(ctx, time.Minute, heard)
}

func (p *page) say(message string) error {
	return p.socket.WriteMessage(websocket.TextMessage, []byte(message))
}

var offered = []byte(`"state":"offered"`)

func (p *page) read() {
	defer close(p.ended)
	defer p.socket.Close()
	for {
		_, message, err := p.socket.ReadMessage()
		if err != nil {
			return
		}
		now := time.Now()
		if bytes.Contains(message, []byte(`"type":"snapshot"`)) {
			p.offers.Store(int64(bytes.Count(message, offered)))
		}
		p.mu.Lock()
		if p.await != "" && bytes.Contains(message, []byte(p.await)) {
			p.await, p.heard = "", now
			p.waiter.Done()
		}
		p.mu.Unlock()
	}
}

// close ends the socket, and waits until it is read no more.
func (p *page) close() {
	_ = p.socket.Close()
	<-p.ended
}

// pages are many.
type pages []*page

// connect opens pages, so many at once.
func connect(ctx context.Context, n, abreast int, open func(ctx context.Context, i int) (*page, error)) (pages, error) {
	opened := make(pages, n)
	var next atomic.Int64
	err := together(abreast, func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= n || ctx.Err() != nil {
				return ctx.Err()
			}
			var err error
			if opened[i], err = open(ctx, i); err != nil {
				return fmt.Errorf("page %d: %w", i, err)
			}
		}
	})
	return opened, err
}

// together does something several times at once.
func together(times int, do func() error) error {
	var all sync.WaitGroup
	failed := make([]error, times)
	for i := range times {
		all.Go(func() { failed[i] = do() })
	}
	all.Wait()
	return errors.Join(failed...)
}

// expect has each page wait for a message with a part, and returns what waits until all have heard it.
func (all pages) expect(part string) (heard func(ctx context.Context) error) {
	var waiter sync.WaitGroup
	waiter.Add(len(all))
	for _, p := range all {
		p.mu.Lock()
		p.await, p.waiter = part, &waiter
		p.mu.Unlock()
	}
	return func(ctx context.Context) error {
		done := make(chan struct{})
		go func() { waiter.Wait(); close(done) }()
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			missing := 0
			for _, p := range all {
				p.mu.Lock()
				if p.await != "" {
					missing++
				}
				p.mu.Unlock()
			}
			return fmt.Errorf("%d of %d pages have not heard %s: %w", missing, len(all), part, ctx.Err())
		}
	}
}

// took gives how long after a time each page heard what it waited for.
func (all pages) took(since time.Time) []time.Duration {
	found := make([]time.Duration, len(all))
	for i, p := range all {
		p.mu.Lock()
		found[i] = p.heard.Sub(since)
		p.mu.Unlock()
	}
	return found
}

func (all pages) close() {
	for _, p := range all {
		if p != nil {
			p.close()
		}
	}
}
