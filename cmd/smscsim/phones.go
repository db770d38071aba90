package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"okno/sms/smpp"
	"okno/sms/smstest"
)

// phones is the HTTP API of the citizens' phones:
//
//	POST /mo {"from","to","text"}   sends; 204 once acknowledged, 409 when refused, 400 for what is no number
//	POST /ussd {"from","text"}      dials "*1414#", or answers the page shown; the next one as {"text","last"}, 404 in no session
//	GET  /messages?number=N         the thread: a JSON list of smstest.Message
//	GET  /events?number=N           the thread live: server-sent events, each a smstest.Message
type phones struct {
	smsc *smstest.SMSC
	life context.Context // ends with the program: streams do not hold the server up
}

// newPhones serves the API until life ends. A page from origin may use it; "": none from elsewhere.
func newPhones(life context.Context, smsc *smstest.SMSC, origin string) http.Handler {
	p := &phones{smsc, life}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /mo", p.send)
	mux.HandleFunc("POST /ussd", p.dial)
	mux.HandleFunc("GET /messages", p.messages)
	mux.HandleFunc("GET /events", p.events)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	if origin == "" {
		return mux
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (p *phones) send(w http.ResponseWriter, r *http.Request) {
	var mo struct{ From, To, Text string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&mo); err != nil {
		http.Error(w, "no JSON message: "+err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	defer context.AfterFunc(p.life, func() { cancel(http.ErrServerClosed) })()
	if err := p.smsc.Send(ctx, mo.From, mo.To, mo.Text); err != nil {
		refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *phones) dial(w http.ResponseWriter, r *http.Request) {
	var in struct{ From, Text string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&in); err != nil {
		http.Error(w, "no JSON: "+err.Error(), http.StatusBadRequest)
		return
	}
	do := p.smsc.Key
	if strings.HasPrefix(in.Text, "*") && strings.HasSuffix(in.Text, "#") {
		do = p.smsc.Dial
	}
	page, err := do(r.Context(), in.From, in.Text)
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(page)
}

func refuse(w http.ResponseWriter, err error) {
	var status smpp.Status
	switch {
	case errors.Is(err, smstest.ErrNoSession):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, smstest.ErrNumber):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case errors.As(err, &status):
		http.Error(w, err.Error(), http.StatusConflict)
	default: // the phone hung up, or the simulator stops
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

func (p *phones) messages(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p.smsc.Messages(r.URL.Query().Get("number")))
}

func (p *phones) events(w http.ResponseWriter, r *http.Request) {
	lines, stop := p.smsc.Watch(r.URL.Query().Get("number"))
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	fmt.Fprint(w, ": live\n\n")
	if out.Flush() != nil {
		return
	}
	alive := time.NewTicker(15 * time.Second)
	defer alive.Stop()
	for {
		select {
		case line := <-lines:
			data, _ := json.Marshal(line) // of strings and numbers
			fmt.Fprintf(w, "id: %d\ndata: %s\n\n", line.ID, data)
		case <-alive.C:
			fmt.Fprint(w, ": alive\n\n")
		case <-r.Context().Done():
			return
		case <-p.life.Done():
			return
		}
		if out.Flush() != nil {
			return
		}
	}
}
