package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"okno/internal/cases"
)

// Check is one case of the conformance kit.
type Check struct {
	Name string
	OK   bool
	Said string // what the endpoint did
}

// quickly is how soon an endpoint should answer: it keeps what it was told, and works on it afterwards.
const quickly = 2 * time.Second

// Try sends an endpoint eight requests, good and bad, about a case that does not exist, and gives for each how the endpoint answered. An
// agency drops messages of the type okno.test.
func Try(ctx context.Context, client *http.Client, e Endpoint, now time.Time) []Check {
	k := kit{client: client, endpoint: e, now: now}
	id := fmt.Sprintf("okno_test_%d", now.UnixNano())
	body, _ := json.Marshal(NewMessage("okno.test", cases.Case{Number: "123456786", Kind: cases.Application, State: cases.Registered, OpenedAt: now}, now))
	good := k.signed(id, now, body)
	checks := []Check{
		k.wants(ctx, "a signed message is taken, within 2 s", 2, id, now, body, good),
		k.wants(ctx, "the same message again is taken, and has no effect", 2, id, now, body, good),
		k.wants(ctx, "a forged signature is refused", 4, id+"f", now, body, "v1,"+strings.Repeat("A", 43)+"="),
		k.wants(ctx, "a body that was changed is refused", 4, id, now, append(bytes.Clone(body), ' '), good),
		k.wants(ctx, "an old message is refused", 4, id+"o", now.Add(-time.Hour), body, k.signed(id+"o", now.Add(-time.Hour), body)),
		k.wants(ctx, "a message without a signature is refused", 4, id+"n", now, body, ""),
		k.wants(ctx, "what is no JSON is refused", 4, id+"j", now, []byte("<html>"), k.signed(id+"j", now, []byte("<html>"))),
		k.wants(ctx, "an unknown type is taken and dropped", 2, id+"u", now, []byte(`{"type":"okno.unheard-of"}`), k.signed(id+"u", now, []byte(`{"type":"okno.unheard-of"}`))),
	}
	if e.Answers {
		checks = append(checks, k.answers(ctx, "a question about a case that there is not is answered by 404, within 2 s", CaseAsked),
			k.answers(ctx, "what is to be paid for a case that there is not is answered by 404, or by fees, within 2 s", FeesAsked))
	}
	return checks
}

type kit struct {
	client   *http.Client
	endpoint Endpoint
	now      time.Time
}

func (k kit) signed(id string, at time.Time, body []byte) string {
	signature, err := Sign(k.endpoint, id, at, body)
	if err != nil {
		return ""
	}
	return signature
}

// answers asks one question about a case that does not exist.
func (k kit) answers(ctx context.Context, name, kind string) Check {
	c := Check{Name: name}
	began := time.Now()
	_, err := ask(ctx, k.client, k.endpoint, fmt.Sprintf("okno_test_%s_%d", kind, k.now.UnixNano()), Asked{Type: kind, Timestamp: k.now.UTC(), Data: AskedData{Case: "123456786"}})
	took := time.Since(began)
	switch {
	case err == nil && kind == FeesAsked:
		c.Said = "fees"
	case err == nil:
		c.Said = "an answer"
	default:
		c.Said = err.Error()
	}
	c.OK = took < Wait && (err == nil && kind == FeesAsked || errors.Is(err, badStatus(http.StatusNotFound)))
	c.Said += fmt.Sprintf(" after %d ms", took.Milliseconds())
	return c
}

// wants makes one request; hundreds is the class of the status that is right.
func (k kit) wants(ctx context.Context, name string, hundreds int, id string, at time.Time, body []byte, signature string) Check {
	c := Check{Name: name}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, k.endpoint.URL, bytes.NewReader(body))
	if err != nil {
		c.Said = "the URL is none"
		return c
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(webhooks.HeaderWebhookID, id)
	request.Header.Set(webhooks.HeaderWebhookTimestamp, fmt.Sprint(at.Unix()))
	if signature != "" {
		request.Header.Set(webhooks.HeaderWebhookSignature, signature)
	}
	began := time.Now()
	response, err := k.client.Do(request)
	if err != nil {
		c.Said = reach(err).Error()
		return c
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, mostAnswer))
	took := time.Since(began)
	c.Said = fmt.Sprintf("%d after %d ms", response.StatusCode, took.Milliseconds())
	c.OK = response.StatusCode/100 == hundreds && took < quickly
	return c
}
