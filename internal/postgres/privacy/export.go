package privacy

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/conversation"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/notifications"
	"okno/internal/postgres/transcripts"
	"okno/internal/privacy"
	"okno/internal/recording"
	"okno/internal/seal"
)

const (
	exportedCitizen = `SELECT ` + datakeys.OfCitizen + `id), sealed, coalesce(language, '') FROM citizens WHERE id = $1`

	exportedNumbers = `
SELECT b.sealed_number, b.proof, b.verified_at, b.ended_at, coalesce(s.language, ''), s.notices_stopped_at
FROM bindings b LEFT JOIN subscribers s ON s.number_index = b.number_index AND b.ended_at IS NULL WHERE b.citizen_id = $1 ORDER BY b.id`

	exportedCases = `
SELECT id, number, kind, state, opened_at, sealed, ` + datakeys.OfCase + `cases.id) FROM cases WHERE id = ANY ($1) ORDER BY id`
	exportedMoves = `
SELECT case_id, at, to_state, by, sealed, ` + datakeys.OfCase + `case_id) FROM case_moves WHERE case_id = ANY ($1)
UNION ALL SELECT case_id, at, 'note', by, sealed, ` + datakeys.OfCase + `case_id) FROM case_notes WHERE case_id = ANY ($1) ORDER BY case_id, at`

	exportedAttachments = `
SELECT case_id, id, file, sealed, media_type, size, hash, by, at, ` + datakeys.OfCase + `case_id) FROM case_attachments WHERE case_id = ANY ($1) ORDER BY id`

	exportedInteractions = `
SELECT id, channel, started_at, ended_at, outcome, sealed_number, ` + datakeys.OfInteraction + `interactions.id)
FROM interactions WHERE id = ANY ($1) ORDER BY id`
	exportedLines = `
SELECT interaction_id, at, speaker, kind, sealed, ` + datakeys.OfInteraction + `interaction_id)
FROM entries WHERE interaction_id = ANY ($1) ORDER BY interaction_id, id`

	exportedRecordings = `
SELECT interaction_id, id, file, media_type, size, hash, began_at, ` + datakeys.OfInteraction + `interaction_id)
FROM recordings WHERE interaction_id = ANY ($1) AND state = 'kept' ORDER BY id`

	// What they said stands in the transcripts. Passwords are listed by themselves.
	exportedMessages = `
SELECT received_at, 'from', coalesce(interaction_id, 0), coalesce(failure, '') FROM mo_messages
WHERE source_index = ANY ($1) AND (source_index = ANY ($2) OR interaction_id = ANY ($3))
UNION ALL
SELECT m.created_at, 'to', coalesce(m.interaction_id, 0), s.state FROM mt_messages m CROSS JOIN LATERAL (
    SELECT state FROM mt_segments WHERE id = m.id * 256 + 1 OFFSET 0) s
WHERE m.destination_index = ANY ($1) AND (m.destination_index = ANY ($2) OR m.interaction_id = ANY ($3)) AND m.lane <> 'otp' ORDER BY 1`

	exportedNotices = `
SELECT created_at, client, state, failure, sealed FROM notifications WHERE citizen_id = $1
UNION ALL SELECT created_at, client, state, failure, sealed FROM notifications WHERE number_index = ANY ($2) ORDER BY 1`

	exportedPasswords = `
SELECT created_at, client, purpose, state FROM challenges WHERE number_index = ANY ($2) AND (number_index = ANY ($3) OR citizen_id = $1) ORDER BY id`

	exportedJournal = `
SELECT at, actor, action, subject FROM audit WHERE detail ? 'citizen' AND (detail ->> 'citizen')::bigint = $1 ORDER BY id`
)

// ExportCitizen gives all that is kept of a citizen, and records in the journal by whom and why. [citizen.ErrUnknown].
func (s *Store) ExportCitizen(ctx context.Context, id int64, by, reason string) (d privacy.Dossier, err error) {
	err = s.do(ctx, func(w steps) (err error) {
		d, err = w.dossier(ctx, id)
		if err != nil {
			return err
		}
		return audit.Record(ctx, w.tx, by, "citizen.export", fmt.Sprintf("citizen:%d", id), map[string]any{"citizen": id, "reason": reason})
	})
	if err != nil {
		return privacy.Dossier{}, fmt.Errorf("export citizen %d: %w", id, err)
	}
	return d, nil
}

