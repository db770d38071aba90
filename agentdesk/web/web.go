// Package web holds the pages, as esbuild bundles them from the sources beside it: the built files are committed, so that
// building Okno needs no Node.
package web

import (
	"embed"
	"io/fs"
	"net/http"
)

//go:embed dist
var dist embed.FS

// Close is the table of close codes that server and page share.
//
//go:embed src/shared/close.json
var Close []byte

// Desk serves the operator's page.
func Desk() http.Handler { return serve("dist/desk") }

// Phone serves the citizen's phone of the demo.
func Phone() http.Handler { return serve("dist/phone") }

func serve(folder string) http.Handler {
	files, _ := fs.Sub(dist, folder) // fails only for a name that is not valid, and these are constants
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-cache") // a new build counts at once; unchanged files are answered with 304
		header.Set("Content-Security-Policy", "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; media-src 'self' blob:; frame-ancestors 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		server.ServeHTTP(w, r)
	})
}
