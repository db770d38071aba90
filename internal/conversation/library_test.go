package conversation_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/fault"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/publication"
)

// menuSaying gives the files of the line whose main menu begins with other words, and their version.
func menuSaying(t *testing.T, words string) (map[string]string, string) {
	t.Helper()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	const menuLine = "main:\n  menu:\n    voice: \""
	for name, content := range files {
		if name == dialogue.File {
			continue
		}
		before, after, found := strings.Cut(content, menuLine)
		require.True(t, found, name)
		files[name] = before + menuLine + words + " " + after
	}
	return files, dialogue.Version(files)
}

var vocabularyOfTests = conversation.Vocabulary(func(string) int { return 1 })

// publishes publishes files in the place of a version, and gives what came of it.
func (w *world) publishes(t *testing.T, files map[string]string, was, why string) error {
	t.Helper()
	return w.db.Do(t.Context(), func(work *store.Work) error {
		_, err := publication.Publisher{Vocabulary: vocabularyOfTests}.Publish(t.Context(), work, files, publication.Publication{Was: was, By: "agent:1", Why: why})
		return err
	})
}

func (w *world) republishes(t *testing.T, version, was string) error {
	t.Helper()
	return w.db.Do(t.Context(), func(work *store.Work) error {
		_, err := publication.Publisher{Vocabulary: vocabularyOfTests}.Republish(t.Context(), work, publication.Publication{Version: version, Was: was, By: "agent:1", Why: "back"})
		return err
	})
}

// follows runs a library until the test ends.
func follows(t *testing.T, l *conversation.Library, hints <-chan struct{}) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, hints, zerolog.Nop()) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
}

// node is a library of a node of its own, which was started with files.
func (w *world) node(t *testing.T, files map[string]string) *conversation.Library {
	t.Helper()
	d, err := dialogue.Parse(files, vocabularyOfTests)
	require.NoError(t, err)
	l, err := conversation.NewLibrary(t.Context(), d, files, w.db, vocabularyOfTests)
	require.NoError(t, err)
	return l
}

func comesToCount(t *testing.T, version string, libraries ...*conversation.Library) {
	t.Helper()
	for i, l := range libraries {
		require.Eventually(t, func() bool { return l.Current().Version == version }, 20*time.Second, 20*time.Millisecond, "node %d", i)
	}
}

// What is published counts for whoever begins on any node, without a restart; who has begun goes on with the version before.
func TestAPublishedDialogueCountsOnEveryNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, ownVersion := w.library.Current(), w.library.Current().Version
	folder, folderVersion := menuSaying(t, "Folder.")
	other := w.node(t, folder) // was started with a folder, and hears no hints
	follows(t, w.library, nil)
	follows(t, other, nil)
	begins := func() int64 {
		return w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return w.engine.Begin(t.Context(), work, dialogue.Voice, conversation.Caller{Number: unbound})
		}).Interaction
	}
	began := begins()

	first, firstVersion := menuSaying(t, "First.")
	second, secondVersion := menuSaying(t, "Second.")
	require.NoError(t, w.publishes(t, first, "", "a trial"))
	comesToCount(t, firstVersion, w.library, other)
	require.Contains(t, w.menuOf(t, begins()), "First.")
	require.NotContains(t, w.menuOf(t, began), "First.", "a session keeps its version")
	require.Equal(t, firstVersion, w.node(t, folder).Current().Version, "whoever starts later, with whatever folder")

	require.Equal(t, fault.Conflict, fault.KindOf(w.publishes(t, second, "", "late")), "somebody else was first")
	require.NoError(t, w.publishes(t, second, firstVersion, "better"))
	comesToCount(t, secondVersion, w.library, other)
	require.NoError(t, w.republishes(t, firstVersion, secondVersion))
	comesToCount(t, firstVersion, w.library, other)
	require.NoError(t, w.republishes(t, "", firstVersion))
	comesToCount(t, ownVersion, w.library)
	comesToCount(t, folderVersion, other)
	require.Same(t, own, w.library.Current())

	all, err := w.db.Publications(t.Context(), 2)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []string{"", firstVersion, firstVersion, secondVersion}, []string{all[0].Version, all[0].Was, all[1].Version, all[1].Was})
	require.Equal(t, []string{"line", "agent:1", "back"}, []string{all[1].Name, all[1].By, all[1].Why})
	require.Equal(t, "dialogue.publish dialogue.publish dialogue.publish dialogue.withdraw",
		pgtest.Value[string](t, w.url, `SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action LIKE 'dialogue.%'`))
	require.JSONEq(t, `{"why": "better", "was": "`+firstVersion+`"}`,
		pgtest.Value[string](t, w.url, `SELECT detail::text FROM audit WHERE subject = $1`, "dialogue:"+secondVersion))
}

