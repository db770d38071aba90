package agentdesk_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/attachment"
	"okno/internal/attachment/folder"
	"okno/internal/desk"
	"okno/internal/dialogue"
	"okno/internal/job"
	"okno/internal/postgres/pgtest"
	"okno/internal/privacy"
	"okno/internal/recording/recordingtest"
	"okno/internal/search"
	"okno/internal/speech/speechtest"
	"okno/internal/speech/vosk"
	"okno/internal/transcript"
)

// written is a talk that an agent had with a number, and that was recorded and written down: the citizen says that a passport is lost, and the
// agent says something that is hardly understood.
func (o *office) written(t *testing.T, agent int64, number string) (interaction, id int64) {
	t.Helper()
	span := func(from, to time.Duration) []recordingtest.Span {
		return []recordingtest.Span{{From: from * time.Second, To: to * time.Second}}
	}
	interaction, id = o.keptTalk(t, agent, number, string(recordingtest.Talk(t, 8*time.Second, span(2, 4), span(5, 6))))
	pgtest.Exec(t, o.URL, fmt.Sprintf(`INSERT INTO transcripts (recording_id) VALUES (%d)`, id))
	server := speechtest.Start(t)
	server.Understand("потерян паспорт")
	server.UnderstandUnsurely("секунду", 0.3)
	files, err := folder.New(o.folder)
	require.NoError(t, err)
	engine := vosk.New(map[dialogue.Language]string{dialogue.Russian: server.URL()})
	work := transcript.NewTranscriber(o.DB, attachment.NewKeeper(files), engine, time.Now, zerolog.Nop())
	require.NoError(t, work.Transcribe(t.Context(), job.TranscribeTalk{Recording: id}))
	return interaction, id
}

// saysInTalks are the talks that somebody finds by a word.
func (o *office) saysInTalks(t *testing.T, cookie, word string) []any {
	t.Helper()
	status, found := o.asks(t, cookie, http.MethodGet, "/desk/search?kind=talks&q="+url.QueryEscape(word), nil)
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, found["citizens"])
	return found["talks"].([]any)
}

