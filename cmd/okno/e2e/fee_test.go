package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/postgres/pgtest"
)

// answering is an agency that answers questions; the secrets are those of its endpoints.
type answering struct {
	*httptest.Server
	mu      sync.Mutex
	secrets []string
}

func (a *answering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	a.mu.Lock()
	signed := false
	for _, secret := range a.secrets {
		signed = signed || exchange.Verify(secret, body, r.Header) == nil
	}
	a.mu.Unlock()
	var q exchange.Asked
	if err != nil || !signed || json.Unmarshal(body, &q) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch q.Type {
	case exchange.FeesAsked:
		_, _ = io.WriteString(w, `{"fees": [{"id": "`+q.Data.Case+`", "what": {"kk": "Баж", "ru": "Госпошлина", "en": "State fee"}, "amount": "2501 KZT", "pay_url": "https://pay.example/`+q.Data.Case+`"}]}`)
	case exchange.CaseAsked:
		w.WriteHeader(http.StatusNotFound)
	default: // what Okno tells
		w.WriteHeader(http.StatusNoContent)
	}
}

// A caller hears what is to be paid for an own case, as the agency says it at that moment, and gets the link by SMS, in each language; who
// writes gets it in writing.
func (w *world) feeByPhone(t *testing.T) {
	t.Parallel()
	agency := &answering{}
	agency.Server = httptest.NewServer(agency)
	t.Cleanup(agency.Close)
	for _, code := range []string{"gp", "moj"} {
		said, err := command("exchange", "endpoint", code, "--url", agency.URL, "--answers", "--config", w.config).Output()
		require.NoError(t, err)
		agency.mu.Lock()
		agency.secrets = append(agency.secrets, strings.TrimSpace(string(said)))
		agency.mu.Unlock()
	}
	what := map[dialogue.Language]string{kk: "Баж", ru: "Госпошлина", en: "State fee"}
	for l, one := range map[dialogue.Language]struct{ number, state, word string }{
		kk: {"+77010000001", "in_progress", "БАЖ"}, ru: {"+77010000002", "registered", "ПОШЛИНА"}, en: {"+77010000003", "accepted", "FEE"},
	} {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			number := w.caseOf(t, one.number, one.state)
			values := func(key string) say {
				return whole(key).with("amount", dialogue.TypeMoney, "2501 KZT").with("what", dialogue.TypeText, what[l]).
					with("count", dialogue.TypeCount, "1").with("url", dialogue.TypeText, "https://pay.example/"+number)
			}
			// Reported a moment ago, its state is not asked for: this is about the fee.
			pgtest.Exec(t, w.database, `UPDATE cases SET updated_at = now() WHERE number = '`+number+`'`)
			phone := w.calls(t, one.number)
			at := w.hears(t, phone, l, 0, begins("main.menu"))
			phone.Key(t, "2")
			at = w.hears(t, phone, l, at, whole("status.ask"))
			phone.Key(t, number)
			at = w.hears(t, phone, l, at, begins("status.after_open"))
			phone.Key(t, "4")
			at = w.hears(t, phone, l, at, values("fee.tell"))
			phone.Key(t, "1")
			w.hears(t, phone, l, at, whole("fee.sent"))
			w.hasGot(t, one.number, w.write(l, values("fee.link")))
			phone.HangUp(t)

			w.sends(t, one.number, one.word+" "+number)
			w.hasGot(t, one.number, w.texts.WriteOn(dialogue.SMS, dialogue.Utterance{Key: "fee.tell", Language: l, Values: values("fee.tell").values}))
		})
	}
}
