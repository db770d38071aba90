package line_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
)

func load(t require.TestingT) *dialogue.Definition {
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	d, err := dialogue.Parse(files, conversation.Vocabulary(segments))
	require.NoError(t, err)
	return d
}

// segments counts as the SMS channel does, but for letters that GSM 03.38 has beside ASCII.
func segments(s string) int {
	one, each := 160, 153
	if strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) {
		one, each = 70, 67
	}
	if n := len([]rune(s)); n > one {
		return (n + each - 1) / each
	}
	return 1
}

// rings is a call that begins, while no announcement is on.
func rings(t *testing.T, d *dialogue.Definition, known dialogue.Language) dialogue.Result {
	t.Helper()
	first := step(t, d, d.Begin(dialogue.Voice, known, nil), dialogue.Input{Kind: dialogue.Started})
	require.Equal(t, "announcement.now", first.Effect.Action)
	r := step(t, d, first.State, dialogue.Input{Kind: dialogue.Outcome, Effect: first.Effect.ID, Name: "none"})
	r.Utterances = append(first.Utterances, r.Utterances...)
	return r
}

func TestTheLineHasNoFindings(t *testing.T) {
	t.Parallel()
	require.Empty(t, load(t).Check())
}

func TestVoiceJourneyToAStatus(t *testing.T) {
	t.Parallel()
	d := load(t)
	r := rings(t, d, "")
	require.Equal(t, []string{"greeting", "greeting", "greeting", "language.choose", "language.choose", "language.choose"}, keys(r))
	require.Equal(t, "123098*"[:5], r.Expect.Keys[:5])
	r = step(t, d, r.State, press("2"))
	require.Equal(t, []string{"main.menu"}, keys(r))
	require.Equal(t, dialogue.Russian, r.State.Language)
	r = step(t, d, r.State, press("2"))
	require.Equal(t, dialogue.ExpectDigits, r.Expect.Kind)
	require.Equal(t, 13, r.Expect.MaxDigits)
	require.True(t, r.Expect.Whole("123456786"), "a number of nine digits is not waited behind")
	require.False(t, r.Expect.Whole("123456785"), "it may go on")

	r = step(t, d, r.State, press("123456785"))
	require.Equal(t, []string{"status.mistyped", "status.ask"}, keys(r), "a wrong check digit is told apart")
	r = step(t, d, r.State, press("1234"))
	require.Equal(t, []string{"status.too_short", "status.ask"}, keys(r))
	r = step(t, d, r.State, press("123456786"))
	require.Equal(t, "case.status", r.Effect.Action)
	require.Equal(t, "123456786", r.Effect.With["case"].Text)
	r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "found", Values: map[string]dialogue.Value{
		"stage": {Type: dialogue.TypePhrase, Text: "stage.in_progress"}, "next": {Type: dialogue.TypePhrase, Text: "next.in_progress"},
		"due": {Type: dialogue.TypeDate, Text: "2026-12-05"}}})
	require.Equal(t, []string{"status.tell", "status.after_open"}, keys(r))
	require.Equal(t, "Дело 123456786. Рассматривается. Дальше: решение органа. Срок: 05.12.2026", d.Texts.Write(r.Utterances[0]))
	repeated := step(t, d, r.State, press("9"))
	require.Equal(t, keys(r), keys(repeated), "9 says all of it again")
	sent := step(t, d, repeated.State, press("5"))
	require.Equal(t, "sms.send", sent.Effect.Action)
	require.Equal(t, d.Texts.Write(r.Utterances[0]), d.Texts.Write(*sent.Effect.Write))
	back := step(t, d, repeated.State, press("*"))
	require.Equal(t, []string{"status.ask"}, keys(back))
}

