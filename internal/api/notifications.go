package api

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"okno/internal/api/apiserver"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/notification"
)

// Notices sends notices of clients to citizens.
type Notices interface {
	Send(ctx context.Context, client, key string, set notification.Settings, o notification.Order, r notification.Recipient) (one notification.One, e notification.Estimate, created bool, err error)
	SendList(ctx context.Context, client, key string, set notification.Settings, o notification.Order, recipients io.Reader, f notification.Format, first int) (l notification.List, created bool, err error)
	Start(ctx context.Context, client, publicID string, set notification.Settings) (notification.List, error)
	Stop(ctx context.Context, client, publicID string) (notification.List, error)
	List(ctx context.Context, client, publicID string) (notification.List, error)
	Message(ctx context.Context, client, publicID string) (notification.One, error)
	Messages(ctx context.Context, client, publicID string, after, most int) ([]notification.One, error)
}

func (a *API) sendNotification(w http.ResponseWriter, r *http.Request, from client.Client) error {
	var body struct {
		Number         string                       `json:"number"`
		NationalKind   string                       `json:"national_kind"`
		NationalNumber string                       `json:"national_number"`
		Language       dialogue.Language            `json:"language"`
		Text           string                       `json:"text"`
		Texts          map[dialogue.Language]string `json:"texts"`
		Parameters     map[string]string            `json:"parameters"`
		NotBefore      time.Time                    `json:"not_before"`
		ExpiresAt      time.Time                    `json:"expires_at"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	order := notification.Order{Text: body.Text, Texts: body.Texts, NotBefore: body.NotBefore, ExpiresAt: body.ExpiresAt}
	to := notification.Recipient{Number: body.Number, NationalKind: body.NationalKind, NationalNumber: body.NationalNumber, Language: body.Language, Parameters: body.Parameters}
	one, estimate, created, err := a.notices.Send(r.Context(), from.Name, r.Header.Get("Idempotency-Key"), from.Notices, order, to)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/messages/"+one.PublicID)
	answer := messageJSON(one)
	answer["estimate"] = estimate
	return write(w, createdOr(created), answer)
}

var (
	errListType error = &fault.Error{Kind: fault.Invalid, Field: "Content-Type", Text: "application/x-ndjson, or multipart/form-data of a part list and a part recipients"}
	errListPart error = &fault.Error{Kind: fault.Invalid, Field: "list", Text: "the first part is list, the second recipients, and there are no others"}
)

const listPath = "/api/v1/notification-lists"

// MostBody bounds the body of a request that brings a list; 0 for any other.
func MostBody(r *http.Request) int64 {
	if r.Method == http.MethodPost && r.URL.Path == listPath {
		return notification.MostBody
	}
	return 0
}

// listTime is how long a list may take to arrive, and to be kept.
const listTime = 2 * time.Minute

// mostOrder bounds the settings of a list.
const mostOrder = 64 << 10

// sendNotificationList reads a list as it comes: nothing of it is kept until all of it was read.
func (a *API) sendNotificationList(w http.ResponseWriter, r *http.Request, from client.Client) error {
	r.Body = http.MaxBytesReader(w, r.Body, notification.MostBody)
	control := http.NewResponseController(w) // not supported: the server's own times stay
	_ = control.SetReadDeadline(time.Now().Add(listTime))
	_ = control.SetWriteDeadline(time.Now().Add(2 * listTime))
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return errListType
	}
	var order []byte
	var recipients io.Reader
	format, first := notification.NDJSON, 1
	switch kind {
	case string(notification.NDJSON):
		in := bufio.NewReaderSize(r.Body, mostOrder)
		order, err = in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return &fault.Error{Kind: fault.Invalid, Field: "list", Text: "the first line holds the settings, of up to 64 kB"}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		order, recipients, first = bytes.Clone(order), in, 2
	case "multipart/form-data":
		parts, err := r.MultipartReader()
		if err != nil || parameters["boundary"] == "" {
			return errListType
		}
		part, err := parts.NextPart()
		if err != nil || part.FormName() != "list" {
			return orTooLarge(err, errListPart)
		}
		if order, err = io.ReadAll(io.LimitReader(part, mostOrder+1)); err != nil || len(order) > mostOrder {
			return orTooLarge(err, errListPart)
		}
		if part, err = parts.NextPart(); err != nil || part.FormName() != "recipients" {
			return orTooLarge(err, errListPart)
		}
		said, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		format, recipients = notification.Format(said), part
	default:
		return errListType
	}
	o, err := notification.ReadOrder(order)
	if err != nil {
		return err
	}
	l, created, err := a.notices.SendList(r.Context(), from.Name, r.Header.Get("Idempotency-Key"), from.Notices, o, recipients, format, first)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/notification-lists/"+l.PublicID)
	return write(w, createdOr(created), listJSON(l))
}

// orTooLarge tells a body that is too large from one that is malformed.
func orTooLarge(err, otherwise error) error {
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return err
	}
	return otherwise
}

func (a *API) startNotificationList(w http.ResponseWriter, r *http.Request, from client.Client) error {
	l, err := a.notices.Start(r.Context(), from.Name, r.PathValue("id"), from.Notices)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, listJSON(l))
}

func (a *API) stopNotificationList(w http.ResponseWriter, r *http.Request, from client.Client) error {
	l, err := a.notices.Stop(r.Context(), from.Name, r.PathValue("id"))
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, listJSON(l))
}

func (a *API) notificationList(w http.ResponseWriter, r *http.Request, from client.Client) error {
	l, err := a.notices.List(r.Context(), from.Name, r.PathValue("id"))
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, listJSON(l))
}

// mostMessages are those of a page.
const mostMessages = 1000

var (
	errCursor error = &fault.Error{Kind: fault.Invalid, Field: "cursor", Text: "the next of the page before"}
)

func (a *API) notificationMessages(w http.ResponseWriter, r *http.Request, from client.Client, asked apiserver.ListMessagesParams) error {
	after := 0
	limit, err := limitOf(asked.Limit, mostMessages)
	if err != nil {
		return err
	}
	if said := given(asked.Cursor); said != "" {
		if after, err = strconv.Atoi(said); err != nil || after < 0 || after > notification.MostRecipients {
			return errCursor
		}
	}
	all, err := a.notices.Messages(r.Context(), from.Name, r.PathValue("id"), after, limit+1)
	if err != nil {
		return err
	}
	answer := map[string]any{}
	if len(all) > limit {
		all = all[:limit]
		answer["next"] = strconv.Itoa(all[limit-1].Nth)
	}
	list := make([]any, len(all))
	for i, one := range all {
		list[i] = messageJSON(one)
	}
	answer["messages"] = list
	return write(w, http.StatusOK, answer)
}

func (a *API) messageStatus(w http.ResponseWriter, r *http.Request, from client.Client) error {
	one, err := a.notices.Message(r.Context(), from.Name, r.PathValue("id"))
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, messageJSON(one))
}

func messageJSON(one notification.One) map[string]any {
	answer := map[string]any{"id": one.PublicID, "state": one.State, "segments": one.Segments, "created_at": one.CreatedAt.UTC()}
	if one.List != "" {
		answer["list"], answer["nth"] = one.List, one.Nth
	}
	if one.Reason != "" {
		answer["reason"] = one.Reason
	}
	return answer
}

func listJSON(l notification.List) map[string]any {
	answer := map[string]any{"id": l.PublicID, "state": l.State, "recipients": l.Recipients, "estimate": l.Estimate, "created_at": l.CreatedAt.UTC()}
	for name, at := range map[string]time.Time{"not_before": l.NotBefore, "expires_at": l.ExpiresAt, "started_at": l.StartedAt, "stopped_at": l.StoppedAt,
		"finished_at": l.FinishedAt} {
		if !at.IsZero() {
			answer[name] = at.UTC()
		}
	}
	if l.Counts != nil {
		progress := map[notification.Standing]int{}
		for _, s := range []notification.Standing{notification.Queued, notification.Sent, notification.Delivered, notification.Failed,
			notification.StoppedOne, notification.Skipped} {
			progress[s] = l.Counts[s]
		}
		answer["progress"] = progress
	}
	return answer
}
