package yamlfile_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/yamlfile"
)

type shelf struct {
	Books []struct {
		Title string `yaml:"title"`
		Pages int    `yaml:"pages"`
	} `yaml:"books"`
}

func TestAFileIsReadStrictly(t *testing.T) {
	t.Parallel()
	good, err := yamlfile.Read[shelf](strings.NewReader("books:\n  - {title: а, pages: 3}\n"))
	require.NoError(t, err)
	var written strings.Builder
	require.NoError(t, yamlfile.Write(&written, good))
	again, err := yamlfile.Read[shelf](strings.NewReader(written.String()))
	require.NoError(t, err)
	require.Equal(t, good, again)
	for text, says := range map[string]string{
		"":                                  "the file is empty",
		"books:\n  - {titel: а}\n":          "line 2: unknown key titel",
		"books:\n  - {pages: many}\n":       "line 2",
		"books:\n  - {a: 1}\n  - {b: 2}\n":  "line 3: unknown key b",
		"books: [\n":                        "line 1",
		"<html><body>Sign in</body></html>": "line 1",
	} {
		_, err := yamlfile.Read[shelf](strings.NewReader(text))
		require.ErrorContains(t, err, says, text)
	}
}
