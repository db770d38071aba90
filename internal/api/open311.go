package api

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/catalogue"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/phone"
)

// Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): appeals of citizens for clients that speak it. Its service is a service of the
// catalogue that the appeal is about, or generalAppeal; its request is a case of the kind appeal. A client's key is its api_key. Requests are
// the client's own: Okno tells nobody else of an appeal, so reading them takes the key as well.

// generalAppeal is the service code of an appeal about no service of the catalogue.
const generalAppeal = "appeal"

// What the specification sets: letters of a description; requests of an answer, and the days of a search that names no moments.
const (
	most311Description = 4000
	most311Requests    = 1000
	most311Days        = 90
	most311Body        = 64 << 10
)

// open311Error is an error in the form of the specification.
type open311Error struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

func (e *open311Error) Error() string { return e.Description }

func bad311(code int, description string) error { return &open311Error{code, description} }

type open311Errors struct {
	XMLName xml.Name       `json:"-" xml:"errors"`
	Errors  []open311Error `xml:"error"`
}

type open311Service struct {
	Code        string `json:"service_code" xml:"service_code"`
	Name        string `json:"service_name" xml:"service_name"`
	Description string `json:"description" xml:"description"`
	Metadata    bool   `json:"metadata" xml:"metadata"`
	Type        string `json:"type" xml:"type"`
	Keywords    string `json:"keywords" xml:"keywords"`
	Group       string `json:"group" xml:"group"`
}

type open311Services struct {
	XMLName  xml.Name         `json:"-" xml:"services"`
	Services []open311Service `xml:"service"`
}

type open311Definition struct {
	XMLName    xml.Name `json:"-" xml:"service_definition"`
	Code       string   `json:"service_code" xml:"service_code"`
	Attributes []string `json:"attributes" xml:"attributes>attribute"`
}

// open311Request is a request, or the answer to a new one: what it has not is left out.
type open311Request struct {
	ID          string `json:"service_request_id" xml:"service_request_id"`
	Token       string `json:"token,omitempty" xml:"token,omitempty"`
	Notice      string `json:"service_notice" xml:"service_notice"`
	Account     string `json:"account_id,omitempty" xml:"account_id,omitempty"`
	Status      string `json:"status,omitempty" xml:"status,omitempty"`
	StatusNotes string `json:"status_notes,omitempty" xml:"status_notes,omitempty"`
	ServiceName string `json:"service_name,omitempty" xml:"service_name,omitempty"`
	ServiceCode string `json:"service_code,omitempty" xml:"service_code,omitempty"`
	Agency      string `json:"agency_responsible,omitempty" xml:"agency_responsible,omitempty"`
	RequestedAt string `json:"requested_datetime,omitempty" xml:"requested_datetime,omitempty"`
	UpdatedAt   string `json:"updated_datetime,omitempty" xml:"updated_datetime,omitempty"`
	ExpectedAt  string `json:"expected_datetime,omitempty" xml:"expected_datetime,omitempty"`
}

type open311Requests struct {
	XMLName  xml.Name         `json:"-" xml:"service_requests"`
	Requests []open311Request `xml:"request"`
}

// Pages gives clients pages of the cases that they opened.
type Pages interface {
	// CasesOfClient gives a page of cases, and for each the case whose state counts for it.
	CasesOfClient(ctx context.Context, p cases.ClientPage) (found, stand []cases.Case, err error)
}

// registerOpen311 adds the routes of Open311. They are outside of the document: they have a specification of their own.
func (a *API) registerOpen311(mux *http.ServeMux) {
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request, string) error{
		"GET /open311/v2/{resource}":        a.open311Collection,
		"POST /open311/v2/{resource}":       a.open311Post,
		"GET /open311/v2/services/{id...}":  a.open311Service,
		"GET /open311/v2/requests/{id...}":  a.open311Request,
		"GET /open311/v2/tokens/{token...}": a.open311Token,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			format := "xml"
			if strings.HasSuffix(r.URL.Path, ".json") {
				format = "json"
			}
			err := error(bad311(http.StatusNotFound, "the format is .json or .xml"))
			if strings.HasSuffix(r.URL.Path, "."+format) {
				if err = a.jurisdictionOf(w, r); err == nil {
					err = h(w, r, format)
				}
			}
			if err != nil {
				a.fail311(w, r, format, err)
			}
		})
	}
}