// menuOf chooses Russian, and gives the main menu that the caller hears then.
func (w *world) menuOf(t *testing.T, interaction int64) string {
	t.Helper()
	turn := w.turn(t, func(work *store.Work) (conversation.Turn, error) {
		return w.engine.Advance(t.Context(), work, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: "2"})
	})
	var said strings.Builder
	for _, u := range turn.Spoken {
		for _, f := range u {
			said.WriteString(f.Text + " ")
		}
	}
	return said.String()
}

func TestWhatCannotBePublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, _ := menuSaying(t, "Good.")
	broken := func(old, instead string) map[string]string {
		files, _ := menuSaying(t, "Broken.")
		require.Contains(t, files[dialogue.File], old)
		files[dialogue.File] = strings.Replace(files[dialogue.File], old, instead, 1)
		return files
	}
	large, _ := menuSaying(t, strings.Repeat("large ", publication.MostBytes/6))
	for name, c := range map[string]struct {
		files map[string]string
		why   string
		field string
		text  string
	}{
		"a finding":     {broken("to: service_how", "to: nowhere"), "why", "files", "dialogue.yaml:"},
		"no YAML":       {broken("nodes:", "nodes: {"), "why", "files", "dialogue.yaml:"},
		"an odd key":    {broken("dialogue: line", "dialogue: line\ncolour: red"), "why", "files", "colour"},
		"nothing":       {map[string]string{}, "why", "files", "empty"},
		"too much":      {large, "why", "files", "too large"},
		"no reason":     {good, "  ", "why", "say why"},
		"a long reason": {good, strings.Repeat("я", 501), "why", "say why"},
	} {
		err := w.publishes(t, c.files, "", c.why)
		var about *fault.Error
		require.ErrorAs(t, err, &about, name)
		require.Equal(t, []any{fault.Invalid, c.field}, []any{about.Kind, about.Field}, name)
		require.ErrorContains(t, err, c.text, name)
	}
	require.Equal(t, fault.NotFound, fault.KindOf(w.republishes(t, "never", "")))
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*) FROM dialogue_publications`))

	// Of two who publish at once, one is told.
	errs := make(chan error, 2)
	for _, words := range []string{"One.", "Two."} {
		files, _ := menuSaying(t, words)
		go func() { errs <- w.publishes(t, files, "", words) }()
	}
	one, two := <-errs, <-errs
	require.Equal(t, fault.Conflict, fault.KindOf(errors.Join(one, two)))
	require.True(t, one == nil || two == nil)
	require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*) FROM dialogue_publications`))
}

// Where clips are to be rendered, the version before counts until that is done, and for as long as it fails; and what was rolled back
// meanwhile never counts.
func TestADialogueIsPreparedBeforeItCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.library.Current().Version
	var fails atomic.Bool
	fails.Store(true)
	tried, goOn := make(chan string), make(chan struct{})
	w.library.Prepare = func(ctx context.Context, d *dialogue.Definition) error {
		select {
		case tried <- d.Version:
		case <-ctx.Done():
			return ctx.Err()
		}
		<-goOn
		if fails.Load() {
			return errors.New("no voice")
		}
		return nil
	}
	hints := make(chan struct{})
	follows(t, w.library, hints)
	files, version := menuSaying(t, "New.")
	require.NoError(t, w.publishes(t, files, "", "new"))
	require.Equal(t, version, <-tried)
	require.Equal(t, before, w.library.Current().Version)
	goOn <- struct{}{}
	require.Eventually(t, func() bool { return w.library.Ready(t.Context()) != nil }, 10*time.Second, 10*time.Millisecond)
	require.ErrorContains(t, w.library.Ready(t.Context()), "no voice")
	require.Equal(t, before, w.library.Current().Version)

	hints <- struct{}{} // once more, and meanwhile it is withdrawn
	require.Equal(t, version, <-tried)
	require.NoError(t, w.republishes(t, "", version))
	fails.Store(false)
	goOn <- struct{}{}
	require.Eventually(t, func() bool { return w.library.Ready(t.Context()) == nil }, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, before, w.library.Current().Version)

	require.NoError(t, w.republishes(t, version, ""))
	require.Equal(t, version, <-tried)
	goOn <- struct{}{}
	comesToCount(t, version, w.library)
}