// Whoever has not chosen a language is told in all three what is wrong; whoever has, in that one.
func TestBeforeALanguageIsChosenAllAreSpoken(t *testing.T) {
	t.Parallel()
	d := load(t)
	languages := func(r dialogue.Result, key string) (spoken []dialogue.Language) {
		for _, u := range r.Utterances {
			if u.Key == key {
				spoken = append(spoken, u.Language)
			}
		}
		return spoken
	}
	r := rings(t, d, "")
	require.Equal(t, dialogue.Languages, languages(r, "greeting"))
	r = step(t, d, r.State, press("8"))
	require.Equal(t, dialogue.Languages, languages(r, "common.wrong"))
	require.Equal(t, 3, r.Refused, "all of it is heard to its end")
	r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Silence})
	require.Equal(t, dialogue.Languages, languages(r, "common.silence"))
	joins := step(t, d, r.State, press("0"))
	asked := step(t, d, joins.State, dialogue.Input{Kind: dialogue.Outcome, Effect: joins.Effect.ID, Name: dialogue.QueueJoined})
	require.Equal(t, dialogue.Languages, languages(asked, "operator.wait"))

	r = step(t, d, r.State, press("1"))
	require.Equal(t, []dialogue.Language{dialogue.Kazakh}, languages(r, "main.menu"))
	r = step(t, d, r.State, press("*"))
	require.Equal(t, dialogue.Languages, languages(r, "language.choose"), "the menu itself is said in all, always")
	r = step(t, d, r.State, press("8"))
	require.Equal(t, []dialogue.Language{dialogue.Kazakh}, languages(r, "common.wrong"))

	r = step(t, d, d.Begin(dialogue.USSD, "", nil), dialogue.Input{Kind: dialogue.Started})
	r = step(t, d, r.State, press("8"))
	require.Len(t, languages(r, "common.wrong"), 1, "a page of USSD is short")
}

// Whoever presses nothing, or nothing that makes sense, is promised nothing: only who says yes is called back.
func TestNobodyIsCalledBackWithoutAYes(t *testing.T) {
	t.Parallel()
	d := load(t)
	silent := dialogue.Input{Kind: dialogue.Silence}
	for name, in := range map[string]dialogue.Input{"silence": silent, "wrong": press("8")} {
		r := rings(t, d, dialogue.English)
		for range 3 {
			r = step(t, d, r.State, in)
		}
		require.Equal(t, dialogue.QueueAction, r.Effect.Action, name)
		closed := step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "closed"})
		require.Equal(t, []string{"operator.closed"}, keys(closed))
		require.Nil(t, closed.Effect)
		r = step(t, d, closed.State, in)
		require.Nil(t, r.Effect)
		r = step(t, d, r.State, in)
		require.Nil(t, r.Effect)
		require.True(t, r.State.Ended)
		require.Contains(t, keys(r), "bye")

		r = step(t, d, closed.State, press("1"))
		require.Equal(t, "callback.open", r.Effect.Action)
	}
}

func TestThreeStrikesLeadToAnOperator(t *testing.T) {
	t.Parallel()
	d := load(t)
	r := rings(t, d, dialogue.English)
	require.Equal(t, []string{"greeting", "main.menu"}, keys(r), "a known language is not asked for again")
	for range 2 {
		r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Silence})
		require.Equal(t, []string{"common.silence", "main.menu"}, keys(r))
	}
	r = step(t, d, r.State, press("8"))
	require.Equal(t, []string{"common.wrong"}, keys(r))
	require.Equal(t, dialogue.QueueAction, r.Effect.Action)
	require.Equal(t, "why.trouble", r.Effect.With["reason"].Text)
	r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: dialogue.QueueJoined})
	require.Equal(t, []string{"operator.wait"}, keys(r))
	require.True(t, r.Expect.Queue)
}

func TestAnUnknownCodeIsAStrikeToo(t *testing.T) {
	t.Parallel()
	d := load(t)
	r := rings(t, d, dialogue.English)
	r = step(t, d, step(t, d, r.State, press("1")).State, press("1"))
	for range 2 {
		r = step(t, d, r.State, press("999"))
		r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "unknown"})
		require.Equal(t, []string{"service.unknown", "service.ask"}, keys(r))
	}
	r = step(t, d, r.State, press("999"))
	r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "unknown"})
	require.Equal(t, []string{"service.unknown"}, keys(r))
	require.Equal(t, dialogue.QueueAction, r.Effect.Action)
}

