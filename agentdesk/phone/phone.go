// Package phone is a citizen's phone in a browser page, for trying Okno out: a dial pad that calls over WebRTC, and an SMS
// thread through the SMSC simulator, for any number that is typed in. It is there in the demo only: it lets whoever opens
// it be anybody.
package phone

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"okno/agentdesk"
	"okno/internal/call"
	"okno/internal/edge"
	"okno/internal/phone"
)

// Accounts opens SIP accounts for citizens' phones. call.ErrNoVoice when no node serves calls.
type Accounts func(ctx context.Context, a call.Account, lasting time.Duration) (agentdesk.Account, error)

// accountLife is how long a phone's account lasts: a day of trying out.
const accountLife = 24 * time.Hour

// Options are the phone's parts.
type Options struct {
	Accounts Accounts
	SMSC     string // the simulator's HTTP address
	Number   string // the short number
	Page     http.Handler
	Log      zerolog.Logger
}

// Phone serves the page and what it needs.
type Phone struct{ Options }

// New takes the phone's parts.
func New(o Options) *Phone { return &Phone{o} }

// Register adds the phone's routes.
func (p *Phone) Register(mux *http.ServeMux) {
	mux.HandleFunc("POST /phone/account", p.account)
	if smsc, err := url.Parse(p.SMSC); err == nil && p.SMSC != "" {
		proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(smsc)
			r.Out.URL.Path = strings.TrimPrefix(r.In.URL.Path, "/phone/sms")
		}}
		lasting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a thread is followed for as long as the page is open
			proxy.ServeHTTP(w, r)
		})
		mux.Handle("GET /phone/sms/", lasting)
		mux.Handle("POST /phone/sms/", lasting)
	}
	mux.Handle("GET /phone/", http.StripPrefix("/phone/", p.Page))
}

// account answers with who the phone is: its number in E.164, the number to call, and a SIP account, or null without voice.
func (p *Phone) account(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Number string `json:"number"`
	}
	if err := edge.ReadJSON(w, r, 4<<10, false, &body); err != nil {
		edge.Fail(w, edge.Problem{Status: http.StatusBadRequest, Detail: edge.ErrJSON.Error()})
		return
	}
	number, err := phone.Parse(body.Number)
	if err != nil {
		edge.Fail(w, edge.Problem{Status: http.StatusUnprocessableEntity, Code: "bad_number", Field: "number", Detail: err.Error()})
		return
	}
	answer := map[string]any{"number": number, "line": p.Number, "sip": nil}
	account, err := p.Accounts(r.Context(), call.Account{Name: "phone-" + strings.TrimPrefix(number, "+"), Kind: call.CitizenPage, Number: number}, accountLife)
	switch {
	case err == nil:
		answer["sip"] = account
	case !errors.Is(err, context.Canceled):
		p.Log.Warn().Err(err).Msg("no sip account for a phone")
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}
