package store

import (
	"context"

	"okno/internal/attachment"
	"okno/internal/conversation"
	"okno/internal/lease"
)

// MessageKey gives the key under which the file of a case is sealed that a caller's message becomes. [attachment.ErrErased].
func (s *Store) MessageKey(ctx context.Context, caseID int64) (key attachment.Key, err error) {
	err = s.Do(ctx, func(w *Work) error {
		key, err = w.CaseKey(ctx, caseID)
		return err
	})
	return key, err
}

// AttachMessage makes a message that was kept a file of its case. recording.ErrUnknown of one that was erased, or attached before.
func (s *Store) AttachMessage(ctx context.Context, l lease.Lease, id int64, kept attachment.Stored) error {
	return s.Do(ctx, func(w *Work) error {
		if err := w.Owned(ctx, l); err != nil {
			return err
		}
		number, began, err := w.TakeMessage(ctx, id)
		if err != nil {
			return err
		}
		c, err := w.CaseToWork(ctx, number)
		if err != nil {
			return err
		}
		name := began.UTC().Format("2006-01-02 15-04-05") + ".wav"
		_, err = w.AddAttachment(ctx, c.Case, attachment.Attachment{Name: name, By: conversation.Citizen, Stored: kept})
		return err
	})
}
