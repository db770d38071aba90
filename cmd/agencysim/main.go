// Command agencysim is an agency's system, for the demo, for tests and for trying Okno out: it takes what Okno tells it by signed webhooks or by
// files, and takes each case through its states, reporting each to Okno. Faults are made at will.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"okno/internal/api/apiclient"
	"okno/internal/cases"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/money"
)

type agencysim struct {
	Listen string        `default:"127.0.0.1:8090" help:"Where Okno's webhooks come in."`
	Secret string        `env:"AGENCYSIM_SECRET" help:"The endpoint's signing secret (whsec_…)."`
	Okno   string        `help:"Okno's address, http://host:port."`
	Agency string        `required:"" help:"The agency's code."`
	Key    string        `env:"AGENCYSIM_KEY" help:"The agency's key for Okno's API."`
	Folder string        `type:"path" help:"Exchange files in this folder instead: no webhooks, no API."`
	Look   time.Duration `default:"2s" help:"How often to look into the folder."`
	Pace   time.Duration `default:"20s" help:"How long a case stays in a state."`
	Fail   float64       `help:"The share of webhooks that are answered by 500."`
	Slow   time.Duration `help:"How long the answer to a webhook takes."`
	Twice  float64       `help:"The share of events that are reported twice."`
	Late   float64       `help:"The share of events that are reported after the next."`

	mu       sync.Mutex
	seen     map[string]bool      // ids of messages
	last     map[string]report    // of each case, what was decided last
	files    *filing              // nil: webhooks
	told     map[string]time.Time // of each fee, when somebody asked for it first
	sequence int64
}

func main() {
	var a agencysim
	kong.Parse(&a, kong.Name("agencysim"), kong.Description("An agency's system, for trying Okno out."))
	log.SetFlags(log.Ltime)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := a.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "agencysim:", err)
		os.Exit(1)
	}
}

func (a *agencysim) run(ctx context.Context) error {
	a.seen, a.last, a.told, a.sequence = map[string]bool{}, map[string]report{}, map[string]time.Time{}, time.Now().UnixMilli() // it grows over restarts
	if a.Folder != "" {
		a.files = &filing{agencysim: a}
		var work sync.WaitGroup
		defer work.Wait()
		return a.files.exchange(ctx, func(number string) { work.Go(func() { a.workOn(ctx, number) }) })
	}
	if a.Okno == "" || a.Key == "" {
		return errors.New("--okno and the key are missing, or --folder")
	}
	webhook, err := webhooks.NewWebhook(a.Secret)
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	listener, err := net.Listen("tcp", a.Listen)
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: a.handler(webhook, func(number string) {
		work.Go(func() { a.workOn(ctx, number) })
	})}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	log.Printf("agency %s listens on %s", a.Agency, listener.Addr())
	err = server.Serve(listener)
	work.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// handler takes webhooks; begin has a case worked on.
func (a *agencysim) handler(webhook *webhooks.Webhook, begin func(number string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, message, answer := a.take(webhook, r)
		if answer != nil {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		if answer != nil {
			_ = json.NewEncoder(w).Encode(answer) // whoever asks may have gone
		}
		if message != nil {
			begin(message.Data.Case)
		}
	})
}

// take takes a webhook; message is a case to work on, or nil, and answer what is answered to a question.
func (a *agencysim) take(webhook *webhooks.Webhook, r *http.Request) (status int, message *exchange.Message, answer *exchange.Answer) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || webhook.Verify(body, r.Header) != nil {
		return http.StatusUnauthorized, nil, nil
	}
	select {
	case <-r.Context().Done():
	case <-time.After(a.Slow):
	}
	if rand.Float64() < a.Fail {
		return http.StatusInternalServerError, nil, nil
	}
	var m exchange.Message
	if json.Unmarshal(body, &m) != nil {
		return http.StatusBadRequest, nil, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if m.Type == exchange.CaseAsked || m.Type == exchange.FeesAsked {
		var q exchange.Asked
		if json.Unmarshal(body, &q) != nil {
			return http.StatusBadRequest, nil, nil
		}
		if answer = a.answer(q); answer == nil {
			return http.StatusNotFound, nil, nil
		}
		return http.StatusOK, nil, answer
	}
	id := r.Header.Get(webhooks.HeaderWebhookID)
	if a.seen[id] || m.Type != exchange.CaseOpened {
		return http.StatusNoContent, nil, nil
	}
	a.seen[id] = true
	return http.StatusNoContent, &m, nil
}