func (w steps) dossier(ctx context.Context, id int64) (d privacy.Dossier, err error) {
	s, err := w.scopeOf(ctx, id)
	if err != nil {
		return d, err
	}
	d.At = time.Now().UTC()
	var key, sealed []byte
	d.Citizen.ID, d.Citizen.Since = id, s.since
	if err := w.tx.QueryRow(ctx, exportedCitizen, id).Scan(&key, &sealed, &d.Citizen.Language); err != nil {
		return d, err
	}
	person, err := identity.OpenPerson(w.ring, id, key, sealed)
	if err != nil {
		return d, err
	}
	d.Citizen.Name, d.Citizen.NationalNumber = person.Name, person.NationalNumber
	if d.Numbers, err = w.numbersOf(ctx, id, key); err != nil {
		return d, err
	}
	all, bound := w.indexes(s.numbers), w.indexes(s.bound)
	if d.Messages, err = collect[privacy.Message](ctx, w, exportedMessages, all, bound, s.interactions); err != nil {
		return d, err
	}
	if d.Notices, err = w.noticesOf(ctx, id, bound); err != nil {
		return d, err
	}
	if d.Passwords, err = collect[privacy.Password](ctx, w, exportedPasswords, id, all, bound); err != nil {
		return d, err
	}
	if d.Journal, err = collect[privacy.Look](ctx, w, exportedJournal, id); err != nil {
		return d, err
	}
	if d.Cases, err = w.casesOf(ctx, s); err != nil {
		return d, err
	}
	d.Interactions, err = w.interactionsOf(ctx, s)
	return d, err
}

func (w steps) numbersOf(ctx context.Context, id int64, key seal.Wrapped) ([]privacy.Number, error) {
	rows, err := w.tx.Query(ctx, exportedNumbers, id)
	if err != nil {
		return nil, err
	}
	opener := datakeys.NewOpener(w.ring)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n privacy.Number, err error) {
		var sealed []byte
		if err = row.Scan(&sealed, &n.Proof, &n.VerifiedAt, &n.EndedAt, &n.Language, &n.NoticesStopped); err == nil {
			n.Number, err = opener.Text(key, identity.PlaceOfBound(id), sealed)
		}
		return n, err
	})
}

func (w steps) noticesOf(ctx context.Context, id int64, bound [][]byte) ([]privacy.Notice, error) {
	rows, err := w.tx.Query(ctx, exportedNotices, id, bound)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n privacy.Notice, err error) {
		var sealed []byte
		if err = row.Scan(&n.At, &n.Client, &n.State, &n.Failure, &sealed); err == nil {
			n.Text, err = notifications.Text(w.ring, sealed)
		}
		return n, err
	})
}

