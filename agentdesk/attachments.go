package agentdesk

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/attachment"
	"okno/internal/cases"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
)

// Attachments keeps the content of files, sealed under a case's key.
type Attachments interface {
	Keep(ctx context.Context, key attachment.Key, content io.Reader) (attachment.Stored, error)
	// Read gives a content. attachment.ErrMissing, attachment.ErrBroken.
	Read(ctx context.Context, key attachment.Key, s attachment.Stored) (io.ReadCloser, error)
	// Discard removes what no row names.
	Discard(ctx context.Context, s attachment.Stored) error
}

type attachmentWork interface {
	// CaseKey gives the key under which what belongs to a case is sealed. attachment.ErrErased.
	CaseKey(ctx context.Context, id int64) (attachment.Key, error)
	// RoomForAttachment says that a case may have one more. attachment.ErrMany.
	RoomForAttachment(ctx context.Context, id int64) error
	AddAttachment(ctx context.Context, c cases.Case, a attachment.Attachment) (attachment.Attachment, error)
	// DropAttachment takes a file off a case. attachment.ErrUnknown.
	DropAttachment(ctx context.Context, c cases.Case, id int64, by, why string) (attachment.Attachment, error)
	// Attachments lists the files of a case, the oldest first.
	Attachments(ctx context.Context, id int64) ([]attachment.Attachment, error)
	// AttachmentToRead gives a file with its key, and journals the look. attachment.ErrUnknown, attachment.ErrErased.
	AttachmentToRead(ctx context.Context, c cases.Case, id int64, by, why string) (attachment.Attachment, attachment.Key, error)
}

// transferTime is how long a file may take: 20 MB at 1 Mbit/s.
const transferTime = 3 * time.Minute

// MostBody bounds the body of a request that brings a file; 0 for any other.
func MostBody(r *http.Request) int64 {
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/desk/cases/") && strings.HasSuffix(r.URL.Path, "/attachments") {
		return attachment.MostBytes + 1<<20 // the own bound of files comes before it, and says what is wrong
	}
	return 0
}

// attach keeps the body of a request as a file of a case. The rights are asked before a byte is read, and again when all have come: nothing
// waits for the sender meanwhile. The file is there before its row; without a row it is removed, here or by the sweeper.
func (d *Desk) attach(w http.ResponseWriter, r *http.Request) {
	if _, _, err := d.agentOf(r); err != nil {
		d.fail(w, err)
		return
	}
	name, err := attachment.CheckName(r.URL.Query().Get("name"))
	switch {
	case err != nil:
	case d.Attachments == nil:
		err = attachment.ErrNone
	case r.ContentLength > attachment.MostBytes:
		err = attachment.ErrTooLarge
	}
	var key attachment.Key
	if err == nil {
		_, err = d.inCase(r, func(work Work, agent acd.Agent, c cases.Assigned) (_ any, err error) {
			if err = mayAttach(agent, c); err == nil {
				err = work.RoomForAttachment(r.Context(), c.ID)
			}
			if err == nil {
				key, err = work.CaseKey(r.Context(), c.ID)
			}
			return nil, err
		})
	}
	if err != nil {
		d.answerCase(w, nil, err)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(transferTime)) // not supported: the server's own stays
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(transferTime + time.Minute))
	kept, err := d.Attachments.Keep(r.Context(), key, r.Body)
	if err != nil {
		d.answerCase(w, nil, err)
		return
	}
	answer, err := d.inCase(r, func(work Work, agent acd.Agent, c cases.Assigned) (any, error) {
		if err := mayAttach(agent, c); err != nil {
			return nil, err
		}
		a, err := work.AddAttachment(r.Context(), c.Case, attachment.Attachment{Name: name, By: floor.By(agent.ID), Stored: kept})
		return attachmentJSON(a), err
	})
	if err != nil && !errors.Is(err, fault.ErrUncertain) {
		if lost := d.Attachments.Discard(context.WithoutCancel(r.Context()), kept); lost != nil {
			d.Log.Warn().Err(lost).Msg("a file without an attachment stays until the sweeper comes")
		}
	}
	d.answerCase(w, answer, err)
}

func mayAttach(agent acd.Agent, c cases.Assigned) error {
	return access.May(floor.Subject(agent), access.AttachFile, assignedTie(c, agent.ID))
}

// detach takes a file off a case, and removes its content once nothing names it. What is left by a crash in between the sweeper removes.
func (d *Desk) detach(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Why string `json:"why"`
	}
	if err := edge.ReadJSON(w, r, 16<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	why := strings.TrimSpace(body.Why)
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	switch {
	case err != nil:
		err = attachment.ErrUnknown
	case why == "" || len([]rune(why)) > mostWhy:
		err = errWhy
	case d.Attachments == nil:
		err = attachment.ErrNone
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	var dropped attachment.Attachment
	_, err = d.inCase(r, func(work Work, agent acd.Agent, c cases.Assigned) (_ any, err error) {
		if err = access.May(floor.Subject(agent), access.DetachFile, assignedTie(c, agent.ID)); err == nil {
			dropped, err = work.DropAttachment(r.Context(), c.Case, id, floor.By(agent.ID), why)
		}
		return nil, err
	})
	if err == nil {
		if lost := d.Attachments.Discard(context.WithoutCancel(r.Context()), dropped.Stored); lost != nil {
			d.Log.Warn().Err(lost).Msg("a file without an attachment stays until the sweeper comes")
		}
	}
	d.answerCase(w, nil, err)
}

// download gives a file of a case to whoever may view the case, for saving: the browser shows none of it. The journal keeps who read it.
func (d *Desk) download(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	switch {
	case err != nil:
		err = attachment.ErrUnknown
	case d.Attachments == nil:
		err = attachment.ErrNone
	}
	var a attachment.Attachment
	var content io.ReadCloser
	if err == nil {
		var key attachment.Key
		_, err = d.inCase(r, func(work Work, agent acd.Agent, c cases.Assigned) (_ any, err error) {
			reason, err := mayView(r, agent, c)
			if err == nil {
				a, key, err = work.AttachmentToRead(r.Context(), c.Case, id, floor.By(agent.ID), reason)
			}
			return nil, err
		})
		if err == nil {
			content, err = d.Attachments.Read(r.Context(), key, a.Stored)
		}
	}
	if err != nil {
		d.answerCase(w, nil, err)
		return
	}
	defer content.Close()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(transferTime))
	header := w.Header()
	header.Set("Content-Type", harmless(a.Type))
	header.Set("Content-Length", strconv.FormatInt(a.Size, 10))
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("Cache-Control", "no-store")
	if _, err := io.Copy(w, content); err != nil {
		d.Log.Error().Err(err).Int64("attachment", a.ID).Msg("send attachment")
		panic(http.ErrAbortHandler) // the browser must not take a half for the whole
	}
}

// harmless is a media type that no browser runs.
func harmless(media string) string {
	if strings.HasPrefix(media, "text/html") || strings.HasPrefix(media, "text/xml") {
		return "application/octet-stream"
	}
	return media
}

func attachmentJSON(a attachment.Attachment) object {
	return object{"id": a.ID, "name": a.Name, "type": a.Type, "size": a.Size, "by": a.By, "at": a.At}
}
