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
		w.Header().Set("Cache-Control", "no-cache") // a new build counts at once; unchanged files are answered with 304
		server.ServeHTTP(w, r)
	})
}
