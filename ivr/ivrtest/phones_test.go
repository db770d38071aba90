package ivrtest_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
	"okno/ivr/ivrtest"
)

// A citizen who calls while Okno is away hears why.
func TestLineWithoutOkno(t *testing.T) {
	t.Parallel()
	tools, err := sandbox.Prepare(t.Context(), "asterisk")
	require.NoError(t, err)
	sounds := filepath.Join(tools.AsteriskSounds(), "ru_RU_f_IvrvoiceRU")

	for name, test := range map[string]struct{ ours, heard, notHeard string }{
		"before Okno's first start": {heard: "pls-try-call-later", notHeard: "goodbye"},
		"after it":                  {ours: "goodbye", heard: "goodbye", notHeard: "pls-try-call-later"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if test.ours != "" {
				content, err := os.ReadFile(filepath.Join(sounds, test.ours+".wav"))
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(folder, "unavailable.wav"), content, 0o644))
			}
			line, err := sandbox.StartAsterisk(t.Context(), sandbox.AsteriskConfig{
				Tree: tools.AsteriskTree, Run: t.TempDir(), Username: "okno", Password: "secret", Sounds: folder, Loopback: true,
			})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, line.Stop()) })
			phones := ivrtest.StartPhones(t, tools, line.SIP())

			phone := phones.Call(t, "+77010000001", "1414")
			phone.Ends(t, 20*time.Second)

			heard := phone.Heard()
			found := heard.Find(ivrtest.ReadSound(t, filepath.Join(sounds, test.heard+".wav")))
			require.True(t, found.Found(), "%s: %v", test.heard, found)
			other := heard.Find(ivrtest.ReadSound(t, filepath.Join(sounds, test.notHeard+".wav")))
			require.False(t, other.Found(), "%s: %v", test.notHeard, other)
			require.Less(t, other.Likeness, 0.35)
		})
	}
}