// collect reads rows whose columns are the fields of T.
func collect[T any](ctx context.Context, w steps, sql string, args ...any) ([]T, error) {
	rows, err := w.tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

func (w steps) casesOf(ctx context.Context, s scope) ([]privacy.Case, error) {
	opener := datakeys.NewOpener(w.ring)
	rows, err := w.tx.Query(ctx, exportedCases, s.cases)
	if err != nil {
		return nil, err
	}
	places := map[int64]int{}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c privacy.Case, err error) {
		var sealed, wrapped []byte
		if err = row.Scan(&c.ID, &c.Number, &c.Kind, &c.State, &c.OpenedAt, &sealed, &wrapped); err != nil {
			return c, err
		}
		places[c.ID] = len(places)
		return c, opener.JSON(wrapped, datakeys.CaseOf(c.ID), sealed, &c)
	})
	if err != nil {
		return nil, err
	}
	if rows, err = w.tx.Query(ctx, exportedMoves, s.cases); err != nil {
		return nil, err
	}
	var id int64
	var m privacy.Move
	var sealed, wrapped []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &m.At, &m.To, &m.By, &sealed, &wrapped}, func() error {
		m.Why, m.Told = "", ""
		err := opener.JSON(wrapped, datakeys.MovesOf(id), sealed, &m)
		of := &found[places[id]]
		of.Moves = append(of.Moves, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, w.attachmentsOf(ctx, s, func(caseID int64) *privacy.Case { return &found[places[caseID]] })
}

// attachmentsOf adds to cases their files. A path in the archive has the case and an id in it: two files of one name are two.
func (w steps) attachmentsOf(ctx context.Context, s scope, of func(int64) *privacy.Case) error {
	rows, err := w.tx.Query(ctx, exportedAttachments, s.cases)
	if err != nil {
		return err
	}
	opener := datakeys.NewOpener(w.ring)
	var owner, id int64
	var a privacy.Attachment
	var sealed []byte
	var wrapped seal.Wrapped
	_, err = pgx.ForEachRow(rows, []any{&owner, &id, &a.Stored.File, &sealed, &a.Type, &a.Size, &a.Stored.Hash, &a.By, &a.At, &wrapped}, func() (err error) {
		c := of(owner)
		if a.Name, err = opener.Text(wrapped, datakeys.AttachmentOf(owner, a.Stored.File), sealed); err != nil {
			return err
		}
		a.Path = fmt.Sprintf("attachments/%s/%d-%s", c.Number, id, a.Name)
		a.Stored.Type, a.Stored.Size = a.Type, a.Size
		key, err := w.ring.Unwrap(wrapped)
		if err != nil {
			return err
		}
		a.Key = key
		c.Attachments = append(c.Attachments, a)
		a.Stored.Hash = nil // the next row's is not read over it
		return nil
	})
	return err
}

func (w steps) interactionsOf(ctx context.Context, s scope) ([]privacy.Interaction, error) {
	opener := datakeys.NewOpener(w.ring)
	rows, err := w.tx.Query(ctx, exportedInteractions, s.interactions)
	if err != nil {
		return nil, err
	}
	places := map[int64]int{}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i privacy.Interaction, err error) {
		var number, wrapped []byte
		if err = row.Scan(&i.ID, &i.Channel, &i.StartedAt, &i.EndedAt, &i.Outcome, &number, &wrapped); err != nil {
			return i, err
		}
		places[i.ID] = len(places)
		i.Number, err = opener.Text(wrapped, datakeys.NumberOf(i.ID), number)
		return i, err
	})
	if err != nil {
		return nil, err
	}
	if rows, err = w.tx.Query(ctx, exportedLines, s.interactions); err != nil {
		return nil, err
	}
	var id int64
	var l privacy.Line
	var sealed, wrapped []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &l.At, &l.Speaker, &l.Kind, &sealed, &wrapped}, func() (err error) {
		l.Text, err = opener.Text(wrapped, datakeys.EntryOf(id, l.Speaker, l.Kind), sealed)
		of := &found[places[id]]
		of.Lines = append(of.Lines, l)
		return err
	})
	if err != nil {
		return nil, err
	}
	of := func(interaction int64) *privacy.Interaction { return &found[places[interaction]] }
	if err := w.recordingsOf(ctx, s, of); err != nil {
		return nil, err
	}
	return found, w.transcriptsOf(ctx, s, of)
}

// transcriptsOf adds to interactions what was written down of their talks.
func (w steps) transcriptsOf(ctx context.Context, s scope, of func(int64) *privacy.Interaction) error {
	all, err := transcripts.Of(ctx, w.tx, w.ring, s.interactions)
	if err != nil {
		return err
	}
	for _, t := range all {
		written := privacy.Transcript{Recording: t.Recording}
		for n, l := range t.Lines {
			spoken := privacy.Spoken{Begin: l.Begin(), Speaker: conversation.Citizen, Text: l.Text()}
			if l.Side != recording.Citizen {
				spoken.Speaker = "agent"
			}
			if c, corrected := t.Latest(n); corrected {
				spoken.Recognised, spoken.Text = spoken.Text, c.Text
			}
			written.Lines = append(written.Lines, spoken)
		}
		i := of(t.Interaction)
		i.Transcripts = append(i.Transcripts, written)
	}
	return nil
}

// recordingsOf adds to interactions the recordings of their talks.
func (w steps) recordingsOf(ctx context.Context, s scope, of func(int64) *privacy.Interaction) error {
	rows, err := w.tx.Query(ctx, exportedRecordings, s.interactions)
	if err != nil {
		return err
	}
	var interaction, id int64
	var a privacy.Attachment
	var wrapped seal.Wrapped
	_, err = pgx.ForEachRow(rows, []any{&interaction, &id, &a.Stored.File, &a.Type, &a.Size, &a.Stored.Hash, &a.At, &wrapped}, func() error {
		key, err := w.ring.Unwrap(wrapped)
		if err != nil {
			return err
		}
		a.Name, a.By, a.Key = fmt.Sprintf("%d.wav", id), conversation.Okno, key
		a.Path = fmt.Sprintf("recordings/%d/%s", interaction, a.Name)
		a.Stored.Type, a.Stored.Size = a.Type, a.Size
		i := of(interaction)
		i.Recordings = append(i.Recordings, a)
		a.Stored.Hash = nil // the next row's is not read over it
		return nil
	})
	return err
}
