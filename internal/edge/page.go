package edge

import (
	"html/template"
	"net/http"
	"strings"
)

// wantsPage says whether a request is that of a person who opens an address in a browser, and not of a program.
func wantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// line is what a page says in a language.
type line struct{ Lang, Text string }

var others = []line{
	{"kk", "Бұл әзірге мүмкін болмады. Кейінірек қайталап көріңіз."},
	{"ru", "Это пока не получилось. Попробуйте позже."},
	{"en", "This did not work for now. Try again later."},
}

var said = map[int][]line{
	http.StatusNotFound: {
		{"kk", "Мұндай бет жоқ."}, {"ru", "Такой страницы нет."}, {"en", "There is no such page."},
	},
	http.StatusUnauthorized: {
		{"kk", "Алдымен кіріңіз."}, {"ru", "Сначала войдите."}, {"en", "Log in first."},
	},
	http.StatusForbidden: {
		{"kk", "Бұған рұқсат жоқ."}, {"ru", "На это нет прав."}, {"en", "This is not allowed."},
	},
	http.StatusServiceUnavailable: {
		{"kk", "Okno іске қосылып жатыр. Бет өзі жаңарады."}, {"ru", "Okno запускается. Страница обновится сама."}, {"en", "Okno is starting. The page comes by itself."},
	},
}

var page = template.Must(template.New("problem").Parse(`<!doctype html>
<html lang="ru">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Okno — {{.Status}}</title>
{{- if .Again}}<meta http-equiv="refresh" content="{{.Again}}">{{end}}</head>
<body><main><h1>Okno</h1>
{{range .Lines}}<p lang="{{.Lang}}">{{.Text}}</p>
{{end}}<p><a href="/desk/">Okno</a></p></main></body>
</html>
`))

// failPage answers a person with a page in the three languages: nobody knows yet which of them it is.
func failPage(w http.ResponseWriter, p Problem) {
	lines, ok := said[p.Status]
	if !ok {
		lines = others
	}
	again := ""
	if p.Status == http.StatusServiceUnavailable {
		again = w.Header().Get("Retry-After")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	_ = page.Execute(w, struct {
		Status int
		Again  string
		Lines  []line
	}{p.Status, again, lines}) // the browser may be gone
}
