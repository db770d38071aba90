package conversations

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"okno/internal/fault"
	"okno/internal/postgres"
)

// ErrNoDialogue says that no version of that name is kept.
var ErrNoDialogue error = &fault.Error{Kind: fault.NotFound, Text: "there is no such version of the dialogue"}

// querier is a transaction, or none.
type querier interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// KeepDialogue keeps the files of a version, for as long as sessions go on with it.
func (s *Store) KeepDialogue(ctx context.Context, version, name string, files map[string]string) error {
	return keepDialogue(ctx, s.db, version, name, files)
}

// KeepDialogue is Store.KeepDialogue.
func (w Steps) KeepDialogue(ctx context.Context, version, name string, files map[string]string) error {
	return keepDialogue(ctx, w.tx, version, name, files)
}

const addDialogue = `INSERT INTO dialogues (version, name, source) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

func keepDialogue(ctx context.Context, q querier, version, name string, files map[string]string) error {
	source, err := json.Marshal(files)
	if err == nil {
		_, err = q.Exec(ctx, addDialogue, version, name, source)
	}
	if err != nil {
		return fmt.Errorf("keep dialogue %s: %w", version, err)
	}
	return nil
}

// DialogueFiles gives the files of a version. ErrNoDialogue.
func (s *Store) DialogueFiles(ctx context.Context, version string) (map[string]string, error) {
	return dialogueFiles(ctx, s.db, version)
}

// DialogueFiles is Store.DialogueFiles.
func (w Steps) DialogueFiles(ctx context.Context, version string) (map[string]string, error) {
	return dialogueFiles(ctx, w.tx, version)
}

const sourceOf = `SELECT source FROM dialogues WHERE version = $1`

func dialogueFiles(ctx context.Context, q querier, version string) (map[string]string, error) {
	var source []byte
	files := map[string]string{}
	err := postgres.NoRows(q.QueryRow(ctx, sourceOf, version).Scan(&source), ErrNoDialogue)
	if err == nil {
		err = json.Unmarshal(source, &files)
	}
	if err != nil {
		return nil, fmt.Errorf("read dialogue %s: %w", version, err)
	}
	return files, nil
}