func TestWordsInThreeLanguages(t *testing.T) {
	t.Parallel()
	d := load(t)
	for text, want := range map[string]struct {
		language dialogue.Language
		action   string
		value    string
	}{
		"STATUS 123456786":   {dialogue.English, "case.status", "123456786"},
		"статус 123 456-786": {dialogue.Russian, "case.status", "123456786"},
		"Күйі 123456786":     {dialogue.Kazakh, "case.status", "123456786"},
		"КУЙИ 123456786":     {dialogue.Kazakh, "case.status", "123456786"}, // no Kazakh letters on the phone
		"123456786":          {dialogue.Russian, "case.status", "123456786"},
		"INFO 031":           {dialogue.English, "service.find", "031"},
		"ИНФО судимость":     {dialogue.Russian, "service.find", "судимость"},
		"АҚПАРАТ 031":        {dialogue.Kazakh, "service.find", "031"},
		"AQPARAT 031":        {dialogue.Kazakh, "service.find", "031"},
		"031":                {dialogue.Russian, "service.find", "031"},
		"где получить справку?": {dialogue.Russian, "service.find", "где получить справку?"},
		"ТОҚТА":     {dialogue.Kazakh, "notices.stop", ""},
		"стоп":      {dialogue.Russian, "notices.stop", ""},
		"Start":     {dialogue.English, "notices.start", ""},
		"оператор!": {dialogue.Russian, "queue", ""},
		"ОПЕРАТОР":  {dialogue.Russian, "queue", ""},
	} {
		r := step(t, d, d.Begin(dialogue.SMS, "", nil), dialogue.Input{Kind: dialogue.Started})
		require.Empty(t, r.Utterances, "a text conversation does not begin by talking")
		r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Text, Text: text})
		require.NotNil(t, r.Effect, text)
		require.Equal(t, want.action, r.Effect.Action, text)
		require.Equal(t, want.language, r.State.Language, text)
		for _, name := range []string{"case", "query"} {
			if v, ok := r.Effect.With[name]; ok && want.value != "" {
				require.Equal(t, want.value, v.Text, text)
			}
		}
	}
}

func TestANumberedListIsAnsweredByItsNumber(t *testing.T) {
	t.Parallel()
	d := load(t)
	r := step(t, d, d.Begin(dialogue.SMS, "", nil), dialogue.Input{Kind: dialogue.Started})
	r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Text, Text: "инфо брак"})
	list := dialogue.Value{Type: dialogue.TypeList}
	for _, code := range []string{"021", "025", "028", "029", "040", "044"} {
		list.Items = append(list.Items, dialogue.Item{Value: code, Label: "услуга " + code})
	}
	r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "several", Values: map[string]dialogue.Value{"matches": list}})
	require.Len(t, r.Utterances, 7, "a heading, five items, and the way to more")
	more := step(t, d, r.State, dialogue.Input{Kind: dialogue.Text, Text: "8"})
	require.Len(t, more.Utterances, 2)
	chosen := step(t, d, more.State, dialogue.Input{Kind: dialogue.Text, Text: "1"})
	require.Equal(t, "044", chosen.Effect.With["query"].Text)
	// A command works in the middle of it, too.
	command := step(t, d, r.State, dialogue.Input{Kind: dialogue.Text, Text: "помощь"})
	require.Equal(t, []string{"help"}, keys(command))
	require.True(t, command.State.Ended)
}

func TestAPasscodeIsSpokenAndNeverKept(t *testing.T) {
	t.Parallel()
	d := load(t)
	r := rings(t, d, dialogue.English)
	r = step(t, d, r.State, press("3"))
	r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "found",
		Values: map[string]dialogue.Value{"code": {Type: dialogue.TypeSecret, Text: "314159"}}})
	require.Contains(t, d.Texts.Speak(r.Utterances[0]), dialogue.Fragment{Kind: dialogue.SpokenSecret, Language: dialogue.English, Text: "314159"})
	require.NotContains(t, d.Texts.Transcript(r.Utterances[0]), "314159")
	for _, u := range r.State.Said {
		require.NotContains(t, d.Texts.Write(u), "314159")
	}
	for name, v := range r.State.Slots {
		require.NotEqual(t, "314159", v.Text, name)
	}
}

