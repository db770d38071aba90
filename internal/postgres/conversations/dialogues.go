package conversations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrNoDialogue says that no session ever began with a version.
var ErrNoDialogue = errors.New("no such version of a dialogue")

const keepDialogue = `INSERT INTO dialogues (version, name, source) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

// KeepDialogue keeps the files of a version, for as long as sessions go on with it.
func (s *Store) KeepDialogue(ctx context.Context, version, name string, files map[string]string) error {
	source, err := json.Marshal(files)
	if err == nil {
		_, err = s.db.Exec(ctx, keepDialogue, version, name, source)
	}
	if err != nil {
		return fmt.Errorf("keep dialogue %s: %w", version, err)
	}
	return nil
}

const dialogueFiles = `SELECT source FROM dialogues WHERE version = $1`

// DialogueFiles gives the files of a version. ErrNoDialogue.
func (s *Store) DialogueFiles(ctx context.Context, version string) (map[string]string, error) {
	var source []byte
	err := s.db.QueryRow(ctx, dialogueFiles, version).Scan(&source)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNoDialogue
	}
	files := map[string]string{}
	if err == nil {
		err = json.Unmarshal(source, &files)
	}
	if err != nil {
		return nil, fmt.Errorf("read dialogue %s: %w", version, err)
	}
	return files, nil
}
