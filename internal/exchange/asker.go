package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/sony/gobreaker/v2"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"okno/internal/cases"
)

// QuestionStore keeps questions.
type QuestionStore interface {
	// ClaimQuestions takes up to so many open questions in hand that nobody has, until a moment.
	ClaimQuestions(ctx context.Context, now, until time.Time, most int) ([]Question, error)
	Endpoint(ctx context.Context, agency string) (Endpoint, error)
	// QuestionAbout gives what a question is about: a case, or the national number of a citizen.
	QuestionAbout(ctx context.Context, q Question) (cases.Case, string, error)
	// KeepAnswer keeps what came of a question; problem is "" of one that was answered. open is how many of its effect are still waited for.
	KeepAnswer(ctx context.Context, q Question, fees []Fee, problem string, at time.Time) (open int, err error)
}

// Taking takes events of agencies.
type Taking interface {
	Take(ctx context.Context, agency string, events []Event) ([]Receipt, error)
}

// Waiting is the conversations that wait for answers.
type Waiting interface {
	// GoOn has a conversation go on whose questions are answered, or were waited for long enough. One that waits no longer stays as it is.
	GoOn(ctx context.Context, interaction int64) error
	// TellLater sends the citizen of an interaction where a case stands, or what is to be paid: the answer came after the citizen had gone on.
	TellLater(ctx context.Context, q Question, about cases.Case, fees []Fee) error
}

// Asker asks agencies while citizens wait. The citizen waits for [Wait]; an answer that comes within [answerWithin] is sent on. An agency that is
// slow or broken holds up no other.
type Asker struct {
	store   QuestionStore
	taking  Taking
	waiting Waiting
	hints   <-chan struct{}
	client  *http.Client
	clock   func() time.Time
	log     zerolog.Logger

	mu       sync.Mutex
	agencies map[string]*gobreaker.CircuitBreaker[Answer]
}

// NewAsker takes its parts. hints say that somebody asks; transport is nil for the usual one.
func NewAsker(store QuestionStore, t Taking, w Waiting, hints <-chan struct{}, transport http.RoundTripper, clock func() time.Time, log zerolog.Logger) *Asker {
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Asker{store: store, taking: t, waiting: w, hints: hints, client: client, clock: clock, log: log, agencies: map[string]*gobreaker.CircuitBreaker[Answer]{}}
}

const (
	askingEvery = 500 * time.Millisecond
	askedAtOnce = 64
	// held is how long a question is in a node's hands: another node goes on after a crash.
	held = answerWithin + 5*time.Second
)

