package agentdesk

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/message"
)

// wordsOfThePage are the sources of its texts.
func wordsOfThePage(t *testing.T) string {
	t.Helper()
	var words strings.Builder
	files, err := filepath.Glob("web/src/desk/*/*texts.ts")
	require.NoError(t, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		words.Write(content)
	}
	return words.String()
}

// Each detail of a finding of the catalogue has words of the page.
func TestEachDetailOfTheCatalogueHasItsWords(t *testing.T) {
	t.Parallel()
	words := wordsOfThePage(t)
	for _, code := range catalogue.DetailCodes() {
		require.Contains(t, words, fmt.Sprintf("'catalogue.detail.%s':", code))
	}
}

// keeps finds the files that write to the journal. What stands in them in the form of an action is one, but for these: columns, and a field.
var (
	keeps      = regexp.MustCompile(`okno/internal/postgres/audit"|\.Journal(Deed|Notification)\(|\.NoteRefused\(|\bw\.journal\(|\bs\.note\(ctx`)
	deeds      = regexp.MustCompile(`"([a-z_]+(?:\.[a-z_]+)+)"`)
	subjects   = regexp.MustCompile(`"([a-z_]+):(?:%[ds])?"`)
	details    = regexp.MustCompile(`"([a-z_]+)": |detail\["([a-z_]+)"\]`)
	notDeeds   = []string{"e.mt_id", "m.mt_id", "overflow.to", "otp.held", "otp.lifted"}
	notDetails = []string{"national", "telephone"}
)

// Whatever stands in the journal has words of the page: what was done, what it is about, and what is told besides.
func TestEachActionOfTheJournalHasItsWords(t *testing.T) {
	t.Parallel()
	words := wordsOfThePage(t)
	has := func(of, code, file string) {
		assert.True(t, strings.Contains(words, fmt.Sprintf("'%s.%s':", of, code)), "%s: there are no words for %s %s", file, of, code)
	}
	found := 0
	for _, folder := range []string{"../internal", "../agentdesk", "../cmd/okno", "../sms", "../ivr"} {
		require.NoError(t, filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil || !keeps.Match(content) {
				return err
			}
			for _, deed := range deeds.FindAllStringSubmatch(string(content), -1) {
				if !slices.Contains(notDeeds, deed[1]) {
					has("deed", deed[1], path)
					has("deeds", strings.Split(deed[1], ".")[0], path)
					found++
				}
			}
			for _, subject := range subjects.FindAllStringSubmatch(string(content), -1) {
				if subject[1] != "list" { // a topic
					has("of", subject[1], path)
				}
			}
			for _, detail := range details.FindAllStringSubmatch(string(content), -1) {
				if key := cmp.Or(detail[1], detail[2]); !slices.Contains(notDetails, key) {
					has("detail", key, path)
				}
			}
			return nil
		}))
	}
	require.Greater(t, found, 100)
	for _, lane := range []message.Lane{message.OTP, message.Reply, message.Notice} {
		has("deed", string(lane)+".submit", "internal/postgres/smppaccounts")
	}
}

// Each code that the desk can be told has a number of its own, and words of the page.
func TestEachErrorHasItsNumberAndWords(t *testing.T) {
	t.Parallel()
	words := wordsOfThePage(t)
	codes := []string{"unavailable", "internal", "too_many", "bad_message", "bad_method", "too_large", "wrong_host"}
	for _, p := range problems {
		codes = append(codes, p.code)
	}
	for _, k := range kinds {
		codes = append(codes, k.code)
	}
	for _, code := range codes {
		require.NotZero(t, numbers[code], "web/src/shared/errors.json has no %s", code)
		require.Contains(t, words, fmt.Sprintf("'error.%s':", code))
	}
	owner := map[int]string{}
	for code, number := range numbers {
		require.Empty(t, owner[number], "%s and %s are both %d", code, owner[number], number)
		owner[number] = code
	}
}
