package sms

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/message"
)

// A commit that is under way as the channel ends is no failure: it is neither broken off nor logged.
func TestLedgerEndsWhatItHasBegun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var log bytes.Buffer
	r.options.Log = zerolog.New(&log)
	channel, err := New(r.options)
	require.NoError(t, err)
	begun, let := make(chan struct{}), make(chan struct{})
	hold := func(message.Ledger) error { begun <- struct{}{}; <-let; return nil }
	r.store.before.Store(&hold)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); channel.settled.run(ctx, channel.settled.sweep) }()
	kept := make(chan error, 1)
	channel.settled.Offer(entry{poison: &message.Poison{Link: "a", Raw: []byte{1}, At: time.Now()}, done: func(err error) { kept <- err }})
	<-begun
	cancel()
	close(let)
	require.NoError(t, <-kept)
	<-ended
	require.Empty(t, log.String())
}
