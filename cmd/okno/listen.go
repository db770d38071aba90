package main

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"

	"okno/internal/edge"
)

// listen takes the ports; internal is nil where there is none.
func (n *node) listen() (public, internal net.Listener, err error) {
	c := n.config.HTTP
	if public, err = c.Open("http", n.config.edge(n.log).Proxies, n.log); err != nil {
		return nil, nil, err
	}
	if c.Internal.Listen == "" {
		return public, nil, nil
	}
	if internal, err = c.Internal.Open("http.internal", nil, n.log); err != nil {
		return nil, nil, errors.Join(err, public.Close())
	}
	return public, internal, nil
}

// front serves health from the first moment, and everything else once it is there. Strangers hear which part is not ready, and not why.
func (n *node) front() http.Handler {
	front := http.NewServeMux()
	front.HandleFunc("GET /healthz", n.checks.Alive)
	front.HandleFunc("GET /readyz", n.checks.Ready)
	front.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		routes := n.routes.Load()
		if routes == nil {
			edge.Fail(w, edge.Problem{Status: http.StatusServiceUnavailable, Code: "starting", Detail: "Okno is starting"})
			return
		}
		routes.ServeHTTP(w, r)
	})
	return edge.Protect(front, n.config.edge(n.log))
}

// inside serves what only the machine and its watchers may see.
func (n *node) inside() http.Handler {
	n.internal.HandleFunc("GET /healthz", n.checks.Alive)
	n.internal.HandleFunc("GET /readyz", n.checks.Reasons)
	n.internal.Handle("GET /metrics", promhttp.HandlerFor(n.registry, promhttp.HandlerOpts{}))
	return edge.Protect(n.internal, edge.Options{Log: n.log})
}

// serveHTTP serves a handler until its component is stopped.
func serveHTTP(listener net.Listener, handler http.Handler, log zerolog.Logger) func(context.Context) error {
	server := edge.NewServer(handler, log)
	return func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() {
			// Sockets that were taken over, the desks' among them, are their owners' to close.
			bounded, cancel := context.WithTimeout(context.Background(), stopBudget/2)
			defer cancel()
			_ = server.Shutdown(bounded)
		})
		defer stop()
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}

// writable says whether the database takes this node's writes. While nobody has migrated it, there is nothing to write into.
func (n *node) writable(ctx context.Context) error {
	if n.routes.Load() == nil {
		return n.db.Ready(ctx)
	}
	return n.db.Writable(ctx, nodeName(n.config))
}
