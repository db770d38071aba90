package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"okno/internal/api/apiserver"
	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/notification"
	"okno/internal/otp"
	"okno/internal/webhook"
)

// base is where the document's paths begin.
const base = "/api/v1"

// scopes gives those that the document wants of a client, by route; "": none, and no key.
var scopes = sync.OnceValue(func() map[string]client.Scope {
	d, err := readDocument(document)
	if err != nil {
		panic("the API's document: " + err.Error()) // it is part of the program, and tested
	}
	found := map[string]client.Scope{}
	d.operations(func(method, path string, o, _ *yaml.Node) {
		route := method + " " + path
		if d.at(o, "security") == nil { // nothing is open because it was forgotten
			panic("the API's document: the security of " + route)
		}
		found[route] = client.Scope(d.scope(o))
	})
	return found
})

// gated registers the routes of the generated router behind the gate: who asks is known before what is asked is looked at.
type gated struct {
	*http.ServeMux
	api *API
}

// HandleFunc is apiserver.ServeMux.
func (g gated) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	scope, ok := scopes()[pattern]
	if !ok {
		panic("the API's document has no " + pattern)
	}
	if scope != "" {
		handle = g.api.authorized(scope, handle)
	}
	g.ServeMux.HandleFunc(pattern, handle)
}

type asking struct{} // the client in a request's context

// authorized lets a client in that has the scope.
func (a *API) authorized(scope client.Scope, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := a.gate.admit(r)
		if err == nil && !c.May(scope) {
			err = errScope
		}
		if err != nil {
			a.answer(w, r, err)
			return
		}
		handle(w, r.WithContext(context.WithValue(r.Context(), asking{}, c)))
	}
}

// answer tells a client what is wrong.
func (a *API) answer(w http.ResponseWriter, r *http.Request, err error) {
	if !a.refuse(w, r, err) {
		a.fail(w, r, err)
	}
}

// expected are the forms of parameters.
var expected = map[string]error{
	"updated_since":   errSince,
	"after":           errSlots,
	"service":         errGiven,
	"days":            errDays,
	"limit":           &fault.Error{Kind: fault.Invalid, Field: "limit", Text: "a whole number of 1 or more, such as 50"},
	"Idempotency-Key": &fault.Error{Kind: fault.Invalid, Field: "Idempotency-Key", Text: "send one key of 1 to 100 visible characters: the same request again is done once"},
}

// parameter answers a parameter that is not of its form. An id that is none is one of nothing.
func (a *API) parameter(w http.ResponseWriter, r *http.Request, err error) {
	var (
		format   *apiserver.InvalidParamFormatError
		required *apiserver.RequiredParamError
		header   *apiserver.RequiredHeaderError
		many     *apiserver.TooManyValuesForParamError
		name     string
	)
	switch {
	case errors.As(err, &format):
		name = format.ParamName
	case errors.As(err, &required):
		name = required.ParamName
	case errors.As(err, &header):
		name = header.ParamName
	case errors.As(err, &many):
		name = many.ParamName
	}
	said, ok := expected[name]
	switch {
	case ok:
	case name == "id" && strings.Contains(r.Pattern, "/challenges/"):
		said = otp.ErrUnknown
	case name == "id" && strings.Contains(r.Pattern, "/webhook/"):
		said = webhook.ErrUnknown
	case name == "id":
		said = notification.ErrUnknown
	default:
		said = &fault.Error{Kind: fault.Invalid, Field: name, Text: fmt.Sprintf("%s is not of its form", name)}
	}
	a.answer(w, r, said)
}

type handler func(w http.ResponseWriter, r *http.Request, from client.Client) error

// with gives a handler the parameters that the router has read.
func with[P any](h func(http.ResponseWriter, *http.Request, client.Client, P) error, asked P) handler {
	return func(w http.ResponseWriter, r *http.Request, from client.Client) error { return h(w, r, from, asked) }
}

// server is what the generated router calls.
type server struct{ *API }

var _ apiserver.ServerInterface = server{}

// serve answers the client that the gate let in.
func (s server) serve(w http.ResponseWriter, r *http.Request, h handler) {
	from, _ := r.Context().Value(asking{}).(client.Client)
	if err := h(w, r, from); err != nil {
		s.answer(w, r, err)
	}
}
