package ivr_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/attachment"
	"okno/internal/attachment/folder"
	"okno/internal/call"
	"okno/internal/floor"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/ivr"
	"okno/ivr/voice"
)

// lineOptions is what a line in a process of its own needs.
type lineOptions struct {
	ARI, Database, Espeak, Sounds, Kept, Trunk string
}

// runLine runs a line until the process is killed.
func runLine(text string) {
	var options lineOptions
	check := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	check(json.Unmarshal([]byte(text), &options))
	db, err := store.Open(options.Database, store.Options{Keys: pgtest.Keys})
	check(err)
	units := func(ctx context.Context, fn func(floor.Work) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}
	files, err := folder.New(options.Kept)
	check(err)
	line := ivr.New(ivr.Config{
		Asterisk: ivr.Asterisk{Name: "ast1", URL: options.ARI, Username: "okno", Password: "secret", Trunk: options.Trunk}, Node: "node-1",
		Floor: floor.New(units, &script{}, zerolog.Nop()), Store: db,
		Voice:  voice.New(voice.Config{Engines: voice.Espeak(options.Espeak), Folder: options.Sounds}),
		Files:  attachment.NewKeeper(files),
		Active: ivr.ActiveCalls(prometheus.NewRegistry(), "child"), Log: zerolog.New(os.Stderr),
	})
	go func() {
		for line.Ready() != nil {
			<-time.After(10 * time.Millisecond)
		}
		fmt.Println("ready")
	}()
	check(line.Run(context.Background()))
}

// startChild runs a line in a process of its own until it is ready, and gives what kills it.
func (w *world) startChild(t *testing.T) (kill func()) {
	t.Helper()
	ready, kill := w.launchChild(t)
	select {
	case <-ready:
	case <-time.After(30 * time.Second):
		require.Fail(t, "a line does not get ready")
	}
	return kill
}

// launchChild runs a line in a process of its own. ready is closed once it is ready, and never if it is killed before.
func (w *world) launchChild(t *testing.T) (ready <-chan struct{}, kill func()) {
	t.Helper()
	options, err := json.Marshal(lineOptions{
		ARI: w.ariURL, Database: w.URL,
		Espeak: w.espeak, Sounds: w.voice.Folder, Kept: w.kept, Trunk: w.trunk(),
	})
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	child := exec.Command(self)
	child.Env = append(os.Environ(), lineEnv+"="+string(options))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	said, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		if line, err := bufio.NewReader(out).ReadString('\n'); err == nil && line == "ready\n" {
			close(said)
		}
	}()
	kill = sync.OnceFunc(func() {
		_ = child.Process.Kill()
		<-read
		_ = child.Wait()
	})
	t.Cleanup(kill)
	return said, kill
}

// kill -9 in a menu, then while waiting: the same call goes on each time.
func TestCallSurvivesKill(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	phone := w.phones.Call(t, "+77010000041", "1414")
	menu := w.clip(t, "menu")
	phone.Hears(t, menu.Until(2*time.Second), 0, 10*time.Second)
	interaction := w.only(t, call.InDialogue).Interaction
	kill()

	killedAt := phone.Heard().Length()
	kill = w.startChild(t)
	at := phone.Hears(t, menu.Until(3*time.Second), killedAt, 10*time.Second)
	phone.Key(t, "2")
	w.hears(t, phone, "queue", "", at)
	require.Equal(t, interaction, w.only(t, call.Waiting).Interaction)
	id := w.ContactOf(t, interaction)
	place := w.Contact(t, id).QueuedAt
	kill()
	heard := phone.Heard().Length()
	require.Eventually(t, func() bool { return phone.Heard().Length() > heard+time.Second }, 5*time.Second, 50*time.Millisecond, "no music")
	require.Greater(t, phone.Heard().From(heard).Level(), -60.0, "silence instead of music")

	w.start(t)
	defer w.stop()
	require.Equal(t, place, w.Contact(t, id).QueuedAt, "the place is lost")
	w.accepted(t, 0, id)
	w.requireTalk(t, phone, w.connects(t, id, "1001"))
	phone.HangUp(t)
	w.ends(t)
	require.Equal(t, []string{"resumed", "keys 2", "hangup"}, w.inputs(t, interaction))
}