func TestResumedSaysItAgainAndKeepsThePlace(t *testing.T) {
	t.Parallel()
	d := load(t)
	r := rings(t, d, dialogue.English)
	r = step(t, d, r.State, press("2"))
	resumed := step(t, d, r.State, dialogue.Input{Kind: dialogue.Resumed})
	require.Equal(t, keys(r), keys(resumed))
	r.Expect.Whole, resumed.Expect.Whole = nil, nil // functions are not compared
	require.Equal(t, r.Expect, resumed.Expect)
	require.Equal(t, r.State.Node, resumed.State.Node)
}

// TestNothingBreaksTheLine throws everything at it: it never fails, never forgets to wait for something, and always ends.
func TestNothingBreaksTheLine(t *testing.T) {
	t.Parallel()
	d := load(t)
	vocabulary := conversation.Vocabulary(nil)
	rapid.Check(t, func(t *rapid.T) {
		channel := rapid.SampledFrom(dialogue.Channels).Draw(t, "channel")
		state := d.Begin(channel, rapid.SampledFrom([]dialogue.Language{"", "kk", "ru", "en"}).Draw(t, "known"), nil)
		in := dialogue.Input{Kind: dialogue.Started}
		for range rapid.IntRange(1, 40).Draw(t, "length") {
			r, err := d.Step(state, in)
			require.NoError(t, err)
			state = r.State
			for _, u := range r.Utterances {
				require.NotEqual(t, u.Key, d.Texts.Write(u), "a text that is missing")
			}
			switch r.Expect.Kind {
			case dialogue.ExpectNothing:
				return
			case dialogue.ExpectOutcome:
				outcomes := append([]string{dialogue.QueueJoined}, dialogue.QueueOutcomes...)
				if r.Expect.Queue == false {
					outcomes = nil
					for name := range vocabulary.Actions[state.Pending.Action].Outcomes {
						outcomes = append(outcomes, name)
					}
				}
				name := rapid.SampledFrom(sorted(outcomes)).Draw(t, "outcome")
				in = dialogue.Input{Kind: dialogue.Outcome, Effect: state.Pending.ID, Name: name, Values: map[string]dialogue.Value{}}
				for value, typ := range vocabulary.Actions[state.Pending.Action].Outcomes[name] {
					in.Values[value] = someValue(typ)
				}
			default:
				in = rapid.SampledFrom([]dialogue.Input{
					press("0"), press("1"), press("2"), press("5"), press("8"), press("9"), press("*"), press("#"), press(""), press("031"),
					press("123456786"), {Kind: dialogue.Silence}, {Kind: dialogue.Resumed}, {Kind: dialogue.Text, Text: "стоп"},
					{Kind: dialogue.Text, Text: ""}, {Kind: dialogue.Text, Text: "2"}, {Kind: dialogue.Text, Text: "STATUS 12"},
				}).Draw(t, "input")
			}
		}
	})
}

