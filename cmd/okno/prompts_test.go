package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/internal/sandbox"
)

// printed gives what a command writes to standard output. Tests that use it do not run beside others.
func printed(t *testing.T, run func() error) (string, error) {
	t.Helper()
	before := os.Stdout
	read, written, err := os.Pipe()
	require.NoError(t, err)
	os.Stdout = written
	defer func() { os.Stdout = before }()
	said := make(chan string)
	go func() {
		text, _ := io.ReadAll(read)
		said <- string(text)
	}()
	err = run()
	require.NoError(t, written.Close())
	return <-said, err
}

// A studio's way: the script, recordings by its names, all of them taken in, and nothing left to be found.
func TestPromptsFromScriptToRecordings(t *testing.T) {
	tools, err := sandbox.Prepare(t.Context(), "speech")
	require.NoError(t, err)
	spoken, err := exec.CommandContext(t.Context(), tools.Espeak, "--stdout", "a word").Output()
	require.NoError(t, err)
	folder := t.TempDir()
	word := filepath.Join(folder, "word.wav")
	require.NoError(t, os.WriteFile(word, spoken, 0o600))
	file := filepath.Join(folder, "okno.yaml")
	database := pgtest.URL(t)
	configured := func(recorded string) {
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `database_url: %q
voice:
  clips: %q
  recordings: %q
  recorded: [%s]
  engines:
    kk: {program: cat, arguments: [%q]}
    ru: {program: cat, arguments: [%q]}
    en: {program: cat, arguments: [%q]}
`, database, filepath.Join(folder, "clips"), filepath.Join(folder, "recordings"), recorded, word, word, word), 0o600))
	}
	configured("")
	p := prompts{overrides: overrides{Config: file, Secret: strings.Repeat("s", 40)}, Language: "en"}
	ctx := t.Context()

	said, err := printed(t, func() error { return promptsCheck{p}.Run(ctx) })
	require.Error(t, err)
	require.Contains(t, said, "okno prompts build")
	_, err = printed(t, func() error { return promptsBuild{p}.Run(ctx) })
	require.NoError(t, err)
	said, err = printed(t, func() error { return promptsCheck{p}.Run(ctx) })
	require.NoError(t, err, said)
	said, err = printed(t, func() error { return promptsList{p}.Run(ctx) })
	require.NoError(t, err)
	require.Contains(t, said, "synthesised")
	require.NotContains(t, said, "missing")

	said, err = printed(t, func() error { return promptsScript{p, false}.Run(ctx) })
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(said)).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 200)
	said, err = printed(t, func() error { return promptsScript{p, true}.Run(ctx) })
	require.NoError(t, err)
	require.Equal(t, len(rows)-1, strings.Count(said, "<li>"))

	studio := filepath.Join(folder, "studio")
	require.NoError(t, os.Mkdir(studio, 0o700))
	for _, row := range rows[1:] {
		require.Equal(t, "en", row[1])
		require.NoError(t, os.WriteFile(filepath.Join(studio, row[0]), spoken, 0o600))
	}
	said, err = printed(t, func() error { return promptsImport{p, true, studio}.Run(ctx) })
	require.NoError(t, err)
	require.Contains(t, said, fmt.Sprint(len(rows)-1))
	configured("en")
	said, err = printed(t, func() error { return promptsCheck{p}.Run(ctx) })
	require.Error(t, err)
	require.Contains(t, said, "en is recorded, and")
	_, err = printed(t, func() error { return promptsImport{p, false, studio}.Run(ctx) })
	require.NoError(t, err)
	_, err = printed(t, func() error { return promptsBuild{p}.Run(ctx) })
	require.NoError(t, err)
	said, err = printed(t, func() error { return promptsCheck{p}.Run(ctx) })
	require.NoError(t, err, said)
	said, err = printed(t, func() error { return promptsList{p}.Run(ctx) })
	require.NoError(t, err)
	require.NotContains(t, said, "synthesised")
	require.Contains(t, said, "recorded")
}
