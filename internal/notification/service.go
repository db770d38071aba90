package notification

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"regexp"
	"time"

	"okno/internal/fault"
	"okno/internal/job"
	"okno/internal/message"
)

// Request is what an idempotency key of a client was used for.
type Request struct {
	Digest []byte // nil: for nothing yet
	List   int64  // 0: for no list
	One    int64  // 0: for no message by itself
}

// Work is what the service does in one transaction.
type Work interface {
	// NotificationRequest gives what a key was used for, and keeps others from the key until the transaction ends.
	NotificationRequest(ctx context.Context, client, key string) (Request, error)
	KeepNotificationRequest(ctx context.Context, client, key string, r Request) error
	// SpendNotices counts notices of a client on the day of a moment, of at most limit (0: no limit). [ErrBudget].
	SpendNotices(ctx context.Context, client string, n, limit int, now time.Time) error
	AddNotificationList(ctx context.Context, l List) (List, error)
	AddNotifications(ctx context.Context, l List, messages []Message) error
	AddNotification(ctx context.Context, client string, m Message, expires, now time.Time) (id int64, err error)
	QueueNotification(ctx context.Context, id int64, due, expires time.Time) error
	// NotificationListByID and NotificationByID read anew what a repeated request made.
	NotificationListByID(ctx context.Context, id int64) (List, error)
	NotificationByID(ctx context.Context, id int64, now time.Time) (One, error)
	// LockNotificationList gives a list of a client and keeps others from it. [ErrUnknown].
	LockNotificationList(ctx context.Context, client, publicID string) (List, error)
	StartNotificationList(ctx context.Context, l List, now, expires time.Time) error
	// StopNotificationList also withdraws what is queued and was not submitted.
	StopNotificationList(ctx context.Context, l List, now time.Time) error
	JournalNotification(ctx context.Context, client, action, publicID string, detail map[string]any) error
	EnqueueJob(ctx context.Context, args job.Args, o job.Options) error
}

// Store reads what there is.
type Store interface {
	// NotificationList gives a list of a client with the counts of its messages. [ErrUnknown].
	NotificationList(ctx context.Context, client, publicID string) (List, error)
	// Notification gives a message of a client. [ErrUnknown].
	Notification(ctx context.Context, client, publicID string, now time.Time) (One, error)
	// NotificationsOf gives a page of the messages of a list, those after the nth. [ErrUnknown].
	NotificationsOf(ctx context.Context, client, publicID string, after, most int, now time.Time) ([]One, error)
}

// Service takes what clients send.
type Service struct {
	units   func(ctx context.Context, fn func(Work) error) error
	store   Store
	measure Measure
	clock   func() time.Time
	reading chan struct{} // holds as many as read lists at once: each takes memory
}

const readAtOnce = 2

// NewService takes its parts.
func NewService(units func(ctx context.Context, fn func(Work) error) error, store Store, m Measure, clock func() time.Time) *Service {
	return &Service{units: units, store: store, measure: m, clock: clock, reading: make(chan struct{}, readAtOnce)}
}

var keyForm = regexp.MustCompile(`^[\x21-\x7e]{1,100}$`)

// Errors of keys. They read as those of cases do.
var (
	ErrKeyMissing error = &fault.Error{Kind: fault.Invalid, Field: "Idempotency-Key", Text: "send a key of 1 to 100 visible characters: the same request again sends nothing twice"}
	ErrKeyUsed    error = &fault.Error{Kind: fault.Conflict, Field: "Idempotency-Key", Text: "this key came with another request"}
)

// once has fn done once for a key; a request that is repeated goes to again.
func once(ctx context.Context, w Work, client, key string, digest []byte, again func(Request) error, fn func() (Request, error)) error {
	before, err := w.NotificationRequest(ctx, client, key)
	switch {
	case err != nil:
		return err
	case before.Digest != nil && (!bytes.Equal(before.Digest, digest) || before.List == 0 && before.One == 0):
		return ErrKeyUsed
	case before.Digest != nil:
		return again(before)
	}
	made, err := fn()
	if err != nil {
		return err
	}
	made.Digest = digest
	return w.KeepNotificationRequest(ctx, client, key, made)
}