func sorted(s []string) []string {
	out := append([]string(nil), s...)
	for i := range out {
		for j := i + 1; j < len(out); j++ {
			if out[j] < out[i] {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out
}

func someValue(typ dialogue.Type) dialogue.Value {
	switch typ {
	case dialogue.TypePhrase:
		return dialogue.Value{Type: typ, Text: "stage.ready"}
	case dialogue.TypeList:
		return dialogue.Value{Type: typ, Items: make([]dialogue.Item, 11)}
	case dialogue.TypeDate:
		return dialogue.Value{Type: typ, Text: "2026-12-05"}
	}
	return dialogue.Value{Type: typ, Text: "123"}
}

// step is a step in a house that records nobody, and asks nobody how it was.
func step(t *testing.T, d *dialogue.Definition, s dialogue.State, in dialogue.Input) dialogue.Result {
	t.Helper()
	r, err := d.Step(s, in)
	require.NoError(t, err)
	if r.Effect == nil {
		return r
	}
	outcome, passed := map[string]string{"recording.rule": "off", "survey.due": "none"}[r.Effect.Action]
	if !passed {
		return r
	}
	next := step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: outcome})
	next.Utterances, next.Refused = append(r.Utterances, next.Utterances...), r.Refused
	return next
}

func press(k string) dialogue.Input { return dialogue.Input{Kind: dialogue.Keys, Keys: k} }

func keys(r dialogue.Result) []string {
	var found []string
	for _, u := range r.Utterances {
		found = append(found, u.Key)
	}
	return found
}

// What is on is heard behind the greeting and before anything else, in each language to whoever has none yet.
func TestAnAnnouncementIsHeardFirst(t *testing.T) {
	t.Parallel()
	d := load(t)
	texts := map[dialogue.Language]string{"kk": "Су тасқыны.", "ru": "Паводок.", "en": "There is a flood."}
	for known, heard := range map[dialogue.Language][]string{"": {"Су тасқыны.", "Паводок.", "There is a flood."}, "en": {"There is a flood."}} {
		r := step(t, d, d.Begin(dialogue.Voice, known, nil), dialogue.Input{Kind: dialogue.Started})
		r = step(t, d, r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "on",
			Values: map[string]dialogue.Value{"text": {Type: dialogue.TypeText, In: texts}}})
		var said []string
		for _, u := range r.Utterances {
			if u.Key == "announcement" {
				said = append(said, d.Texts.Write(u))
			}
		}
		require.Equal(t, heard, said)
		require.NotEqual(t, "announcement", keys(r)[len(keys(r))-1], "and then the menu")
		again := step(t, d, r.State, dialogue.Input{Kind: dialogue.Resumed})
		require.Subset(t, keys(again), []string{"announcement"}, "after a crash, too")
	}
}

// A queue's node that says nothing of hours goes on as for a queue that is closed.
func TestANodeWithoutHoursIsClosed(t *testing.T) {
	t.Parallel()
	d := load(t)
	state, effect, err := d.Enqueue(d.Begin(dialogue.Voice, dialogue.Russian, nil), "verify_operator")
	require.NoError(t, err)
	r := step(t, d, state, dialogue.Input{Kind: dialogue.Outcome, Effect: effect.ID, Name: dialogue.QueueAfterHours})
	require.Equal(t, "verify.nobody", keys(r)[0])
}

// A day on which a queue opens has its words in each language.
func TestEachDayOfOpeningHasItsWords(t *testing.T) {
	t.Parallel()
	d := load(t)
	for _, day := range []string{"today", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} {
		for _, l := range dialogue.Languages {
			require.NotEmpty(t, d.Texts.Line(l, "opens."+day), "%s in %s", day, l)
		}
	}
}

// What callers say is what they would key, in the language of the call. Nothing is taken for it that means two things, or is a part of a talk.
func TestCallersSpeak(t *testing.T) {
	t.Parallel()
	d := load(t)
	for l, cases := range map[dialogue.Language]map[string]string{
		dialogue.Russian: {"статус": "2", "узнать статус заявления": "2", "Оператор": "0", "пять": "5", "девять": "9", "записаться на приём": "6", "мое заявление": "2",
			"статус штраф": "", "штрафы и пошлины": "7", "восемь": "", "два три": "", "": "", "я тебе говорю что статус мне не нужен": "", "status": ""},
		dialogue.Kazakh:  {"өтініштің күйі": "2", "айыппұл": "7", "үш": "3", "уш": "3", "жоқ": ""},
		dialogue.English: {"my application": "2", "talk to an operator": "0", "six": "6", "no": ""},
	} {
		spoken := rings(t, d, l).Expect.Spoken
		require.Equal(t, l, spoken.Language())
		for said, want := range cases {
			meant, ok := spoken.Meaning(strings.Fields(said))
			require.Equal(t, want != "", ok, said)
			if ok {
				require.Equal(t, dialogue.Meant{Keys: want}, meant, said)
			}
			if ok && len(strings.Fields(said)) == 1 && said == strings.ToLower(said) && said != "уш" {
				require.Contains(t, spoken.Expected(), said)
			}
		}
	}
	require.Nil(t, rings(t, d, "").Expect.Spoken, "nobody knows in which language")

	r := step(t, d, rings(t, d, dialogue.Russian).State, press("2"))
	meant, ok := r.Expect.Spoken.Meaning(strings.Fields("семьсот сорок два девять один три пятьсот восемьдесят шесть"))
	require.True(t, ok)
	require.Equal(t, dialogue.Meant{Keys: "742913586"}, meant)
	_, ok = r.Expect.Spoken.Meaning([]string{"семь", "", "два"})
	require.False(t, ok, "what was not understood may be a digit")
}

