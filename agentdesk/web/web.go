// Package web holds the pages, as esbuild bundles them from the sources beside it: the built files are committed, so that
// building Okno needs no Node.
package web

import (
	"embed"
	"io/fs"
	"net/http"
	"regexp"

	"github.com/klauspost/compress/gzhttp"
)

//go:embed dist
var dist embed.FS

// Close is the table of close codes that server and page share.
//
//go:embed src/shared/close.json
var Close []byte

// Errors are the numbers of the codes of errors, which server and page share. A number stays its code's for good.
//
//go:embed src/shared/errors.json
var Errors []byte

// Findings are what the check of a dialogue finds, in the languages of the page beside English, by the code of a finding: the problem, and what to
// do about it.
//
//go:embed src/shared/findings.json
var Findings []byte

// Problems are why agencies and clients did not take what they were told, in the languages of the page beside English, by the code of an
// exchange.Problem.
//
//go:embed src/shared/problems.json
var Problems []byte

// Desk serves the operator's page.
func Desk() http.Handler { return serve("dist/desk") }

// Phone serves the citizen's phone of the demo.
func Phone() http.Handler { return serve("dist/phone") }

func serve(folder string) http.Handler {
	files, _ := fs.Sub(dist, folder) // fails only for a name that is not valid, and these are constants
	server := gzhttp.GzipHandler(http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cache := "no-cache" // a new build counts at once
		if hashed.MatchString(r.URL.Path) {
			cache = "public, max-age=31536000, immutable"
		}
		w.Header().Set("Cache-Control", cache)
		server.ServeHTTP(w, r)
	})
}

// hashed are the files whose name has the hash of their content.
var hashed = regexp.MustCompile(`-[A-Z0-9]{8}\.(js|css)$`)
