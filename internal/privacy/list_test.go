package privacy_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/attachment"
	"okno/internal/privacy"
)

func TestErasuresAreListed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "erasures")
	list := privacy.NewList(path, []byte("a key"))
	found, err := list.Read()
	require.NoError(t, err)
	require.Empty(t, found)
	now := time.Now().UTC().Truncate(time.Microsecond)
	one, other := privacy.Erasure{At: now, Citizen: 7, Since: now.Add(-time.Hour)}, privacy.Erasure{At: now, Citizen: 8, Since: now}
	require.NoError(t, list.Add(one))
	require.NoError(t, list.Add(other))
	found, err = list.Read()
	require.NoError(t, err)
	require.Equal(t, []privacy.Erasure{one, other}, found)

	_, err = privacy.NewList(path, []byte("another key")).Read()
	require.ErrorContains(t, err, "line 1: not written by Okno")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.Replace(content, []byte(`"citizen":8`), []byte(`"citizen":9`), 1), 0o600))
	_, err = list.Read()
	require.ErrorContains(t, err, "line 2: not written by Okno", "nobody can have another erased")
	require.Error(t, privacy.NewList(filepath.Join(path, "no folder"), nil).Add(one))
}

// What a citizen wrote is shown as it was written, and is no part of the page.
func TestTheArchiveIsForMachinesAndPeople(t *testing.T) {
	t.Parallel()
	file := func(file, path string) privacy.Attachment {
		return privacy.Attachment{Name: path, Path: "attachments/1/" + path, Stored: attachment.Stored{File: file}}
	}
	d := privacy.Dossier{Citizen: privacy.Citizen{Name: "Айгуль"},
		Cases:        []privacy.Case{{Number: "1", Attachments: []privacy.Attachment{file("A", "7-a.pdf"), file("B", "8-b.jpg")}}},
		Interactions: []privacy.Interaction{{Channel: "sms", Lines: []privacy.Line{{Text: "<script>alert(1)</script>"}}}}}
	var b bytes.Buffer
	kept := map[string]string{"A": "содержание"}
	missing, err := privacy.WriteArchive(&b, d, func(a privacy.Attachment) (io.ReadCloser, error) {
		content, ok := kept[a.Stored.File]
		if !ok {
			return nil, attachment.ErrMissing
		}
		return io.NopCloser(strings.NewReader(content)), nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"attachments/1/8-b.jpg"}, missing)
	archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		files[f.Name] = string(content)
	}
	require.Contains(t, files["dossier.json"], `"<script>alert(1)</script>"`)
	require.Equal(t, "содержание", files["attachments/1/7-a.pdf"])
	require.Contains(t, files, "attachments/1/8-b.jpg.missing.txt")
	require.Contains(t, files["dossier.html"], `href="attachments/1/7-a.pdf"`)
	require.Contains(t, files["dossier.html"], "Айгуль")
	require.Contains(t, files["dossier.html"], "&lt;script&gt;")
	require.False(t, strings.Contains(files["dossier.html"], "<script>"))
}

// The list is signed anew while other processes add to it: nobody is lost.
func TestTheListIsRenewedWhileItGrows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "erasures")
	old, both, fresh := privacy.NewList(path, []byte("old")), privacy.NewList(path, []byte("new"), []byte("old")), privacy.NewList(path, []byte("new"))
	n, err := both.Renew()
	require.NoError(t, err)
	require.Zero(t, n, "there is no list yet")
	var adding sync.WaitGroup
	for g := range 4 {
		adding.Go(func() {
			for i := range 10 {
				list := both
				if i < 5 {
					list = old
				}
				if err := list.Add(privacy.Erasure{At: time.Now(), Citizen: int64(g*10 + i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		_, err := both.Renew()
		require.NoError(t, err)
	}
	adding.Wait()
	n, err = both.Renew()
	require.NoError(t, err)
	require.Equal(t, 40, n)
	erasures, err := fresh.Read()
	require.NoError(t, err)
	seen := map[int64]bool{}
	for _, e := range erasures {
		seen[e.Citizen] = true
	}
	require.Len(t, seen, 40)
	_, err = old.Read()
	require.Error(t, err)
}