// A transcript is read, corrected and found by who may hear the talk, and by nobody else; what the engine wrote stays beside what people made of
// it, and the journal has each look and each correction.
func TestATranscriptIsReadAndCorrectedByWhoMay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "checks", Name: "Аудитор", Role: "auditor", Languages: []string{"ru"}})
	chief := o.lead(t, "chief")
	interaction, id := o.written(t, o.Agents[0].ID, "+77010008805")
	agent, other, auditor := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "other"), cookieAt(t, o.server.URL, "checks")
	path := fmt.Sprintf("/desk/recordings/%d/transcript", id)
	for cookie, want := range map[string]int{"": 401, other: 403, auditor: 403} {
		status, _ := o.asks(t, cookie, http.MethodGet, path, nil)
		require.Equal(t, want, status)
		status, _ = o.asks(t, cookie, http.MethodPost, path+"/0", m{"text": "x", "seen": 0})
		require.Equal(t, want, status)
	}
	lines := func(cookie string) (said []m) {
		status, answer := o.asks(t, cookie, http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, status)
		for _, l := range answer["lines"].([]any) {
			said = append(said, l.(m))
		}
		require.Len(t, said, 2)
		return said
	}
	first, second := lines(agent)[0], lines(agent)[1]
	require.Equal(t, []any{"citizen", 100., nil}, []any{first["speaker"], first["least"], first["corrected"]})
	require.Equal(t, []any{m{"text": "потерян", "sure": true}, m{"text": "паспорт", "sure": true}}, first["words"])
	require.InDelta(t, 2000, first["begin"], 100)
	require.InDelta(t, 4000, first["end"], 100)
	require.Equal(t, []any{"agent", 30., []any{m{"text": "секунду", "sure": false}}}, []any{second["speaker"], second["least"], second["words"]})

	for _, c := range []struct {
		cookie, line, text string
		seen, want         int
	}{
		{agent, "1", " минуту,\nпожалуйста ", 0, 204},
		{chief, "1", "секундочку", 0, 409}, // of what was there before
		{chief, "1", "минутку, пожалуйста", 1, 204},
		{agent, "2", "x", 0, 404},
		{agent, "-1", "x", 0, 404},
		{agent, "x", "x", 0, 404},
		{agent, "0", strings.Repeat("ё", 4001), 0, 400},
	} {
		status, answer := o.asks(t, c.cookie, http.MethodPost, path+"/"+c.line, m{"text": c.text, "seen": c.seen})
		require.Equal(t, c.want, status, "%v: %v", c, answer)
	}
	second = lines(chief)[1]
	corrected := second["corrected"].(m)
	require.Equal(t, []any{"минутку, пожалуйста", "chief", 2.}, []any{corrected["text"], corrected["name"], corrected["times"]})
	require.Equal(t, "секунду", second["words"].([]any)[0].(m)["text"], "what the engine wrote")

	for _, cookie := range []string{agent, chief} {
		found := o.saysInTalks(t, cookie, "паспорта")
		require.Len(t, found, 1, "by another form of the word")
		talk := found[0].(m)
		require.Equal(t, []any{float64(id), true, "general", "Алия", m{"state": "ready", "failure": ""}},
			[]any{talk["id"], talk["hear"], talk["queue"], talk["agent"], talk["transcript"]})
		require.Len(t, o.saysInTalks(t, cookie, "потерян минутку"), 1, "both were said, by whomever")
		require.Empty(t, o.saysInTalks(t, cookie, "потерян кошелёк"))
		require.Empty(t, o.saysInTalks(t, cookie, "секунду"), "it was not said")
	}
	require.Empty(t, o.saysInTalks(t, other, "паспорт"), "a talk of others")

	count := func(action string) int {
		return pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = $1 AND subject = $2 AND detail ->> 'interaction' = $3`, action,
			fmt.Sprintf("recording:%d", id), fmt.Sprint(interaction))
	}
	require.Equal(t, []int{3, 2, 4}, []int{count("transcript.read"), count("transcript.correct"), count("transcript.found")})
	status, _ := o.asks(t, agent, http.MethodGet, "/desk/recordings/999/transcript", nil)
	require.Equal(t, http.StatusNotFound, status)
	status, _ = o.asks(t, agent, http.MethodGet, "/desk/recordings/x/transcript", nil)
	require.Equal(t, http.StatusNotFound, status)
}

// The words stand nowhere in the open; they are exported with the citizen, are found and opened after the keys have turned, and go with the
// recording or with the citizen.
func TestATranscriptIsSealedAndGoesWithItsTalk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	citizen := o.registers(t, "+77010008806")
	_, id := o.written(t, o.Agents[0].ID, "+77010008806")
	agent := cookieAt(t, o.server.URL, "aliya")
	path := fmt.Sprintf("/desk/recordings/%d/transcript", id)
	status, _ := o.asks(t, agent, http.MethodPost, path+"/1", m{"text": "погодите", "seen": 0})
	require.Equal(t, http.StatusNoContent, status)
	dump := pgtest.Dump(t, o.URL, "--exclude-table-data=dialogues")
	for _, word := range []string{"паспорт", "секунду", "погодите"} {
		require.NotContains(t, dump, word)
		require.NotContains(t, dump, hex.EncodeToString([]byte(word)))
	}

	d, err := o.DB.ExportCitizen(t.Context(), citizen, "test", "просит гражданин")
	require.NoError(t, err)
	require.Len(t, d.Interactions[0].Transcripts, 1)
	lines := d.Interactions[0].Transcripts[0].Lines
	require.Equal(t, []string{"citizen", "потерян паспорт", ""}, []string{lines[0].Speaker, lines[0].Text, lines[0].Recognised})
	require.Equal(t, []string{"agent", "погодите", "секунду"}, []string{lines[1].Speaker, lines[1].Text, lines[1].Recognised})

	stranger, kept := o.written(t, o.Agents[0].ID, "+77010008807")
	_, err = pgtest.OpenBy(t, o.URL, pgtest.NextKey, pgtest.OldKey).RotateKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM transcripts WHERE key_id = $1 AND cardinality(tokens) > 0`, pgtest.NextKey.ID))

	next := pgtest.OpenBy(t, o.URL, pgtest.NextKey)
	q, err := search.Parse("паспортов")
	require.NoError(t, err)
	found, err := next.Search(t.Context(), o.Agents[0].ID, q, desk.Page{Before: math.MaxInt64, Limit: 5})
	require.NoError(t, err)
	require.Len(t, found.Talks, 2)
	_, err = next.EraseCitizen(t.Context(), citizen, "test", "просит гражданин", func(privacy.Erasure) error { return nil })
	require.NoError(t, err)
	require.Equal(t, kept, pgtest.Value[int64](t, o.URL, `SELECT recording_id FROM transcripts`), "that of interaction %d stays", stranger)
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM transcript_corrections`))

	_, _, err = next.SweepOld(t.Context(), time.Now().Add(91*24*time.Hour), time.Minute)
	require.NoError(t, err)
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM transcripts`))
}

