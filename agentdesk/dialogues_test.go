package agentdesk_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/agentdesk/web"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// An administrator changes the dialogue: it is checked and drawn, published in the place of what was seen, and rolled back; whoever was
// second is told.
func TestDialoguesAreEditedAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.runs(t, o.follows)
	cookie, _ := o.logIn(t, floortest.Password)
	for _, role := range []string{"agent", "supervisor", "auditor"} {
		o.becomes(t, role)
		for path, method := range map[string]string{"": http.MethodGet, "/versions/x": http.MethodGet, "/check": http.MethodPost, "/publish": http.MethodPost, "/rollback": http.MethodPost} {
			status, _ := o.asks(t, cookie, method, "/desk/dialogue"+path, m{})
			require.Equal(t, http.StatusForbidden, status, "%s %s", role, path)
		}
	}
	o.becomes(t, "administrator")
	post := func(path string, body m) (int, m) {
		t.Helper()
		return o.asks(t, cookie, http.MethodPost, "/desk/dialogue/"+path, body)
	}
	_, stands := o.asks(t, cookie, http.MethodGet, "/desk/dialogue", nil)
	own := stands["own"].(string)
	require.Equal(t, m{"published": "", "current": own, "own": own, "publications": []any{}}, stands)
	status, _ := o.asks(t, cookie, http.MethodGet, "/desk/dialogue/versions/none", nil)
	require.Equal(t, http.StatusNotFound, status)
	_, kept := o.asks(t, cookie, http.MethodGet, "/desk/dialogue/versions/"+own, nil)
	files := kept["files"].(m)
	require.Len(t, files, 4)

	_, checked := post("check", m{"files": files})
	require.Equal(t, own, checked["version"])
	require.Empty(t, checked["findings"])
	nodes := checked["graph"].(m)["nodes"].([]any)
	require.Equal(t, m{"name": "greeting", "kind": "say", "line": nodes[0].(m)["line"], "does": "", "starts": []any{"voice"}, "texts": []any{"greeting"}}, nodes[0])
	require.Contains(t, checked["graph"].(m)["ways"], m{"from": "main", "to": "status", "by": "2"})
	require.Equal(t, 2., checked["lines"].(m)["texts/ru.yaml"].(m)["greeting"])
	broken := with(files, m{"dialogue.yaml": strings.Replace(files["dialogue.yaml"].(string), "to: service_how", "to: nowhere", 1)})
	_, checked = post("check", m{"files": broken})
	finding := checked["findings"].([]any)[0].(m)
	require.Equal(t, "dialogue.yaml", finding["file"])
	require.Equal(t, "no_target", finding["code"])
	require.Equal(t, "nowhere", finding["values"].(m)["to"])
	require.Contains(t, strings.Split(broken["dialogue.yaml"].(string), "\n")[int(finding["line"].(float64))-1], "to: nowhere")
	_, checked = post("check", m{"files": with(files, m{"texts/ru.yaml": "greeting: {"})})
	require.Nil(t, checked["graph"])
	require.Equal(t, "texts/ru.yaml", checked["findings"].([]any)[0].(m)["file"])
	for name, wrong := range map[string]m{"another file": {"passwd": "x"}, "a large one": {"dialogue.yaml": strings.Repeat("#", 1<<20)}} {
		status, answer := post("check", m{"files": with(files, wrong)})
		want := []any{http.StatusBadRequest, "bad_command", "files"}
		if name == "a large one" {
			want = []any{http.StatusBadRequest, "too_large", "files"}
		}
		require.Equal(t, want, []any{status, answer["code"], answer["field"]}, name)
	}
	status, answer := post("check", m{"files": m{"dialogue.yaml": strings.Repeat("#", 1<<22)}})
	require.Equal(t, []any{http.StatusBadRequest, "too_large", "body"}, []any{status, answer["code"], answer["field"]}, "a request that is larger than any dialogue")

	const greeting = "Единый контактный центр."
	renamed := with(files, m{"texts/ru.yaml": strings.Replace(files["texts/ru.yaml"].(string), greeting, "Служба 1414.", 1)})
	status, answer = post("publish", m{"files": broken, "was": "", "why": "проба"})
	require.Equal(t, []any{http.StatusBadRequest, "findings", "files"}, []any{status, answer["code"], answer["field"]})
	_, checked = post("check", m{"files": broken})
	require.Equal(t, checked["findings"], answer["findings"], "a refusal has the findings of the check")
	status, answer = post("publish", m{"files": renamed, "was": "", "why": " "})
	require.Equal(t, []any{http.StatusBadRequest, "why"}, []any{status, answer["field"]})
	status, answer = post("publish", m{"files": renamed, "was": "", "why": "новое имя"})
	require.Equal(t, http.StatusOK, status, answer)
	version := answer["version"].(string)
	status, _ = post("publish", m{"files": with(renamed, m{"texts/en.yaml": renamed["texts/en.yaml"].(string) + "\n"}), "was": "", "why": "второй"})
	require.Equal(t, http.StatusConflict, status)
	o.comesToCount(t, version)
	_, stands = o.asks(t, cookie, http.MethodGet, "/desk/dialogue", nil)
	require.Equal(t, version, stands["published"])
	listed := stands["publications"].([]any)[0].(m)
	require.Equal(t, []any{version, "", "Алия", "новое имя"}, []any{listed["version"], listed["was"], listed["name"], listed["why"]})

	status, _ = post("rollback", m{"version": own, "was": "", "why": "назад"})
	require.Equal(t, http.StatusConflict, status)
	status, _ = post("rollback", m{"version": "none", "was": version, "why": "назад"})
	require.Equal(t, http.StatusNotFound, status)
	status, answer = post("rollback", m{"version": own, "was": version, "why": "назад"})
	require.Equal(t, http.StatusOK, status, answer)
	o.comesToCount(t, own)

	unfit := with(files, m{"texts/ru.yaml": strings.Replace(files["texts/ru.yaml"].(string), greeting, "{name}", 1)})
	source, err := json.Marshal(unfit)
	require.NoError(t, err)
	older := pgtest.Value[string](t, o.URL, `INSERT INTO dialogues (version, name, source) VALUES ('kept', 'line', $1) RETURNING version`, string(source))
	status, answer = post("rollback", m{"version": older, "was": own, "why": "назад"})
	require.Equal(t, []any{http.StatusBadRequest, "findings"}, []any{status, answer["code"]})
	refusing := answer["findings"].([]any)[0].(m)
	require.Equal(t, []any{"texts/ru.yaml", 2., "no_type", m{"text": "greeting", "parameter": "name"}},
		[]any{refusing["file"], refusing["line"], refusing["code"], refusing["values"]})
	require.Equal(t, "agent:1 agent:1", pgtest.Value[string](t, o.URL, `SELECT string_agg(actor, ' ') FROM audit WHERE action = 'dialogue.publish'`))
}

