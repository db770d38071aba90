package agentdesk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
)

// wordsOfThePage are the sources of its texts.
func wordsOfThePage(t *testing.T) string {
	t.Helper()
	var words strings.Builder
	files, err := filepath.Glob("web/src/desk/*texts.ts")
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