// A talk shows that its transcript is on the way, or why there is none, to who may read it.
func TestATalkShowsHowItsTranscriptStands(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	interaction, id := o.keptTalk(t, o.Agents[0].ID, "+77010008808", "не звук")
	number := o.opens(t, "+77010008808", "900513000008", 1)[0]
	pgtest.Exec(t, o.URL, fmt.Sprintf(`INSERT INTO interaction_cases SELECT %d, id FROM cases`, interaction))
	agent := cookieAt(t, o.server.URL, "aliya")
	status, _ := o.asks(t, agent, http.MethodPost, "/desk/cases/"+number+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	stands := func() any {
		_, view := o.asks(t, agent, http.MethodGet, "/desk/cases/"+number, nil)
		return view["recordings"].([]any)[0].(m)["transcript"]
	}
	require.Nil(t, stands())
	pgtest.Exec(t, o.URL, fmt.Sprintf(`INSERT INTO transcripts (recording_id) VALUES (%d)`, id))
	require.Equal(t, m{"state": "waiting", "failure": ""}, stands())
	path := fmt.Sprintf("/desk/recordings/%d/transcript", id)
	status, _ = o.asks(t, agent, http.MethodGet, path, nil)
	require.Equal(t, http.StatusNotFound, status)

	files, err := folder.New(o.folder)
	require.NoError(t, err)
	work := transcript.NewTranscriber(o.DB, attachment.NewKeeper(files), vosk.New(nil), time.Now, zerolog.Nop())
	require.NoError(t, work.Transcribe(t.Context(), job.TranscribeTalk{Recording: id}))
	require.Equal(t, m{"state": "failed", "failure": "unreadable"}, stands())
}

// A transcript that has failed is tried again by whoever may correct it, once, however often that is asked for; what was written down before stays,
// and the journal has it.
func TestAFailedTranscriptIsTriedAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "checks", Name: "Аудитор", Role: "auditor", Languages: []string{"ru"}})
	talk := recordingtest.Talk(t, 3*time.Second, []recordingtest.Span{{From: time.Second, To: 2 * time.Second}}, nil)
	_, id := o.keptTalk(t, o.Agents[0].ID, "+77010008809", string(talk))
	agent, other, auditor := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "other"), cookieAt(t, o.server.URL, "checks")
	path := fmt.Sprintf("/desk/recordings/%d/transcript/retry", id)
	retries := func(cookie string, want int) {
		t.Helper()
		status, answer := o.asks(t, cookie, http.MethodPost, path, nil)
		require.Equal(t, want, status, answer)
	}
	count := func(query string) int { return pgtest.Value[int](t, o.URL, query) }
	const (
		jobs  = `SELECT count(*) FROM river_job WHERE kind = 'talk.transcribe' AND queue = 'slow'`
		deeds = `SELECT count(*) FROM audit WHERE action = 'transcript.retry'`
		news  = `SELECT count(*) FROM stream_events WHERE kind = 'recorded'`
	)
	retries(agent, http.StatusNotFound) // it was never to be written down
	pgtest.Exec(t, o.URL, fmt.Sprintf(`INSERT INTO transcripts (recording_id) VALUES (%d)`, id))
	files, err := folder.New(o.folder)
	require.NoError(t, err)
	transcribe := func(engine map[dialogue.Language]string) {
		work := transcript.NewTranscriber(o.DB, attachment.NewKeeper(files), vosk.New(engine), time.Now, zerolog.Nop())
		require.NoError(t, work.Transcribe(t.Context(), job.TranscribeTalk{Recording: id}))
	}
	retries(agent, http.StatusNoContent)
	require.Zero(t, count(jobs)+count(deeds), "it waits already")

	transcribe(nil)
	require.Equal(t, "failed no_engine", pgtest.Value[string](t, o.URL, `SELECT state || ' ' || failure FROM transcripts`))
	pgtest.Exec(t, o.URL, `UPDATE transcripts SET attempts = 6`)
	for cookie, want := range map[string]int{"": 401, other: 403, auditor: 403} {
		retries(cookie, want)
	}
	told := count(news)
	for range 2 {
		retries(agent, http.StatusNoContent)
	}
	require.Equal(t, "waiting  0", pgtest.Value[string](t, o.URL, `SELECT state || ' ' || failure || ' ' || attempts FROM transcripts`))
	require.Equal(t, []int{1, 1, told + 1}, []int{count(jobs), count(deeds), count(news)})

	server := speechtest.Start(t)
	server.Understand("потерян паспорт")
	transcribe(map[dialogue.Language]string{dialogue.Russian: server.URL()})
	require.Len(t, o.saysInTalks(t, agent, "паспорта"), 1)
	retries(agent, http.StatusConflict)
	require.Equal(t, "no_engine", pgtest.Value[string](t, o.URL, `SELECT detail ->> 'failure' FROM audit WHERE action = 'transcript.retry'`))
	status, _ := o.asks(t, agent, http.MethodPost, "/desk/recordings/999/transcript/retry", nil)
	require.Equal(t, http.StatusNotFound, status)
	status, _ = o.asks(t, agent, http.MethodPost, "/desk/recordings/x/transcript/retry", nil)
	require.Equal(t, http.StatusNotFound, status)
}
