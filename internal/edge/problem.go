package edge

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

// Problem is an error as RFC 9457 has it. Code is for machines and stays the same; Detail is for people.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Number int    `json:"number,omitempty"` // of the code, where people read it out
	Field  string `json:"field,omitempty"`  // that it is about
	Detail string `json:"detail,omitempty"`

	Findings any `json:"findings,omitempty"` // of a dialogue that is refused, as a check of it gives them
}

// codes are the codes of problems that say no more than their status.
var codes = map[int]string{
	http.StatusBadRequest:            "bad_request",
	http.StatusUnauthorized:          "log_in",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "not_found",
	http.StatusMethodNotAllowed:      "bad_method",
	http.StatusRequestEntityTooLarge: "too_large",
	http.StatusMisdirectedRequest:    "wrong_host",
	http.StatusTooManyRequests:       "too_many",
	http.StatusServiceUnavailable:    "unavailable",
	http.StatusBadGateway:            "unavailable",
}

// Fail answers with a problem; whoever has opened an address in a browser gets a page in its place. What asks to come again says when, in seconds, unless the header does already.
func Fail(w http.ResponseWriter, p Problem) {
	header := w.Header()
	if p.Type == "" {
		p.Type = "about:blank"
	}
	p.Title = http.StatusText(p.Status)
	if p.Code == "" {
		if p.Code = codes[p.Status]; p.Code == "" && p.Status >= http.StatusInternalServerError {
			p.Code = "internal"
		} else if p.Code == "" {
			p.Code = codes[http.StatusBadRequest]
		}
	}
	if (p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests) && header.Get("Retry-After") == "" {
		header.Set("Retry-After", "2")
	}
	header.Del("Content-Length")
	header.Set("Cache-Control", "no-store")
	a, protected := w.(*answer)
	if protected {
		a.replaced, a.begun = false, true
		w = a.ResponseWriter
	}
	if protected && a.page {
		failPage(w, p)
		return
	}
	header.Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone
}

// answer turns errors in plain text, of the mux and of handlers that are not ours, into problems.
type answer struct {
	http.ResponseWriter
	page            bool // for a person
	begun, replaced bool
}

// WriteHeader begins the answer.
func (a *answer) WriteHeader(status int) {
	if a.begun || status < http.StatusOK && status != http.StatusSwitchingProtocols {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.begun = true
	kind := a.Header().Get("Content-Type")
	if status >= http.StatusBadRequest && (kind == "" || strings.HasPrefix(kind, "text/plain")) {
		Fail(a, Problem{Status: status})
		a.replaced = true
		return
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write writes the body, unless a problem stands in its place.
func (a *answer) Write(content []byte) (int, error) {
	if !a.begun {
		a.WriteHeader(http.StatusOK)
	}
	if a.replaced {
		return len(content), nil
	}
	return a.ResponseWriter.Write(content)
}

// Flush sends what there is.
func (a *answer) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// Hijack gives the connection to a websocket.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.begun = true
	return http.NewResponseController(a.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