// jurisdictionOf reads the form and wants the jurisdiction that is served, where one is named.
func (a *API) jurisdictionOf(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, most311Body)
	if err := r.ParseForm(); err != nil {
		return orTooLarge(err, bad311(http.StatusBadRequest, "the form cannot be read"))
	}
	for name, values := range r.Form {
		for _, v := range append([]string{name}, values...) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return bad311(http.StatusBadRequest, "the form has letters that no text may have")
			}
		}
	}
	if named := r.Form.Get("jurisdiction_id"); named != "" && a.jurisdiction != "" && named != a.jurisdiction {
		return bad311(http.StatusNotFound, "jurisdiction_id provided was not found")
	}
	return nil
}

func (a *API) fail311(w http.ResponseWriter, r *http.Request, format string, err error) {
	told := new(open311Error)
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		told = &open311Error{http.StatusRequestEntityTooLarge, "the form is too large"}
	} else if !errors.As(err, &told) {
		known := new(fault.Error)
		switch {
		case errors.Is(err, cases.ErrUnknown):
			told = &open311Error{http.StatusNotFound, "service_request_id was not found"}
		case errors.Is(err, phone.ErrInvalid):
			told = &open311Error{http.StatusBadRequest, "phone: " + phone.ErrInvalid.Error()}
		case errors.As(err, &known) && (known.Kind == fault.Invalid || known.Kind == fault.Conflict):
			told = &open311Error{http.StatusBadRequest, known.Field + ": " + known.Text}
		case errors.As(err, &known) && known.Kind == fault.Unavailable, errors.Is(err, fault.ErrUncertain):
			told = &open311Error{http.StatusServiceUnavailable, "try again in some seconds"}
			w.Header().Set("Retry-After", "2")
		default:
			told = &open311Error{http.StatusInternalServerError, "internal"}
			a.log.Error().Err(err).Str("method", r.Method).Str("route", r.Pattern).Msg("request")
		}
	}
	list := []open311Error{*told}
	write311(w, told.Code, format, list, open311Errors{Errors: list})
}

// write311 answers in one of the formats: JSON has the list, XML the document.
func write311(w http.ResponseWriter, status int, format string, list, document any) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	if format == "json" {
		header.Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(list)
		return
	}
	header.Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(document)
}

// client311 is the client whose key came as api_key, or as any other client's.
func (a *API) client311(r *http.Request) (client.Client, error) {
	if key := r.Form.Get("api_key"); key != "" && r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	c, err := a.gate.admit(r)
	if errors.Is(err, errKey) || err == nil && !c.May(client.Cases) {
		return c, bad311(http.StatusForbidden, "Missing or Invalid API Key specified")
	}
	return c, err
}

func (a *API) open311Collection(w http.ResponseWriter, r *http.Request, format string) error {
	switch strings.TrimSuffix(r.PathValue("resource"), "."+format) {
	case "services":
		return a.open311Services(w, r, format)
	case "requests":
		return a.open311List(w, r, format)
	}
	return bad311(http.StatusNotFound, "there are services and requests")
}

// language311 is the language of texts: the one that the client accepts first, if Okno has it.
func language311(r *http.Request) dialogue.Language {
	for wish := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		wish, _, _ = strings.Cut(strings.TrimSpace(wish), ";")
		wish, _, _ = strings.Cut(wish, "-")
		if l := dialogue.Language(strings.ToLower(wish)); slices.Contains(dialogue.Languages, l) {
			return l
		}
	}
	return dialogue.Russian
}

var generalNames = map[dialogue.Language]string{dialogue.Kazakh: "Өтініш", dialogue.Russian: "Обращение", dialogue.English: "Appeal"}

func (a *API) open311Services(w http.ResponseWriter, r *http.Request, format string) error {
	l := language311(r)
	list := []open311Service{{Code: generalAppeal, Name: generalNames[l], Description: generalNames[l], Type: "realtime", Group: generalAppeal}}
	for after, more := "", true; more; {
		var page []catalogue.Service
		page, more = a.catalogue.Index().Page(after, mostServices)
		for _, s := range page {
			text := s.Texts[l]
			list = append(list, open311Service{Code: s.Code, Name: text.Name, Description: text.Short, Type: "realtime", Group: s.Category})
			after = s.Code
		}
		more = more && len(page) > 0
	}
	write311(w, http.StatusOK, format, list, open311Services{Services: list})
	return nil
}

