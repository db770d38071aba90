package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/sony/gobreaker/v2"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"okno/internal/job"
)

// Deliverer tells agencies what becomes of their cases, by signed webhooks. A slow or broken agency holds up no other: each has one
// delivery at a time on a node, a time limit, and a circuit breaker.
type Deliverer struct {
	// Tried hears of each attempt, and whether it was taken; it may be nil.
	Tried func(whom string, taken bool)

	store  DeliveryStore
	client *http.Client
	clock  func() time.Time
	log    zerolog.Logger

	mu       sync.Mutex
	agencies map[string]*line
}

// line is what a node knows of an agency's endpoint.
type line struct {
	busy    chan struct{} // holds one
	breaker *gobreaker.CircuitBreaker[struct{}]
}

// The limits of an attempt. Five failures in a row open the breaker; after half a minute one attempt tries whether the agency is back.
const (
	answerWithin = 10 * time.Second
	mostAnswer   = 64 << 10
	breaksAfter  = 5
	breaksFor    = 30 * time.Second
)

// NewDeliverer takes its parts. transport is nil for the usual one.
func NewDeliverer(store DeliveryStore, transport http.RoundTripper, clock func() time.Time, log zerolog.Logger) *Deliverer {
	client := &http.Client{Transport: transport, Timeout: answerWithin,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // what was signed for one host goes to no other
	return &Deliverer{store: store, client: client, clock: clock, log: log, agencies: map[string]*line{}}
}

func (d *Deliverer) line(agency string) *line {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.agencies[agency]
	if l == nil {
		l = &line{busy: make(chan struct{}, 1), breaker: gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{Name: agency, Timeout: breaksFor,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breaksAfter }})}
		d.agencies[agency] = l
	}
	return l
}

// Deliver does the job of one delivery. It is done when the agency took it or when it was given up; else it goes on later.
func (d *Deliverer) Deliver(ctx context.Context, args job.DeliverToAgency) error {
	return d.make(ctx, args.Delivery)
}

// DeliverToClient does the job of one delivery to a client of the API: a deliverer of these has a store of its own.
func (d *Deliverer) DeliverToClient(ctx context.Context, args job.DeliverToClient) error {
	return d.make(ctx, args.Delivery)
}

func (d *Deliverer) make(ctx context.Context, id int64) error {
	delivery, err := d.store.DeliveryToMake(ctx, id)
	switch {
	case errors.Is(err, ErrNoDelivery):
		return nil
	case err != nil:
		return err
	case delivery.Endpoint != nil && delivery.Endpoint.Files:
		return nil // [Files] writes it
	case delivery.Earlier:
		return job.Later(2 * time.Second)
	case delivery.Body == nil:
		return d.store.NoteAttempt(ctx, delivery.ID, Attempt{Problem: keyDestroyed, Dead: true}, d.clock())
	case delivery.Endpoint == nil || delivery.Endpoint.Paused:
		return d.failed(ctx, delivery, Attempt{Problem: endpointProblem(delivery.Endpoint)})
	}
	l := d.line(delivery.Agency)
	select {
	case l.busy <- struct{}{}:
		defer func() { <-l.busy }()
	default:
		return job.Later(time.Second)
	}
	var attempt Attempt
	_, err = l.breaker.Execute(func() (struct{}, error) {
		var err error
		attempt, err = d.try(ctx, delivery)
		return struct{}{}, err
	})
	switch {
	case errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests):
		return job.Later(breaksFor)
	case ctx.Err() != nil:
		return ctx.Err() // the node ends: nothing is known of the attempt
	case d.Tried != nil:
		d.Tried(delivery.Agency, err == nil)
	}
	if err != nil {
		attempt.Problem = asProblem(err)
		return d.failed(ctx, delivery, attempt)
	}
	return d.store.NoteAttempt(ctx, delivery.ID, attempt, d.clock())
}

func endpointProblem(e *Endpoint) Problem {
	if e == nil {
		return noEndpoint
	}
	return paused
}

// failed keeps a failed attempt, and says when the next comes.
func (d *Deliverer) failed(ctx context.Context, delivery Delivery, attempt Attempt) error {
	attempt.Dead = d.clock().Sub(delivery.CreatedAt) > Patience
	if err := d.store.NoteAttempt(ctx, delivery.ID, attempt, d.clock()); err != nil {
		return err
	}
	if attempt.Dead {
		d.log.Error().Str("agency", delivery.Agency).Int64("delivery", delivery.ID).Str("problem", attempt.Problem.Error()).Msg("delivery given up")
		return nil
	}
	return job.Later(Pause(delivery.Attempts + 1))
}

// try makes one attempt.
func (d *Deliverer) try(ctx context.Context, delivery Delivery) (a Attempt, err error) {
	a.SignedAt = d.clock()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, delivery.Endpoint.URL, bytes.NewReader(delivery.Body))
	if err != nil {
		return a, badURL
	}
	if a.Signature, err = Sign(*delivery.Endpoint, delivery.MessageID(), a.SignedAt, delivery.Body); err != nil {
		return a, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Okno")
	request.Header.Set(webhooks.HeaderWebhookID, delivery.MessageID())
	request.Header.Set(webhooks.HeaderWebhookTimestamp, fmt.Sprint(a.SignedAt.Unix()))
	request.Header.Set(webhooks.HeaderWebhookSignature, a.Signature)
	began := time.Now()
	response, err := d.client.Do(request)
	a.Took = time.Since(began)
	if err != nil {
		return a, reach(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, mostAnswer)) // whatever it says, the status counts
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return a, badStatus(response.StatusCode)
	}
	return a, nil
}

// reach says why an agency was not reached, without the address, which may hold a secret.
func reach(err error) Problem {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return noAnswer(answerWithin)
	case strings.Contains(err.Error(), "certificate"):
		return badCert
	}
	return unreached
}

// Verify says whether a request was signed by a secret of an endpoint, and not long ago.
func Verify(secret string, body []byte, header http.Header) error {
	webhook, err := webhooks.NewWebhook(secret)
	if err != nil {
		return badSecret
	}
	return webhook.Verify(body, header)
}

// Sign signs a body by all secrets of an endpoint, as Standard Webhooks has it.
func Sign(e Endpoint, id string, at time.Time, body []byte) (string, error) {
	signatures := make([]string, 0, len(e.Secrets))
	for _, secret := range e.Secrets {
		webhook, err := webhooks.NewWebhook(secret)
		if err != nil {
			return "", badSecret
		}
		signature, err := webhook.Sign(id, at, body)
		if err != nil {
			return "", err
		}
		signatures = append(signatures, signature)
	}
	return strings.Join(signatures, " "), nil
}
