package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/searchindex"
	"okno/internal/seal"
)

// Person is what is sealed of a citizen.
type Person struct {
	Kind           string `json:"kind,omitempty"` // "": an IIN, as of rows from when there was no other
	NationalNumber string `json:"national_number"`
	Name           string `json:"name"`
}

// nationalIndex is the purpose of the blind index of national numbers.
const nationalIndex = "national number"

// indexed is what the blind index of a national number is made of: two kinds may have the same digits.
func (p Person) indexed() string {
	if p.Kind == "" {
		return p.NationalNumber
	}
	return p.Kind + ":" + p.NationalNumber
}

// NationalIndexes gives the blind indexes under which some digits may stand: as each kind of national number that they can be, by each key of
// the ring. None: they are no national number.
func NationalIndexes(ring *seal.Ring, digits string) (all [][]byte) {
	for _, kind := range citizen.Kinds {
		if p, err := personOf(citizen.Citizen{Kind: kind.Name(), NationalNumber: digits}); err == nil {
			all = append(all, ring.Indexes(nationalIndex, p.indexed())...)
		}
	}
	return all
}

// personOf reads the national number of a citizen. [citizen.ErrNationalNumber].
func personOf(c citizen.Citizen) (Person, error) {
	kind, err := citizen.KindOf(c.Kind)
	if err != nil {
		return Person{}, err
	}
	p := Person{Name: c.Name}
	if kind != citizen.Kinds[0] {
		p.Kind = kind.Name()
	}
	p.NationalNumber, err = citizen.ParseNationalNumber(kind, c.NationalNumber)
	return p, err
}

// place names a citizen's sealed data: what was sealed of one citizen does not open in the row of another.
func place(id int64) string { return fmt.Sprintf("citizen:%d", id) }

// OpenPerson opens what is sealed of a citizen; nobody for id 0.
func OpenPerson(ring *seal.Ring, id int64, dataKey seal.Wrapped, sealed []byte) (p Person, err error) {
	if id == 0 || len(dataKey) == 0 { // nobody, or one whose key was destroyed
		return p, nil
	}
	key, err := ring.Unwrap(dataKey)
	if err != nil {
		return p, fmt.Errorf("open citizen %d: %w", id, err)
	}
	plain, err := key.Open(place(id), sealed)
	if err == nil {
		err = json.Unmarshal(plain, &p)
	}
	if err != nil {
		return p, fmt.Errorf("open citizen %d: %w", id, err)
	}
	return p, nil
}

func sealPerson(key *seal.DataKey, id int64, p Person) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("seal citizen %d: %w", id, err)
	}
	return key.Seal(place(id), plain), nil
}

const (
	citizenByIndex = `SELECT id, ` + datakeys.OfCitizen + `id) FROM citizens WHERE national_index = ANY ($1) FOR UPDATE`
	nextCitizen    = `SELECT nextval(pg_get_serial_sequence('citizens', 'id'))`
	addCitizen     = `
WITH added AS (
    INSERT INTO citizens (id, national_index, sealed, language) OVERRIDING SYSTEM VALUE VALUES ($1, $3, $4, nullif($5, ''))
    ON CONFLICT (national_index) DO NOTHING RETURNING id
)
INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'z', id, $2 FROM added`
	renewCitizen = `UPDATE citizens SET sealed = $2, language = nullif($3, '') WHERE id = $1`
)

// SaveCitizen adds or renews a citizen, binds those of the numbers that are nobody's, and gives the id. [citizen.ErrNationalNumber].
func (w Steps) SaveCitizen(ctx context.Context, c citizen.Citizen) (int64, error) {
	person, err := personOf(c)
	if err != nil {
		return 0, err
	}
	id, err := w.saveCitizen(ctx, person, c.Language)
	if err != nil {
		return 0, fmt.Errorf("save citizen: %w", err)
	}
	writes := &pgx.Batch{}
	searchindex.QueueCitizen(writes, w.ring, id, c.Name)
	if err := w.tx.SendBatch(ctx, writes).Close(); err != nil {
		return 0, fmt.Errorf("index citizen: %w", err)
	}
	for _, number := range c.Numbers {
		was, err := w.lockNumber(ctx, number)
		if err == nil && was.id == 0 {
			_, err = w.Bind(ctx, citizen.Binding{Citizen: id, Number: number, Proof: citizen.ByImport, By: "okno"})
		}
		if err != nil {
			return 0, err
		}
	}
	return id, nil
}

const citizenByNational = `SELECT id FROM citizens WHERE national_index = ANY ($1)`

// CitizenByNational gives the citizen of a national number, or 0. The work is the same for both. [citizen.ErrNationalNumber].
func (w Steps) CitizenByNational(ctx context.Context, kind, number string) (id int64, err error) {
	person, err := personOf(citizen.Citizen{Kind: kind, NationalNumber: number})
	if err != nil {
		return 0, err
	}
	err = w.tx.QueryRow(ctx, citizenByNational, w.ring.Indexes(nationalIndex, person.indexed())).Scan(&id)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("find citizen: %w", err)
	}
	return id, nil
}