// open311Service answers for services without metadata, which all are: they have no further attributes.
func (a *API) open311Service(w http.ResponseWriter, r *http.Request, format string) error {
	code := strings.TrimSuffix(r.PathValue("id"), "."+format)
	if _, known := a.catalogue.Index().Service(code); !known && code != generalAppeal {
		return bad311(http.StatusNotFound, "service_code provided was not found")
	}
	definition := open311Definition{Code: code, Attributes: []string{}}
	write311(w, http.StatusOK, format, definition, definition)
	return nil
}

func (a *API) open311Post(w http.ResponseWriter, r *http.Request, format string) error {
	if strings.TrimSuffix(r.PathValue("resource"), "."+format) != "requests" {
		return bad311(http.StatusNotFound, "there are requests")
	}
	from, err := a.client311(r)
	if err != nil {
		return err
	}
	filing, err := a.filing311(r.PostForm)
	if err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		key = "open311:" + uuid.NewString() // the specification has no keys: each request is a new one
	}
	c, _, err := a.filings.File(r.Context(), from.Name, key, filing)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/open311/v2/requests/"+c.Number+"."+format)
	list := []open311Request{{ID: c.Number, Account: r.PostForm.Get("account_id")}}
	write311(w, http.StatusCreated, format, list, open311Requests{Requests: list})
	return nil
}

// filing311 makes a case of a form.
func (a *API) filing311(form url.Values) (f casework.Filing, err error) {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	code := get("service_code")
	if code == "" {
		return f, bad311(http.StatusBadRequest, "service_code was not provided")
	}
	s, known := a.catalogue.Index().Service(code)
	if !known && code != generalAppeal {
		return f, bad311(http.StatusNotFound, "service_code provided was not found")
	}
	where := []string{}
	if lat, long := get("lat"), get("long"); lat != "" || long != "" {
		y, errY := strconv.ParseFloat(lat, 64)
		x, errX := strconv.ParseFloat(long, 64)
		if errY != nil || errX != nil || !(y >= -90 && y <= 90) || !(x >= -180 && x <= 180) {
			return f, bad311(http.StatusBadRequest, "lat and long are degrees in WGS 84")
		}
		where = append(where, lat+", "+long)
	}
	for _, name := range []string{"address_string", "address_id"} {
		if v := get(name); v != "" {
			where = append(where, v)
		}
	}
	description := get("description")
	switch {
	case len(where) == 0:
		return f, bad311(http.StatusBadRequest, "a location was not provided: lat and long, address_string or address_id")
	case utf8.RuneCountInString(description) > most311Description:
		return f, bad311(http.StatusBadRequest, fmt.Sprintf("description has up to %d letters", most311Description))
	case get("phone") == "":
		return f, bad311(http.StatusBadRequest, "phone was not provided: the citizen is told by SMS what becomes of the appeal")
	}
	f = casework.Filing{Kind: cases.Appeal}
	if known {
		f.Service, f.Subject = s.Code, s.Texts[dialogue.Russian].Name
	}
	if f.Contact, err = phone.Parse(get("phone")); err != nil {
		return f, err
	}
	if f.Subject == "" {
		f.Subject = generalNames[dialogue.Russian]
	}
	if line, _, _ := strings.Cut(description, "\n"); strings.TrimSpace(line) != "" {
		f.Subject = line
	}
	if runes := []rune(f.Subject); len(runes) > 200 {
		f.Subject = string(runes[:199]) + "…"
	}
	body := []string{description, strings.Join(where, "; ")}
	for _, name := range []string{"first_name", "last_name", "email", "media_url"} {
		if v := get(name); v != "" {
			if utf8.RuneCountInString(v) > 1000 {
				return f, bad311(http.StatusBadRequest, name+" is too long")
			}
			body = append(body, name+": "+v)
		}
	}
	f.Body = strings.TrimSpace(strings.Join(body, "\n"))
	return f, nil
}