// In a list callers say the number of an item in any form, what leads back and on, and what repeats.
func TestCallersSpeakInLists(t *testing.T) {
	t.Parallel()
	d := load(t)
	list := dialogue.Value{Type: dialogue.TypeList}
	for n := range 9 {
		list.Items = append(list.Items, dialogue.Item{Value: fmt.Sprint(n), Label: fmt.Sprint(n)})
	}
	offered := func(l dialogue.Language, v dialogue.Value) dialogue.Result {
		state := rings(t, d, l).State
		state.Node, state.Slots = "categories", map[string]dialogue.Value{}
		state.Pending = &dialogue.Effect{ID: "1", Action: "service.categories"}
		return step(t, d, state, dialogue.Input{Kind: dialogue.Outcome, Effect: "1", Name: "found", Values: map[string]dialogue.Value{"categories": v}})
	}
	understands := func(s *dialogue.Spoken, cases map[string]string) {
		t.Helper()
		for said, want := range cases {
			meant, ok := s.Meaning(strings.Fields(said))
			require.Equal(t, want != "", ok, said)
			if !ok {
				continue
			}
			require.Equal(t, dialogue.Meant{Keys: want}, meant, said)
			for _, word := range strings.Fields(said) {
				if len(strings.Fields(said)) == 1 {
					require.Contains(t, s.Expected(), word)
				}
			}
		}
	}
	for l, cases := range map[dialogue.Language]map[string]string{
		dialogue.Russian: {"первый": "1", "вторая": "2", "третью": "3", "четвёртый вариант": "4", "пять": "5", "номер шесть": "6", "седьмое": "7", "дальше": "8",
			"назад": "*", "повторите": "9", "ещё раз": "9", "оператор": "0", "восьмой": "", "первый второй": "", "да": ""},
		dialogue.Kazakh:  {"бірінші": "1", "екі": "2", "нөмір үш": "3", "жетінші": "7", "келесі": "8", "артқа": "*", "қайталаңыз": "9", "оператор": "0", "сегізінші": ""},
		dialogue.English: {"first": "1", "the second one": "2", "number three": "3", "seven": "7", "more": "8", "back": "*", "repeat": "9", "operator": "0", "eighth": ""},
	} {
		understands(offered(l, list).Expect.Spoken, cases)
	}
	few := dialogue.Value{Type: dialogue.TypeList, Items: list.Items[:2]}
	understands(offered(dialogue.Russian, few).Expect.Spoken, map[string]string{"второй": "2", "третий": "", "три": "", "дальше": "", "назад": "*"})
}

