package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/web"
)

// most is the largest page, gzipped, without the softphone.
const most = 100 << 10

// always finds the parts that a part loads with itself, and not when somebody wants them.
var always = regexp.MustCompile(`(?:from|import)"\./([A-Za-z0-9_-]+\.js)"`)

// A page is small, compressed, and its parts are kept for ever: their names change with what they say.
func TestPartsOfAPageAreCached(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.Handler{"desk": web.Desk(), "phone": web.Phone()} {
		get := func(path, accepts string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Accept-Encoding", accepts)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			return w
		}
		index := get("/", "")
		require.Equal(t, http.StatusOK, index.Code, name)
		require.Equal(t, "no-cache", index.Header().Get("Cache-Control"))
		parts := regexp.MustCompile(`(?:href|src)="(`+name+`-[A-Z0-9]{8}\.(?:js|css))"`).FindAllStringSubmatch(index.Body.String(), -1)
		require.Len(t, parts, 2, index.Body.String())
		wanted := []string{parts[0][1], parts[1][1]}
		size := 0
		for i := 0; i < len(wanted); i++ { // which grows by what each part always loads
			packed := get("/"+wanted[i], "gzip")
			require.Equal(t, "public, max-age=31536000, immutable", packed.Header().Get("Cache-Control"), wanted[i])
			require.Contains(t, packed.Header().Get("Content-Type"), "charset=utf-8")
			size += packed.Body.Len()
			whole := get("/"+wanted[i], "").Body.Bytes()
			if len(whole) > 1000 { // gzip makes a smaller one larger
				require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"), wanted[i])
				unpacked, err := gzip.NewReader(packed.Body)
				require.NoError(t, err)
				told, err := io.ReadAll(unpacked)
				require.NoError(t, err)
				require.Equal(t, whole, told)
			}
			for _, always := range always.FindAllStringSubmatch(string(whole), -1) {
				if !slices.Contains(wanted, always[1]) {
					wanted = append(wanted, always[1])
				}
			}
		}
		t.Logf("%s: %d bytes in %d parts", name, size, len(wanted))
		require.Less(t, size, most, name)
		require.Equal(t, http.StatusNotFound, get("/"+name+".js", "").Code)
	}
}
