package tablefile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/tablefile"
)

func read(text string) (rows []map[string]string, lines []int, err error) {
	t, err := tablefile.Open(strings.NewReader(text), []string{"a", "b"}, "c")
	if err != nil {
		return nil, nil, err
	}
	for line, row := t.Next(); row != nil; line, row = t.Next() {
		rows, lines = append(rows, row), append(lines, line)
	}
	return rows, lines, t.Err()
}

func TestTablesOfSpreadsheets(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a,b\n1,\"x, y\"\n", "\uFEFFb;a\r\n x, y ;1\r\n", "c\ta\tb\n\t1\tx, y"} {
		rows, lines, err := read(text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, []int{2}, lines)
		require.Equal(t, "1", rows[0]["a"], "%q", text)
		require.Equal(t, "x, y", rows[0]["b"])
		require.Empty(t, rows[0]["c"])
	}
	rows, lines, err := read("a,b\n1,\"two\nlines\"\n2,x\n")
	require.NoError(t, err)
	require.Equal(t, []int{2, 4}, lines)
	require.Equal(t, "two\nlines", rows[0]["b"])
}

func TestMistakesOfATableHaveTheirPlace(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                              "line 1: header: a line that names the columns is missing",
		"a\n1\n":                        "line 1: header: column b is missing",
		"a,b,a\n":                       "line 1: header: columns are a, b, c, each once",
		"a,b,d\n":                       "line 1: header: columns are a, b, c, each once",
		"a,b\n1\n2,3\n4\n":              "line 2: columns: 2 are wanted, quoted as in CSV\nline 4: columns: 2 are wanted, quoted as in CSV",
		"a,b\n1,\"2\n3,4\n":             "columns: 2 are wanted, quoted as in CSV",
		"a,b\n1,2\n1,\xcf\xf0\xe8\n":    "line 3: b: the file is not in UTF-8",
		"\xcf\xf0,b\n":                  "line 1: header: the file is not in UTF-8",
		"\xff\xfea\x00,\x00b\x00\n\x00": "line 1: header: the file is not in UTF-8",
	} {
		_, _, err := read(text)
		require.ErrorContains(t, err, says, "%q", text)
	}
	_, _, err := read("a,b\n" + strings.Repeat("1\n", 1000))
	var joined interface{ Unwrap() []error }
	require.True(t, errors.As(err, &joined))
	require.Len(t, joined.Unwrap(), 50, "nobody reads more")
}

func FuzzRead(f *testing.F) {
	f.Add("a,b\n1,2\n")
	f.Add("\uFEFFb;a\r\n\"x\"\";1\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, lines, _ := read(text)
		for i := range rows {
			require.Len(t, rows[i], len(rows[0]))
			require.Greater(t, lines[i], 1)
		}
	})
}