// Run asks until ctx ends, and ends what it has asked.
func (a *Asker) Run(ctx context.Context) error {
	ticker := time.NewTicker(askingEvery)
	defer ticker.Stop()
	room := make(chan struct{}, askedAtOnce)
	var asking sync.WaitGroup
	defer asking.Wait()
	for {
		questions, err := a.store.ClaimQuestions(ctx, a.clock(), a.clock().Add(held), askedAtOnce-len(room))
		if err != nil && ctx.Err() == nil {
			a.log.Warn().Err(err).Msg("agencies not asked")
		}
		for _, q := range questions {
			room <- struct{}{}
			asking.Go(func() {
				defer func() { <-room }()
				a.ask(ctx, q)
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.hints:
		case <-ticker.C:
		}
	}
}

// answered is what came of asking.
type answered struct {
	answer Answer
	about  cases.Case
	err    error
}

// ask asks one question, and has the citizen go on at the answer, or once the wait is over.
func (a *Asker) ask(ctx context.Context, q Question) {
	came := make(chan answered, 1)
	go func() {
		limited, cancel := context.WithTimeout(ctx, answerWithin)
		defer cancel()
		answer, about, err := a.request(limited, q)
		came <- answered{answer, about, err}
	}()
	patience := time.NewTimer(max(q.Until.Sub(a.clock()), 0))
	defer patience.Stop()
	late := false
	for {
		select {
		case <-patience.C:
			late = true
			a.goOn(ctx, q)
		case got := <-came:
			if ctx.Err() == nil {
				a.settle(ctx, q, got, late)
			}
			return
		}
	}
}

func (a *Asker) goOn(ctx context.Context, q Question) {
	if err := a.waiting.GoOn(ctx, q.Interaction); err != nil && ctx.Err() == nil {
		a.log.Error().Err(err).Int64("interaction", q.Interaction).Msg("conversation does not go on")
	}
}

func (a *Asker) settle(ctx context.Context, q Question, got answered, late bool) {
	err := got.err
	if err == nil && q.Kind == CaseAsked {
		err = a.take(ctx, q, got)
	}
	problem := ""
	if err != nil {
		problem = err.Error()
		a.log.Warn().Str("agency", q.Agency).Str("kind", q.Kind).Str("problem", problem).Msg("agency does not answer")
	}
	open, keepErr := a.store.KeepAnswer(ctx, q, got.answer.Fees, problem, a.clock())
	switch {
	case keepErr != nil:
		a.log.Error().Err(keepErr).Str("agency", q.Agency).Msg("answer not kept") // another node asks again
	case late && err == nil:
		if err := a.waiting.TellLater(ctx, q, got.about, got.answer.Fees); err != nil {
			a.log.Error().Err(err).Str("agency", q.Agency).Msg("late answer not told")
		}
	case !late && open == 0:
		a.goOn(ctx, q)
	}
}

// take takes where a case stands as an event of its agency: in the order of the agency's sequence, with the same effects.
func (a *Asker) take(ctx context.Context, q Question, got answered) error {
	e, err := got.answer.Event(got.about.Number)
	if err != nil {
		return err
	}
	_, err = a.taking.Take(ctx, q.Agency, []Event{e})
	return err
}

// request makes the request of a question.
func (a *Asker) request(ctx context.Context, q Question) (answer Answer, about cases.Case, err error) {
	endpoint, err := a.store.Endpoint(ctx, q.Agency)
	if err != nil {
		return answer, about, err
	}
	data := AskedData{}
	if about, data.NationalNumber, err = a.store.QuestionAbout(ctx, q); err != nil {
		return answer, about, err
	}
	data.Case = about.Number
	answer, err = a.breaker(q.Agency).Execute(func() (Answer, error) {
		return ask(ctx, a.client, endpoint, fmt.Sprintf("okno_question_%d", q.ID), Asked{Type: q.Kind, Timestamp: a.clock().UTC(), Data: data})
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		err = errors.New("the agency has not answered for a while")
	}
	return answer, about, err
}

func (a *Asker) breaker(agency string) *gobreaker.CircuitBreaker[Answer] {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.agencies[agency]
	if b == nil {
		b = gobreaker.NewCircuitBreaker[Answer](gobreaker.Settings{Name: agency, Timeout: breaksFor,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breaksAfter }})
		a.agencies[agency] = b
	}
	return b
}

// ask makes one signed request, and reads the answer.
func ask(ctx context.Context, client *http.Client, e Endpoint, id string, q Asked) (answer Answer, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return answer, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return answer, badURL
	}
	signature, err := Sign(e, id, q.Timestamp, body)
	if err != nil {
		return answer, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Okno")
	request.Header.Set(webhooks.HeaderWebhookID, id)
	request.Header.Set(webhooks.HeaderWebhookTimestamp, fmt.Sprint(q.Timestamp.Unix()))
	request.Header.Set(webhooks.HeaderWebhookSignature, signature)
	response, err := client.Do(request)
	if err != nil {
		return answer, reach(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer+1))
	switch {
	case err != nil:
		return answer, reach(err)
	case response.StatusCode != http.StatusOK:
		return answer, badStatus(response.StatusCode)
	case len(said) > mostAnswer:
		return answer, fmt.Errorf("the answer was longer than %d bytes", mostAnswer)
	}
	return ReadAnswer(q.Type, said)
}