// answer answers a question; nil: nothing is known of what it is about. The lock is held.
func (a *agencysim) answer(q exchange.Asked) *exchange.Answer {
	if q.Type == exchange.CaseAsked {
		e, ok := a.last[q.Data.Case]
		if !ok {
			return nil
		}
		return &exchange.Answer{State: e.State, Sequence: e.Sequence, At: e.At}
	}
	id := q.Data.Fee
	if id == "" {
		id = "sample-" + q.Data.Case + q.Data.NationalNumber
	}
	if _, ok := a.told[id]; !ok {
		if q.Data.Fee != "" {
			return nil
		}
		a.told[id] = time.Now()
	}
	return &exchange.Answer{Fees: []exchange.Fee{{ID: id, Amount: money.Amount{Minor: 250_000, Currency: "KZT"}, PayURL: "https://pay.example/" + url.PathEscape(id),
		What: map[dialogue.Language]string{dialogue.Kazakh: "Мемлекеттік баж", dialogue.Russian: "Госпошлина", dialogue.English: "State fee"},
		Paid: time.Since(a.told[id]) > paidAfter}}}
}

// paidAfter is how long after it was told a fee of the sample agency is paid.
const paidAfter = time.Minute

// workOn takes a case through its states.
func (a *agencysim) workOn(ctx context.Context, number string) {
	states := []cases.State{cases.Accepted, cases.InProgress, cases.Ready}
	var held *report
	for _, state := range states {
		select {
		case <-ctx.Done():
			return
		case <-time.After(a.Pace/2 + rand.N(a.Pace)):
		}
		next := a.next(number, state)
		if held == nil && state != cases.Ready && rand.Float64() < a.Late {
			held = &next
			continue
		}
		a.report(ctx, next)
		if held != nil {
			a.report(ctx, *held)
			held = nil
		}
	}
}

// report is one event.
type report struct {
	Key      string
	Case     string
	Sequence int64
	State    cases.State
	At       time.Time
}

func (a *agencysim) next(number string, state cases.State) report {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sequence++
	e := report{Key: fmt.Sprintf("sim-%d", a.sequence), Case: number, Sequence: a.sequence, State: state, At: time.Now()}
	if a.last != nil {
		a.last[number] = e
	}
	return e
}

// report sends an event until Okno has answered it.
func (a *agencysim) report(ctx context.Context, e report) {
	times := 1
	if rand.Float64() < a.Twice {
		times = 2
	}
	for pause := time.Second; times > 0; pause = min(2*pause, time.Minute) {
		if err := a.send(ctx, e); err == nil {
			times--
			continue
		} else {
			log.Printf("report %s: %v", e.State, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (a *agencysim) send(ctx context.Context, e report) error {
	if a.files != nil {
		a.files.queue(e)
		return nil
	}
	okno, err := apiclient.NewClientWithResponses(a.Okno+"/api/v1", apiclient.WithKey(a.Key))
	if err != nil {
		return err
	}
	answer, err := okno.ReportEventsWithResponse(ctx, a.Agency, apiclient.ReportEventsJSONRequestBody{Events: []apiclient.AgencyEvent{
		{Key: e.Key, Case: e.Case, Sequence: int(e.Sequence), State: apiclient.AgencyEventState(e.State), At: e.At}}})
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return fmt.Errorf("answered %d", answer.StatusCode())
	}
	return nil
}