// saveCitizen adds a citizen, unless one with the national number is there, who is renewed then.
func (w Steps) saveCitizen(ctx context.Context, p Person, l dialogue.Language) (id int64, err error) {
	for {
		var wrapped seal.Wrapped
		err = w.tx.QueryRow(ctx, citizenByIndex, w.ring.Indexes(nationalIndex, p.indexed())).Scan(&id, &wrapped)
		if err == nil {
			key, err := w.ring.Unwrap(wrapped)
			if err != nil {
				return 0, err
			}
			sealed, err := sealPerson(key, id, p)
			if err == nil {
				_, err = w.tx.Exec(ctx, renewCitizen, id, sealed, l)
			}
			return id, err
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return 0, err
		}
		if err := w.tx.QueryRow(ctx, nextCitizen).Scan(&id); err != nil {
			return 0, err
		}
		key, wrapped, err := w.ring.NewDataKey()
		if err != nil {
			return 0, err
		}
		sealed, err := sealPerson(key, id, p)
		if err != nil {
			return 0, err
		}
		tag, err := w.tx.Exec(ctx, addCitizen, id, wrapped, w.ring.Index(nationalIndex, p.indexed()), sealed, l)
		if err != nil || tag.RowsAffected() > 0 {
			return id, err
		}
		// Somebody else has added the citizen meanwhile.
	}
}

const (
	// By the index on the number, which has nothing of sealed rows: each start asks this.
	plainCitizens = `
SELECT id, national_number, name FROM citizens WHERE national_number IS NOT NULL ORDER BY national_number LIMIT $1 FOR UPDATE SKIP LOCKED`
	sealCitizen = `
UPDATE citizens SET national_index = $2, sealed = $3, national_number = NULL, name = NULL WHERE id = $1`
)

// SealCitizens seals what is there of citizens in the open, and gives how many there were.
func (s *Store) SealCitizens(ctx context.Context) (n int, err error) {
	return s.batches(ctx, "seal citizens", func(w Steps, _ int64) (n int, last int64, err error) {
		rows, err := w.tx.Query(ctx, plainCitizens, batch)
		if err != nil {
			return 0, 0, err
		}
		type plain struct {
			ID             int64
			NationalNumber string
			Name           string
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[plain])
		if err != nil {
			return 0, 0, err
		}
		writes := &pgx.Batch{}
		keys := make([]datakeys.Owned, 0, len(found))
		for _, c := range found {
			key, wrapped, err := w.ring.NewDataKey()
			if err != nil {
				return 0, 0, err
			}
			sealed, err := sealPerson(key, c.ID, Person{NationalNumber: c.NationalNumber, Name: c.Name})
			if err != nil {
				return 0, 0, err
			}
			keys = append(keys, datakeys.Owned{ID: c.ID, Wrapped: wrapped})
			writes.Queue(sealCitizen, c.ID, w.ring.Index(nationalIndex, c.NationalNumber), sealed)
		}
		datakeys.QueueCitizens(writes, keys)
		return len(found), 0, w.tx.SendBatch(ctx, writes).Close()
	})
}

const (
	// Each batch begins where the one before ended: what has been rotated is not read again.
	staleKeys = `
SELECT c.id, k.wrapped, c.sealed FROM data_keys k JOIN citizens c ON c.id = k.owner_id
WHERE k.kind = 'z' AND k.owner_id > $3 AND substr(k.wrapped, 1, length($1::bytea)) <> $1 ORDER BY k.owner_id LIMIT $2 FOR UPDATE OF c`
	indexCitizen = `UPDATE citizens SET national_index = $2 WHERE id = $1`
)

// RotateCitizens indexes citizens and their numbers by the current master key, and seals anew what numbers have chosen, whose number it
// gives. It comes before the data keys are wrapped anew.
func (s *Store) RotateCitizens(ctx context.Context) (n int, err error) {
	subscribers, err := s.rotateSubscribers(ctx)
	if err != nil {
		return subscribers, err
	}
	_, err = s.batches(ctx, "rotate indexes of citizens", func(w Steps, after int64) (n int, last int64, err error) {
		rows, err := w.tx.Query(ctx, staleKeys, w.ring.Prefix(), batch, after)
		if err != nil {
			return 0, 0, err
		}
		type stale struct {
			ID      int64
			DataKey []byte
			Sealed  []byte
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[stale])
		if err != nil {
			return 0, 0, err
		}
		writes := &pgx.Batch{}
		if err := w.indexBindings(ctx, writes, postgres.Column(found, func(c stale) int64 { return c.ID })); err != nil {
			return 0, 0, err
		}
		for _, c := range found {
			person, err := OpenPerson(w.ring, c.ID, c.DataKey, c.Sealed)
			if err != nil {
				return 0, 0, err
			}
			writes.Queue(indexCitizen, c.ID, w.ring.Index(nationalIndex, person.indexed()))
			last = c.ID
		}
		return len(found), last, w.tx.SendBatch(ctx, writes).Close()
	})
	return subscribers, err
}

// batch is how many rows one transaction handles.
const batch = postgres.BatchOf

// batches is [postgres.DB.Batches] with the steps of this package.
func (s *Store) batches(ctx context.Context, what string, step func(w Steps, after int64) (n int, last int64, err error)) (all int, err error) {
	return s.db.Batches(ctx, what, func(tx *postgres.Tx, after int64) (int, int64, error) { return step(In(tx, s.ring), after) })
}