// Send sends a message to one citizen. created says whether the request is new. A national number of nobody gets the same answer.
func (s *Service) Send(ctx context.Context, client, key string, set Settings, o Order, r Recipient) (one One, e Estimate, created bool, err error) {
	now := s.clock()
	if !keyForm.MatchString(key) {
		return one, e, false, ErrKeyMissing
	}
	d, err := NewDraw(o, set, s.measure, now)
	if err != nil {
		return one, e, false, err
	}
	m, err := d.Make(r)
	if err != nil {
		return one, e, false, err
	}
	raw, err := json.Marshal([]any{"notification", o, r})
	if err != nil {
		return one, e, false, err
	}
	digest := sha256.Sum256(raw)
	due, expires := times(o.NotBefore, o.ExpiresAt, now)
	err = s.units(ctx, func(w Work) error {
		created = false
		return once(ctx, w, client, key, digest[:], func(r Request) (err error) {
			one, err = w.NotificationByID(ctx, r.One, now)
			return err
		}, func() (made Request, err error) {
			if err = w.SpendNotices(ctx, client, 1, set.Day, now); err != nil {
				return made, err
			}
			if made.One, err = w.AddNotification(ctx, client, m, expires, now); err != nil {
				return made, err
			}
			if err = w.QueueNotification(ctx, made.One, due, expires); err != nil {
				return made, err
			}
			created = true
			if one, err = w.NotificationByID(ctx, made.One, now); err != nil {
				return made, err
			}
			return made, w.JournalNotification(ctx, client, "notification.send", one.PublicID, map[string]any{"segments": m.Segments})
		})
	})
	return one, d.Estimate(), created, err
}

// times says when a notice is due, and until when it is worth sending.
func times(notBefore, expiresAt, now time.Time) (due, expires time.Time) {
	due = now
	if notBefore.After(now) {
		due = notBefore
	}
	expires = due.Add(message.NoticeLifetime)
	if !expiresAt.IsZero() && expiresAt.Before(expires) {
		expires = expiresAt
	}
	return due, expires
}

// SendList keeps a list: all of it or, when anything in it is wrong, nothing. It is started at once if its order says so. The order was read
// from the body before, and is part of what the key stands for.
func (s *Service) SendList(ctx context.Context, client, key string, set Settings, o Order, recipients io.Reader, f Format, first int) (l List, created bool, err error) {
	now := s.clock()
	if !keyForm.MatchString(key) {
		return l, false, ErrKeyMissing
	}
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	default:
		return l, false, ErrBusy
	}
	d, err := NewDraw(o, set, s.measure, now)
	if err != nil {
		return l, false, err
	}
	raw, err := json.Marshal([]any{"notification list", o, f})
	if err != nil {
		return l, false, err
	}
	hash := sha256.New()
	hash.Write(raw)
	messages, err := d.Read(io.TeeReader(recipients, hash), f, first)
	if err != nil {
		return l, false, err
	}
	digest := hash.Sum(nil)
	err = s.units(ctx, func(w Work) error {
		created = false
		return once(ctx, w, client, key, digest, func(r Request) (err error) {
			l, err = w.NotificationListByID(ctx, r.List)
			return err
		}, func() (made Request, err error) {
			l, err = w.AddNotificationList(ctx, List{Client: client, State: Draft, Recipients: len(messages), Estimate: d.Estimate(), NotBefore: o.NotBefore,
				ExpiresAt: o.ExpiresAt, CreatedAt: now})
			if err != nil {
				return made, err
			}
			made.List, created = l.ID, true
			if o.Start {
				err = s.start(ctx, w, &l, set, now)
			} else {
				err = w.EnqueueJob(ctx, job.SendNotifications{List: l.ID}, job.Options{Due: l.GivenUpAt()}) // it is given up then
			}
			if err != nil {
				return made, err
			}
			if err = w.AddNotifications(ctx, l, messages); err != nil {
				return made, err
			}
			return made, w.JournalNotification(ctx, client, "notification.list", l.PublicID, map[string]any{"recipients": l.Recipients,
				"segments": l.Estimate.Segments, "digest": hex.EncodeToString(digest[:8])})
		})
	})
	if err != nil {
		return List{}, false, err
	}
	l.Counts = nil
	return l, created, nil
}

