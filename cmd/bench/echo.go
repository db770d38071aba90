package main

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// toAll is the message that a bare server sends on to all who are connected; any other it sends back.
const toAll = "all"

// bareServer is a WebSocket server that does nothing else, as gorilla's examples have it: a connection is a goroutine.
type bareServer struct {
	upgrader websocket.Upgrader

	mu    sync.Mutex
	conns map[*websocket.Conn]bool
}

// serveEcho runs a bare server at an address until ctx ends.
func serveEcho(ctx context.Context, address string) error {
	b := &bareServer{conns: map[*websocket.Conn]bool{}}
	server := &http.Server{Addr: address, Handler: b}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (b *bareServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := b.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer conn.Close()
	b.keep(conn, true)
	defer b.keep(conn, false)
	for {
		kind, message, err := conn.ReadMessage()
		switch {
		case err != nil:
			return
		case string(message) == toAll:
			err = b.tellAll()
		default:
			err = conn.WriteMessage(kind, message)
		}
		if err != nil {
			return
		}
	}
}

func (b *bareServer) keep(conn *websocket.Conn, is bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if delete(b.conns, conn); is {
		b.conns[conn] = true
	}
}

// tellAll writes to all. Nobody else writes meanwhile: the bench asks for one thing at a time.
func (b *bareServer) tellAll() error {
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, []byte(toAll))
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for conn := range b.conns {
		if err := conn.WritePreparedMessage(message); err != nil {
			return err
		}
	}
	return nil
}