// A dialogue that nobody has published is tried by each channel: the conversation is held anew from what was given so far.
func TestDialoguesAreTriedAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, status := o.logIn(t, floortest.Password)
	require.Equal(t, http.StatusOK, status)
	try := func(files m, channel string, inputs ...string) (int, m) {
		t.Helper()
		return o.asks(t, cookie, http.MethodPost, "/desk/dialogue/try", m{"files": files, "channel": channel, "from": citizen, "inputs": inputs})
	}
	status, _ = try(m{}, "sms")
	require.Equal(t, http.StatusForbidden, status)
	o.becomes(t, "administrator")
	_, kept := o.asks(t, cookie, http.MethodGet, "/desk/dialogue/versions/"+o.Dialog.Version, nil)
	files := kept["files"].(m)
	files = with(files, m{"texts/ru.yaml": strings.Replace(files["texts/ru.yaml"].(string), "ИНФО код или слова", "ИНФО шифр или слова", 1)})

	status, held := try(files, "sms", "помощь", "оператор")
	require.Equal(t, http.StatusOK, status, held)
	turns := held["turns"].([]any)
	require.Len(t, turns, 3, "the begin, in which nothing is sent, and two messages")
	require.Contains(t, turns[1].(m)["sent"].([]any)[0].(m)["text"], "ИНФО шифр или слова")
	require.Len(t, held["cases"], 2)
	status, held = try(files, "voice", "2")
	require.Equal(t, http.StatusOK, status, held)
	require.Equal(t, []any{"status", false, true}, []any{held["node"], held["over"], held["digits"].(float64) > 1}, "the language of a citizen who is known is passed over")
	status, held = try(files, "ussd")
	require.Equal(t, http.StatusOK, status, held)
	require.NotEmpty(t, held["turns"].([]any)[0].(m)["page"])

	unfit := with(files, m{"texts/kk.yaml": "greeting: {"})
	status, held = try(unfit, "sms")
	require.Equal(t, []any{http.StatusBadRequest, "findings"}, []any{status, held["code"]})
	_, checked := o.asks(t, cookie, http.MethodPost, "/desk/dialogue/check", m{"files": unfit})
	require.NotEmpty(t, checked["findings"])
	require.Equal(t, checked["findings"], held["findings"], "a refusal has the findings of the check")
	for name, wrong := range map[string]func() (int, m){
		"a finding":       func() (int, m) { return try(with(files, m{"texts/kk.yaml": "greeting: x"}), "sms") },
		"another channel": func() (int, m) { return try(files, "telex") },
		"many inputs":     func() (int, m) { return try(files, "sms", make([]string, 101)...) },
		"a long input":    func() (int, m) { return try(files, "sms", strings.Repeat("x", 2001)) },
	} {
		status, _ := wrong()
		require.Equal(t, http.StatusBadRequest, status, name)
	}
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM interactions`), "nothing of it is kept")
}

// follows has the house's library follow what is published.
func (o *office) follows(ctx context.Context) error {
	return o.Library.Run(ctx, nil, zerolog.Nop())
}

func (o *office) comesToCount(t *testing.T, version string) {
	t.Helper()
	require.Eventually(t, func() bool { return o.Library.Current().Version == version }, 20*time.Second, 20*time.Millisecond)
}

// Each finding has its words in the languages of the page beside English, which the server has, with the same values in them.
func TestEachFindingIsSaidInEachLanguage(t *testing.T) {
	t.Parallel()
	var said map[string]map[string][2]string
	require.NoError(t, json.Unmarshal(web.Findings, &said))
	codes := dialogue.FindingCodes()
	require.Len(t, said, len(codes))
	parameter := regexp.MustCompile(`\{(\w+)\}`)
	for code, values := range codes {
		require.Len(t, said[code], len(dialogue.Languages)-1, code)
		for language, texts := range said[code] {
			require.Contains(t, dialogue.Languages, dialogue.Language(language))
			named := map[string]bool{}
			for _, text := range texts {
				require.NotEmpty(t, text, "%s in %s", code, language)
				for _, found := range parameter.FindAllStringSubmatch(text, -1) {
					named[found[1]] = true
				}
			}
			require.ElementsMatch(t, values, slices.Collect(maps.Keys(named)), "%s in %s", code, language)
		}
	}
}