// GivenUpAt is when a list that nobody has started ends.
func (l List) GivenUpAt() time.Time {
	if !l.ExpiresAt.IsZero() {
		return l.ExpiresAt
	}
	return l.CreatedAt.Add(DraftLifetime)
}

// Start starts a list. One that runs or has finished stays as it is. [ErrUnknown], [ErrEnded], [ErrBudget].
func (s *Service) Start(ctx context.Context, client, publicID string, set Settings) (List, error) {
	now := s.clock()
	err := s.units(ctx, func(w Work) error {
		l, err := w.LockNotificationList(ctx, client, publicID)
		switch {
		case err != nil:
			return err
		case l.State == Running || l.State == Finished:
			return nil
		case l.State != Draft || !now.Before(l.GivenUpAt()):
			return ErrEnded
		}
		return s.start(ctx, w, &l, set, now)
	})
	if err != nil {
		return List{}, err
	}
	return s.store.NotificationList(ctx, client, publicID)
}

func (s *Service) start(ctx context.Context, w Work, l *List, set Settings, now time.Time) error {
	if err := w.SpendNotices(ctx, l.Client, l.Recipients, set.Day, now); err != nil {
		return err
	}
	due, expires := times(l.NotBefore, l.ExpiresAt, now)
	if err := w.StartNotificationList(ctx, *l, now, expires); err != nil {
		return err
	}
	l.State, l.StartedAt, l.ExpiresAt = Running, now, expires
	if err := w.JournalNotification(ctx, l.Client, "notification.start", l.PublicID, map[string]any{"recipients": l.Recipients}); err != nil {
		return err
	}
	return w.EnqueueJob(ctx, job.SendNotifications{List: l.ID}, job.Options{Due: due})
}

// Stop stops a list at once: what was not submitted to an operator yet is not sent. One that has ended stays as it is. [ErrUnknown].
func (s *Service) Stop(ctx context.Context, client, publicID string) (List, error) {
	now := s.clock()
	err := s.units(ctx, func(w Work) error {
		l, err := w.LockNotificationList(ctx, client, publicID)
		if err != nil || l.State == Stopped || l.State == Finished {
			return err
		}
		if err := w.StopNotificationList(ctx, l, now); err != nil {
			return err
		}
		if err := w.JournalNotification(ctx, client, "notification.stop", l.PublicID, nil); err != nil {
			return err
		}
		return w.EnqueueJob(ctx, job.SendNotifications{List: l.ID}, job.Options{}) // it erases what is left
	})
	if err != nil {
		return List{}, err
	}
	return s.store.NotificationList(ctx, client, publicID)
}

// List gives a list of a client with the counts of its messages. [ErrUnknown].
func (s *Service) List(ctx context.Context, client, publicID string) (List, error) {
	return s.store.NotificationList(ctx, client, publicID)
}

// Message gives a message of a client. [ErrUnknown].
func (s *Service) Message(ctx context.Context, client, publicID string) (One, error) {
	return s.store.Notification(ctx, client, publicID, s.clock())
}

// Messages gives a page of the messages of a list, those after the nth. [ErrUnknown].
func (s *Service) Messages(ctx context.Context, client, publicID string, after, most int) ([]One, error) {
	return s.store.NotificationsOf(ctx, client, publicID, after, most, s.clock())
}