// In an entry callers say digits, and the words for repeat, an operator and back, which mean what their keys mean in menus: no digit of the entry.
func TestCallersSpeakInEntries(t *testing.T) {
	t.Parallel()
	d := load(t)
	digits := func(keys string) dialogue.Meant { return dialogue.Meant{Keys: keys} }
	back, repeat, operator := digits("*"), dialogue.Meant{Keys: "9", Choice: true}, dialogue.Meant{Keys: "0", Choice: true}
	for l, cases := range map[dialogue.Language]map[string]dialogue.Meant{
		dialogue.Russian: {"семь": digits("7"), "девять": digits("9"), "ноль": digits("0"), "назад": back, "повторите": repeat, "ещё раз": repeat, "оператор": operator,
			"соедините с оператором": {}, "соединить с оператором": operator, "семь оператор": operator, "первый": {}, "дальше": {}, "статус": {}, "оператор назад": {}},
		dialogue.Kazakh: {"жеті": digits("7"), "тоғыз": digits("9"), "нөл": digits("0"), "артқа": back, "қайталаңыз": repeat, "тағы бір рет": repeat,
			"операторға қосыңыз": operator, "маман": operator, "келесі": {}},
		dialogue.English: {"seven": digits("7"), "nine": digits("9"), "zero": digits("0"), "back": back, "say it again": repeat, "operator": operator, "more": {}},
	} {
		r := step(t, d, rings(t, d, l).State, press("2"))
		require.Equal(t, []string{"status.ask"}, keys(r))
		for said, want := range cases {
			meant, ok := r.Expect.Spoken.Meaning(strings.Fields(said))
			require.Equal(t, want != dialogue.Meant{}, ok, said)
			if ok {
				require.Equal(t, want, meant, said)
			}
			if want.Choice {
				require.True(t, slices.ContainsFunc(r.Expect.Spoken.Expected(), func(phrase string) bool { return strings.Contains(said, phrase) }), said)
			}
		}
	}

	asked := step(t, d, rings(t, d, dialogue.Russian).State, press("2")).State
	said := func(s dialogue.State, m dialogue.Meant) dialogue.Result {
		return step(t, d, s, dialogue.Input{Kind: dialogue.Keys, Keys: m.Keys, Choice: m.Choice, Said: true})
	}
	require.Equal(t, []string{"main.menu"}, keys(said(asked, back)))
	again := said(asked, repeat)
	require.Equal(t, []string{"status.ask"}, keys(again))
	require.Equal(t, asked.Node, again.State.Node)
	require.Zero(t, again.State.Strikes["status"], "to hear it again is no mistake")
	wrong := said(asked, digits("742"))
	require.Equal(t, []string{"status.too_short", "status.ask"}, keys(wrong))
	require.Equal(t, []string{"status.ask"}, keys(said(wrong.State, repeat)), "the prompt alone")
	require.Equal(t, 1, said(wrong.State, repeat).State.Strikes["status"], "nor does it take one back")
	connected := said(asked, operator)
	require.Equal(t, dialogue.QueueAction, connected.Effect.Action)
	require.Equal(t, step(t, d, rings(t, d, dialogue.Russian).State, press("0")).Effect.Action, connected.Effect.Action, "as the key does in a menu")
	require.Equal(t, []string{"status.too_short", "status.ask"}, keys(said(asked, digits("0"))), "a digit stays one")
}

