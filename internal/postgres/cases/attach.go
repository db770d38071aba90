package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/attachment"
	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
)

// CaseKey gives the key under which what belongs to a case is sealed. attachment.ErrErased.
func (w Steps) CaseKey(ctx context.Context, id int64) (attachment.Key, error) {
	key, err := datakeys.Case(ctx, w.tx, w.ring, id)
	if errors.Is(err, datakeys.ErrDestroyed) {
		return nil, attachment.ErrErased
	}
	if err != nil {
		return nil, err
	}
	return key, nil
}

const countAttachments = `SELECT count(*) FROM case_attachments WHERE case_id = $1`

// RoomForAttachment says that a case may have one more attachment. attachment.ErrMany.
func (w Steps) RoomForAttachment(ctx context.Context, id int64) error {
	var n int
	if err := w.tx.QueryRow(ctx, countAttachments, id).Scan(&n); err != nil {
		return fmt.Errorf("count attachments: %w", err)
	}
	if n >= attachment.MostOfCase {
		return attachment.ErrMany
	}
	return nil
}

const addAttachment = `
INSERT INTO case_attachments (case_id, file, sealed, media_type, size, hash, by) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, at`

// AddAttachment names a file that was kept, in the case's history too. The caller has locked the case. attachment.ErrMany,
// attachment.ErrErased.
func (w Steps) AddAttachment(ctx context.Context, c cases.Case, a attachment.Attachment) (attachment.Attachment, error) {
	if err := w.RoomForAttachment(ctx, c.ID); err != nil {
		return a, err
	}
	key, err := w.CaseKey(ctx, c.ID)
	if err != nil {
		return a, err
	}
	sealed := key.Seal(datakeys.AttachmentOf(c.ID, a.File), []byte(a.Name))
	if err := w.tx.QueryRow(ctx, addAttachment, c.ID, a.File, sealed, a.Type, a.Size, a.Hash, a.By).Scan(&a.ID, &a.At); err != nil {
		return a, fmt.Errorf("add attachment: %w", err)
	}
	if err := w.addMove(ctx, c, c.State, a.By, reason{Why: "+ " + a.Name}); err != nil {
		return a, fmt.Errorf("add attachment: %w", err)
	}
	return a, audit.Record(ctx, w.tx, a.By, "case.attach", "case:"+c.Number, map[string]any{"attachment": a.ID, "size": a.Size, "type": a.Type})
}

const (
	attachmentColumns = `
SELECT id, case_id, file, sealed, media_type, size, hash, by, at, ` + datakeys.OfCase + `case_id) FROM case_attachments WHERE case_id = $1`
	attachmentsOf = attachmentColumns + ` ORDER BY id`
	attachmentOf  = attachmentColumns + ` AND id = $2`
)

func scanAttachment(opener *datakeys.Opener, row pgx.Row) (a attachment.Attachment, err error) {
	var owner int64
	var sealed, wrapped []byte
	if err = row.Scan(&a.ID, &owner, &a.File, &sealed, &a.Type, &a.Size, &a.Hash, &a.By, &a.At, &wrapped); err != nil {
		return a, postgres.NoRows(err, attachment.ErrUnknown)
	}
	a.Name, err = opener.Text(wrapped, datakeys.AttachmentOf(owner, a.File), sealed)
	return a, err
}

// Attachments lists the files of a case, the oldest first.
func (w Steps) Attachments(ctx context.Context, id int64) ([]attachment.Attachment, error) {
	rows, err := w.tx.Query(ctx, attachmentsOf, id)
	var found []attachment.Attachment
	if err == nil {
		opener := datakeys.NewOpener(w.ring)
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (attachment.Attachment, error) { return scanAttachment(opener, row) })
	}
	if err != nil {
		return nil, fmt.Errorf("list attachments: %w", err)
	}
	return found, nil
}

// AttachmentToRead gives a file of a case with its key, and journals by whom and why it is read. attachment.ErrUnknown, attachment.ErrErased.
func (w Steps) AttachmentToRead(ctx context.Context, c cases.Case, id int64, by, why string) (attachment.Attachment, attachment.Key, error) {
	a, err := scanAttachment(datakeys.NewOpener(w.ring), w.tx.QueryRow(ctx, attachmentOf, c.ID, id))
	if err != nil {
		if !errors.Is(err, attachment.ErrUnknown) {
			err = fmt.Errorf("find attachment: %w", err)
		}
		return a, nil, err
	}
	key, err := w.CaseKey(ctx, c.ID)
	if err != nil {
		return a, nil, err
	}
	detail := map[string]any{"citizen": c.CitizenID, "attachment": a.ID}
	if why != "" {
		detail["reason"] = why
	}
	return a, key, audit.Record(ctx, w.tx, by, "case.attachment.view", "case:"+c.Number, detail)
}

const dropAttachment = `DELETE FROM case_attachments WHERE id = $1`

// DropAttachment takes a file off a case, in the case's history too, and gives what nothing names any more once this is committed. The caller has
// locked the case. attachment.ErrUnknown.
func (w Steps) DropAttachment(ctx context.Context, c cases.Case, id int64, by, why string) (attachment.Attachment, error) {
	a, err := scanAttachment(datakeys.NewOpener(w.ring), w.tx.QueryRow(ctx, attachmentOf, c.ID, id))
	if errors.Is(err, attachment.ErrUnknown) {
		return a, err
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, dropAttachment, a.ID)
	}
	if err == nil {
		err = w.addMove(ctx, c, c.State, by, reason{Why: "− " + a.Name + ": " + why})
	}
	if err != nil {
		return a, fmt.Errorf("drop attachment: %w", err)
	}
	return a, audit.Record(ctx, w.tx, by, "case.detach", "case:"+c.Number, map[string]any{"attachment": a.ID, "size": a.Size, "type": a.Type})
}

const namedFiles = `SELECT file FROM case_attachments WHERE file = ANY ($1)`

// NamedFiles gives which of some files an attachment names.
func (s *Store) NamedFiles(ctx context.Context, files []string) (map[string]bool, error) {
	named, err := CollectNamed(s.db.Query(ctx, namedFiles, files))
	if err != nil {
		return nil, fmt.Errorf("look for attachments of files: %w", err)
	}
	return named, nil
}

// CollectNamed gives the files of rows that each have one.
func CollectNamed(rows pgx.Rows, err error) (map[string]bool, error) {
	named := map[string]bool{}
	if err == nil {
		var file string
		_, err = pgx.ForEachRow(rows, []any{&file}, func() error {
			named[file] = true
			return nil
		})
	}
	return named, err
}

const attachmentFiles = `SELECT id, file FROM case_attachments WHERE id > $1 AND at < $2 ORDER BY id LIMIT $3`

// AttachmentFiles gives up to so many files of attachments with greater ids, from before a moment, by id; and the last id.
func (s *Store) AttachmentFiles(ctx context.Context, after int64, before time.Time, most int) (files []string, last int64, err error) {
	files, last, err = CollectFiles(s.db.Query(ctx, attachmentFiles, after, before, most))
	if err != nil {
		return nil, 0, fmt.Errorf("list files of attachments: %w", err)
	}
	return files, last, nil
}

// CollectFiles gives the files of rows that have an id and a file, and the last id.
func CollectFiles(rows pgx.Rows, err error) (files []string, last int64, _ error) {
	if err == nil {
		var file string
		_, err = pgx.ForEachRow(rows, []any{&last, &file}, func() error {
			files = append(files, file)
			return nil
		})
	}
	return files, last, err
}
