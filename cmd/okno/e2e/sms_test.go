package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/sms/text"
)

// write is what is said, in writing.
func (w *world) write(l dialogue.Language, s say) string {
	return w.texts.Write(dialogue.Utterance{Key: s.key, Language: l, Values: s.values})
}

// references of long messages.
var references atomic.Uint32

// sends is a citizen's phone that sends an SMS, in as many parts as it takes. Each must be acknowledged.
func (w *world) sends(t *testing.T, number, body string) {
	t.Helper()
	coding, payloads := text.Split(body)
	reference := byte(references.Add(1))
	for i, payload := range payloads {
		part, err := text.Decode(byte(coding), payload)
		require.NoError(t, err)
		fields := map[string]any{
			"source_addr": strings.TrimPrefix(number, "+"), "source_addr_ton": 1, "source_addr_npi": 1,
			"destination_addr": "1414", "short_message": part, "data_coding": int(coding),
		}
		if len(payloads) > 1 {
			fields["udh"] = fmt.Sprintf("050003%02X%02X%02X", reference, len(payloads), i+1)
		}
		require.Zero(t, w.operator.Deliver(fields), "deliver_sm is not acknowledged")
	}
}

// gets waits until the last SMS to a number is the given one.
func (w *world) gets(t *testing.T, number, want string) {
	t.Helper()
	var written []string
	eventually(t, patience, func() bool {
		written = w.operator.Written(number)
		return len(written) > 0 && written[len(written)-1] == want
	}, func() string { return fmt.Sprintf("no SMS %q to %s, which has got %q", want, number, written) })
}

// hasGot waits until a citizen has got an SMS, others before it and after it: for numbers that several tests share.
func (w *world) hasGot(t *testing.T, number, want string) {
	t.Helper()
	var written []string
	eventually(t, patience, func() bool {
		written = w.operator.Written(number)
		return slices.Contains(written, want)
	}, func() string { return fmt.Sprintf("no SMS %q to %s, which has got %q", want, number, written) })
}

// exchange sends a message and waits for what must be the only answer to it.
func (w *world) exchange(t *testing.T, number, body, want string) {
	t.Helper()
	before := len(w.operator.Written(number))
	w.sends(t, number, body)
	w.gets(t, number, want)
	require.Len(t, w.operator.Written(number), before+1, "answers to %q", body)
}

// The commands in three languages, as a citizen whom Okno knows and as a stranger write them.
func (w *world) commandsBySMS(t *testing.T) {
	t.Parallel()
	const citizen, stranger = "+77010000002", "+77015550010"
	own, others := w.caseOf(t, citizen, "awaiting_citizen"), w.caseOf(t, "+77010000001", "in_progress")
	spaced := own[:3] + " " + own[3:6] + "-" + own[6:]
	stage := whole("status.stage").with("case", dialogue.TypeCaseNumber, others).with("stage", dialogue.TypePhrase, "stage.in_progress")
	for _, turn := range []struct {
		number, body, want string
	}{
		{stranger, "HELP", w.write(en, whole("help"))},
		{stranger, "Помощь!", w.write(ru, whole("help"))},
		{stranger, "көмек", w.write(kk, whole("help"))},
		{stranger, "INFO 031", w.serviceWritten(t, "031", en)},
		{stranger, "ИНФО 031", w.serviceWritten(t, "031", ru)},
		{stranger, "АҚПАРАТ 031", w.serviceWritten(t, "031", kk)},
		{citizen, "СТАТУС " + own, w.write(ru, w.status(t, own))},
		{citizen, "status " + spaced, w.write(en, w.status(t, own))},
		{stranger, "СТАТУС " + others, w.write(ru, stage)},
		{stranger, "КҮЙІ " + others, w.write(kk, stage)},
		{citizen, "СТАТУС " + mistyped(own), w.write(ru, whole("status.mistyped")) + "\n" + w.write(ru, whole("status.ask"))},
		{citizen, "СТАТУС " + unknownCase(t), w.write(ru, whole("status.unknown")) + "\n" + w.write(ru, whole("status.ask"))},
		{stranger, "STOP", w.write(en, whole("notices.stopped"))},
		{stranger, "СТАРТ", w.write(kk, whole("notices.started"))}, // a word of two languages: STOP has not changed the one chosen last
	} {
		w.exchange(t, turn.number, turn.body, turn.want)
	}
	w.checkCodings(t, citizen)
	w.checkCodings(t, stranger)
	w.traced(t, stranger, 10)
}