// Where callers are understood, entries, lists, yes and no, and the help after silence say "press or say": at nodes that listen, in languages that are understood, and
// until nothing is understood any more. Everywhere else not a word is different.
func TestPromptsTellOfSpeech(t *testing.T) {
	t.Parallel()
	d := load(t)
	said := func(r dialogue.Result) (lines []string) {
		for _, u := range r.Utterances {
			lines = append(lines, d.Texts.Transcript(u))
		}
		return lines
	}
	silence := dialogue.Input{Kind: dialogue.Silence}
	hearing := func(l dialogue.Language, hears ...dialogue.Language) dialogue.State {
		s := rings(t, d, l).State
		s.Hears = hears
		return s
	}
	for l, words := range map[dialogue.Language][2]string{
		dialogue.Kazakh:  {"Сіз ештеңе баспадыңыз.", "Сіз ештеңе баспадыңыз және айтпадыңыз."},
		dialogue.Russian: {"Вы ничего не нажали.", "Вы ничего не нажали и не сказали."},
		dialogue.English: {"You have not pressed anything.", "You have not pressed or said anything."},
	} {
		for n, s := range []dialogue.State{hearing(l), hearing(l, dialogue.Languages...)} {
			require.Equal(t, words[n], said(step(t, d, s, silence))[0])
			deaf := silence
			deaf.Deaf = true
			r := step(t, d, s, deaf)
			require.Equal(t, words[0], said(r)[0])
			require.Equal(t, words[0], said(step(t, d, r.State, silence))[0], "it stays so")
			fees := step(t, d, s, press("7")) // a menu without words
			require.Equal(t, words[0], said(step(t, d, fees.State, silence))[0])
		}
	}
	require.Equal(t, "Вы ничего не нажали.", said(step(t, d, hearing(dialogue.Russian, dialogue.Kazakh), silence))[0], "another language is not understood")

	list := dialogue.Value{Type: dialogue.TypeList}
	for n := range 9 {
		list.Items = append(list.Items, dialogue.Item{Value: fmt.Sprint(n), Label: fmt.Sprintf("Раздел %d", n)})
	}
	offered := func(s dialogue.State) dialogue.Result {
		s.Node, s.Slots, s.Said, s.Pending = "categories", map[string]dialogue.Value{}, nil, &dialogue.Effect{ID: "1", Action: "service.categories"}
		return step(t, d, s, dialogue.Input{Kind: dialogue.Outcome, Effect: "1", Name: "found", Values: map[string]dialogue.Value{"categories": list}})
	}
	plain, told := offered(hearing(dialogue.Russian)), offered(hearing(dialogue.Russian, dialogue.Russian))
	require.Equal(t, "Нажмите 1: Раздел 0", said(plain)[1])
	require.Equal(t, "Чтобы услышать следующие, нажмите 8.", said(plain)[8])
	require.Equal(t, said(plain)[0], said(told)[0], "a menu's own text is its author's")
	require.Equal(t, "Нажмите или скажите 1: Раздел 0", said(told)[1])
	require.Equal(t, "Чтобы услышать следующие, нажмите или скажите 8.", said(told)[8])
	require.Equal(t, said(told), said(step(t, d, told.State, press("9"))), "and once more")
	require.Equal(t, said(told), said(step(t, d, told.State, dialogue.Input{Kind: dialogue.Resumed})), "and after a crash")
	repeat := press("9")
	repeat.Deaf = true
	require.Equal(t, said(plain), said(step(t, d, told.State, repeat)), "no word of it is left where nothing is understood any more")

	for l, words := range map[dialogue.Language][2]string{
		dialogue.Kazakh:  {"Істің нөмірін теріңіз.", "Істің нөмірін теріңіз немесе айтыңыз."},
		dialogue.Russian: {"Наберите номер дела.", "Наберите или скажите номер дела."},
		dialogue.English: {"Enter the number of your case.", "Enter or say the number of your case."},
	} {
		require.Equal(t, words[0], said(step(t, d, hearing(l), press("2")))[0], "digits are asked for")
		require.Equal(t, words[1], said(step(t, d, hearing(l, l), press("2")))[0])
	}

	asked := func(s dialogue.State) []string {
		r, err := d.Step(s, press("0"))
		require.NoError(t, err)
		r, err = d.Step(r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "asked"})
		require.NoError(t, err)
		return said(r)
	}
	require.Equal(t, []string{"Можно записать ваш разговор с оператором? Если да, нажмите один. Если нет, нажмите два."}, asked(hearing(dialogue.Russian)))
	require.Equal(t, []string{"Можно записать ваш разговор с оператором? Если да, нажмите или скажите один. Если нет, нажмите или скажите два."},
		asked(hearing(dialogue.Russian, dialogue.Russian)))
	for _, word := range []string{"один", "два"} {
		r, err := d.Step(hearing(dialogue.Russian), press("0"))
		require.NoError(t, err)
		r, err = d.Step(r.State, dialogue.Input{Kind: dialogue.Outcome, Effect: r.Effect.ID, Name: "asked"})
		require.NoError(t, err)
		_, ok := r.Expect.Spoken.Meaning([]string{word})
		require.True(t, ok, "what is to be said is understood")
	}
}