// traced wants so many messages of a citizen found heard, and an answer that left at the first attempt to each of them at least.
func (w *world) traced(t *testing.T, number string, messages int) {
	t.Helper()
	var said string
	eventually(t, patience, func() bool {
		said = w.run(t, "sms", "trace", "8"+number[len("+7"):])
		left := strings.Count(said, " accepted ") + strings.Count(said, " delivered ")
		return strings.Count(said, " heard ") == messages && left >= messages && left == strings.Count(said, " out ")
	}, func() string { return said })
	require.NotZero(t, pgtest.Value[int](t, w.database, `SELECT count(*)::int FROM audit WHERE action = 'sms.trace' AND decode(detail->>'index', 'base64') = $1`, pgtest.Index(number)))
}

// checkCodings wants what GSM 7 bit can write to be sent so, and everything else in UCS-2.
func (w *world) checkCodings(t *testing.T, number string) {
	t.Helper()
	for _, s := range w.operator.Submits() {
		if "+"+s.Destination == number {
			coding, _ := text.Split(s.Text)
			require.Equal(t, int(coding), s.Coding, "data_coding of %q", s.Text)
			require.Contains(t, []int{0, 8}, s.Coding)
		}
	}
}

// Several services match: the citizen gets a list, and answers it by a number.
func (w *world) listBySMS(t *testing.T) {
	t.Parallel()
	const citizen = "+77015550011"
	w.sends(t, citizen, "ИНФО брак")
	var list string
	eventually(t, patience, func() bool {
		if written := w.operator.Written(citizen); len(written) > 0 {
			list = written[0]
		}
		return list != ""
	}, func() string { return "no answer to ИНФО брак" })
	require.True(t, strings.HasPrefix(list, w.write(ru, whole("service.several"))), list)
	second := ""
	for line := range strings.Lines(list) {
		if title, ok := strings.CutPrefix(line, "2 "); ok {
			second = strings.TrimSpace(title)
		}
	}
	require.NotEmpty(t, second, list)
	code := pgtest.Value[string](t, w.database, `SELECT service FROM service_versions WHERE texts->'ru'->>'title' = $1`, second)
	w.exchange(t, citizen, "2", w.serviceWritten(t, code, ru))
}

// Long messages arrive whole and are answered once, whatever their alphabet.
func (w *world) longSMS(t *testing.T) {
	t.Parallel()
	for i, long := range []struct {
		body string
		l    dialogue.Language
	}{
		{"hjkl " + strings.Repeat("qwerty uiop asdf? ", 20), en},
		{"щщщ " + strings.Repeat("ыыыъъъ щщщ? ", 15), ru},
		{"ққққ " + strings.Repeat("ғғғғ әәәә өөөө үүүү? ", 15), kk},
	} {
		number := fmt.Sprintf("+7701555002%d", i)
		require.Greater(t, text.Segments(long.body), 2)
		w.exchange(t, number, long.body, w.write(long.l, whole("search.none")))
		require.Equal(t, strings.TrimSpace(long.body), strings.TrimSpace(pgtest.Opened[string](t, w.database,
			`SELECT e.body FROM entries e JOIN interactions i ON i.id = e.interaction_id WHERE i.number = $1 AND e.speaker = 'citizen'`, number)))
		w.checkCodings(t, number)
	}
}
