package line_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
)

// TestEachMistakeIsFound makes one mistake in the default dialogue at a time.
func TestEachMistakeIsFound(t *testing.T) {
	t.Parallel()
	const nodes, ru, en = dialogue.File, "texts/ru.yaml", "texts/en.yaml"
	for name, c := range map[string]struct{ file, old, new, finding string }{
		"unknown node":             {nodes, "to: service_how}", "to: nowhere}", "leads to nowhere, which is not there"},
		"unreachable node":         {nodes, "{key: \"2\", spoken: spoken.from_list, to: categories}", "{key: \"2\", spoken: spoken.from_list, to: service}", "node categories cannot be reached"},
		"dead end":                 {nodes, "    with: {case: $opened.case}\n    to: {voice: operator_first, sms: operator}\n", "    with: {case: $opened.case}\n", "node appeal_tell leads nowhere"},
		"never ends":               {nodes, "outcomes: {served: survey, closed: operator_closed, after_hours: operator_after_hours, busy: operator_busy, nobody: operator_closed}", "outcomes: {served: main, closed: main, busy: main, nobody: main}", "cannot be reached"},
		"outcome without way":      {nodes, "outcomes: {found: passcode_tell, none: passcode_none, unbound: passcode_prove}", "outcomes: {found: passcode_tell, none: passcode_none}", "no way for the outcome unbound"},
		"outcome that never comes": {nodes, "outcomes: {opened: appeal_tell}", "outcomes: {opened: appeal_tell, lost: bye}", "awaits the outcome lost, which never comes"},
		"unknown action":           {nodes, "do: notices.stop", "do: notices.halt", "does notices.halt, which is no action"},
		"input not given":          {nodes, "    do: case.status\n    with: {case: $case}\n", "    do: case.status\n", "does not say case for case.status"},
		"silent loop":              {nodes, "outcomes: {done: notices_stopped}", "outcomes: {done: notices_start}\n  x_again:\n    say: bye\n    to: notices_stop", "cannot be reached"},
		"loop without input":       {nodes, "    outcomes: {done: notices_stopped}", "    outcomes: {done: notices_stop}", "goes round to notices_stop without asking"},
		"key twice":                {nodes, "{key: \"2\", set: {why: why.status}, to: status}", "{key: \"1\", set: {why: why.status}, to: status}", "has key 1 twice"},
		"reserved key":             {nodes, "{key: \"2\", spoken: spoken.from_list, to: categories}", "{key: \"*\", spoken: spoken.from_list, to: categories}", "uses key *"},
		"ask without limit":        {nodes, "  tries: 3\n", "  tries: 0\n", "asks without limit"},
		"two kinds at once":        {nodes, "  help:\n    end: {say: help}", "  help:\n    say: help\n    end: {say: help}", "must be exactly one of"},
		"reason never given":       {nodes, "wrong: {length: service.too_short}", "wrong: {colour: service.too_short}", "explains colour, which is never a reason"},
		"words by voice":           {nodes, "expect: {voice: service_code, sms: text}", "expect: text", "expects words by voice"},
		"missing text":             {ru, "bye: ", "by: ", "text bye is missing in ru"},
		"missing without a node":   {ru, "slow_down: ", "slow: ", "text common.slow_down is missing in ru"},
		"missing in one":           {en, "  sent: \"We have sent you an SMS.\"\n", "", "text sms.sent is missing in en"},
		"other parameters":         {ru, "Срок: {due:date}\"", "Срок.\"", "text status.tell has other parameters than in kk"},
		"parameter not given":      {ru, "none: \"Сейчас для", "none: \"{name:text}, сейчас для", "wants {name}"},
		"form that is lacking":     {en, "Due: {due:date}", "Due: {due:date|genitive}", "text status.tell asks for a form of {due:date} that en does not have"},
		"form of a kind":           {ru, "Срок: {due:date}", "Срок: {due:date|feminine}", "text status.tell asks for a form of {due:date} that ru does not have"},
		"same word twice":          {en, "start: \"start\"", "start: \"start stop\"", `has the word "stop" for two options`},
		"same word in Latin":       {en, "start: \"start\"", "start: \"start tokta\"", "the same in Latin letters for another"},
		"follows what":             {nodes, "follows: digits", "follows: numbers", `says that "numbers" follows a word`},
		"counts as no text":        {nodes, "as: $corrected.text, to: understand", "as: corrected.text, to: understand", "counts as a text, and no menu takes it"},
		"counts at no menu":        {nodes, "as: $corrected.text, to: understand", "as: $corrected.text, to: help", "counts as a text, and no menu takes it"},
		"aside without a word":     {nodes, "{looks: service_code, set", "{looks: service_code, aside: true, set", "cannot be taken aside"},
		"aside elsewhere":          {nodes, "{key: \"2\", spoken: spoken.from_list, to: categories}", "{key: \"2\", spoken: spoken.from_list, aside: true, to: categories}", "cannot be taken aside"},
		"aside without text":       {nodes, "aside: status.others", "aside: status.nothing", "text status.nothing is missing"},
		"said for two options":     {ru, "from_list: \"список", "from_list: \"код, список", `has "код" to be said for two options`},
		"said as anywhere":         {en, "from_list: \"list", "from_list: \"operator, list", `has "operator" to be said for two options`},
		"said as a number":         {ru, "by_code: \"по коду", "by_code: \"двадцать три", "which is a number"},
		"nothing to be said":       {en, "yes: \"yes, i agree, okay, sure\"", "yes: \", -\"", "lists nothing to be said"},
		"said as an item":          {ru, "back: \"назад", "back: \"вторая, назад", `has "вторая" to be said for two options`},
		"said as back":             {en, "more: \"more", "more: \"back, more", `has "back" to be said for two options`},
		"a number said for back":   {ru, "back: \"назад", "back: \"два, назад", `lists "два", which is a number`},
		"told of speech, a value":  {ru, "speech: \"Вы ничего не нажали", "speech: \"{name:text} ничего не нажали", "wants {name}"},
		"told of speech in two":    {en, "    speech: \"You have not pressed or said anything.\"\n", "", "text common.silence.speech is missing in en"},
		"items of no list":         {nodes, "menu: {say: service.how}", "menu: {say: service.how, spoken: true}", "has the numbers of items said, and is no list"},
		"asked by no menu":         {nodes, "ask: record_ask", "ask: record_yes", "asks by record_yes whether a talk may be recorded, which is no menu"},
		"said, and no text":        {nodes, "spoken: spoken.from_list", "spoken: spoken.from", "text spoken.from is missing"},
		"said in all languages":    {nodes, "{key: \"1\", set: {language: kk}, to: main}", "{key: \"1\", spoken: spoken.yes, set: {language: kk}, to: main}", "is no menu in one language"},
		"said in writing":          {nodes, "{word: word.help, aside", "{word: word.help, spoken: spoken.yes, aside", "for an option without a key by phone"},
		"a secret said aloud":      {nodes, "ask: {say: pin.ask, expect: secret_digits, into: pin}", "ask: {say: pin.ask, expect: secret_digits, into: pin, spoken: true}", "has a secret said aloud"},
		"long nowhere":             {nodes, "long: {letters: 400, into: letter, to: letter}", "long: {letters: 400, into: letter, to: nowhere}", "leads to nowhere"},
		"long without letters":     {nodes, "long: {letters: 400, into: letter, to: letter}", "long: {into: letter, to: letter}", "needs letters and into"},
		"unreadable without text":  {nodes, "unreadable: common.unreadable", "unreadable: common.garbled", "text common.garbled is missing"},
		"too long":                 {ru, "help: \"ИНФО", "help: \"Напишите одно из слов: ИНФО", "text help can take 2 segments by SMS, and may take 1"},
		"password of two segments": {ru, "message: \"Пароль", "message: \"Ваш одноразовый пароль для входа", "text passcode.message can take 2 segments by SMS, and may take 1"},
		"letters of no text":       {nodes, "  passcode.message: never", "  passcode.massage: never", "transliterate names text passcode.massage, which is not there"},
		"below without a proof":    {nodes, "unbound: passcode_prove}", "unbound: passcode_unbound}", "passcode.fetch needs more verification, and its outcome unbound leads to no proof"},
		"proof behind two menus":   {nodes, "unbound: passcode_prove}", "unbound: anything_else}", "passcode.fetch needs more verification, and its outcome unbound leads to no proof"},
		"a part that proves nobody": {nodes, "  passcode_prove:        # the network does not vouch for the number, or it is nobody's\n    call: verify\n",
			"  passcode_prove:\n    call: verify_refused\n", "passcode.fetch needs more verification"},
		"no way back to the answer": {nodes, "outcomes: {proved: passcode_proved, refused: not_proved}", "outcomes: {proved: anything_else, refused: not_proved}",
			"who has proved who speaks at passcode_prove does not get passcode.fetch"},
		"personal without a proof": {nodes, "  status_others:\n    say: status.others\n    with: {case: $case, stage: $stage_only.stage}",
			"  status_others:\n    say: status.others\n    with: {case: $case, stage: $found.next}", "node status_others can say {found.next}, which is for the citizen alone"},
		"return without a way":    {nodes, "outcomes: {proved: bind_add, refused: not_proved}", "outcomes: {proved: bind_add}", "call bind has no way for the outcome refused"},
		"return that never comes": {nodes, "outcomes: {proved: bind_add, refused: not_proved}", "outcomes: {proved: bind_add, refused: not_proved, lost: bye}", "call bind awaits the outcome lost, which never comes"},
		"return of no call":       {nodes, "  bind_done:\n    say: bind.done\n    to: {voice: anything_else, sms: done}", "  bind_done:\n    return: done", "node bind_done returns, and nothing calls it"},
		"call that retries":       {nodes, "outcomes: {proved: bind_add, refused: not_proved}", "outcomes: {proved: bind_add, refused: {retry: service}}", "call bind retries for the outcome refused"},
		"secret that is not used": {nodes, "    wrong: {length: verify.length}\n    to: pin_set", "    wrong: {length: verify.length}\n    to: pin_done", "takes a secret, and pin_done does nothing with it"},
		"letters of no kind":      {nodes, "  passcode.message: never", "  passcode.message: sometimes", `transliterate says "sometimes" of text passcode.message`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := dialogue.Source(line.Files)
			require.NoError(t, err)
			require.Contains(t, files[c.file], c.old)
			files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
			d, err := dialogue.Parse(files, conversation.Vocabulary(segments))
			require.NoError(t, err)
			var found []string
			for _, f := range d.Check() {
				require.Positive(t, f.Line)
				require.NotEmpty(t, f.Advice)
				found = append(found, f.String())
			}
			require.Contains(t, strings.Join(found, "\n"), c.finding)
		})
	}
}

// A one-time password fits into a segment in each script that it can go in: in either, unless the dialogue has chosen.
func TestLimitsHoldInTheLettersThatATextGoesIn(t *testing.T) {
	t.Parallel()
	long := func(_ dialogue.Language, s string) string {
		return strings.ReplaceAll(s, "Пароль", strings.Repeat("Parol", 40))
	}
	short := func(_ dialogue.Language, s string) string { return strings.ReplaceAll(s, "Пароль ", "") }
	for name, c := range map[string]struct {
		choice, limit string // of the dialogue
		written       int    // the word for it is said so often
		latin         func(dialogue.Language, string) string
		want          string
	}{
		"as configured, too long in Latin":   {"", "", 1, long, "2 segments by SMS in Latin letters, and may take 1"},
		"as configured, too long as written": {"", "", 12, short, "2 segments by SMS, and may take 1"},
		"always, too long in Latin":          {"always", "", 1, long, "2 segments by SMS in Latin letters, and may take 1"},
		"always, too long only as written":   {"always", "", 12, short, ""},
		"never, too long as written":         {"never", "", 12, short, "2 segments by SMS, and may take 1"},
		"never, too long only in Latin":      {"never", "", 1, long, ""},
		"never, with a limit that would let": {"never", "\n  passcode.brief: 3", 12, short, "2 segments by SMS, and may take 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := dialogue.Source(line.Files)
			require.NoError(t, err)
			replace := func(file, old, new string) {
				require.Equal(t, 1, strings.Count(files[file], old), old)
				files[file] = strings.Replace(files[file], old, new, 1)
			}
			replace(dialogue.File, "limits:", "limits:"+c.limit)
			if c.choice != "" {
				replace(dialogue.File, "transliterate:\n", "transliterate:\n  passcode.brief: "+c.choice+"\n")
			}
			replace("texts/ru.yaml", `brief: "Пароль`, `brief: "`+strings.Repeat("Пароль ", c.written))
			vocabulary := conversation.Vocabulary(segments)
			vocabulary.Latin = c.latin
			d, err := dialogue.Parse(files, vocabulary)
			require.NoError(t, err)
			findings := d.Check()
			if c.want == "" {
				require.Empty(t, findings)
				return
			}
			require.Len(t, findings, 1)
			require.Contains(t, findings[0].Problem, "text passcode.brief can take "+c.want)
		})
	}
}

func TestWhatIsNotWellFormedIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, old, new, problem string }{
		"unknown key":     {dialogue.File, "  help:\n    end: {say: help}", "  help:\n    end: {say: help}\n    colour: red", "unknown key colour"},
		"unknown in ask":  {dialogue.File, "into: case}", "inot: case}", "unknown key inot"},
		"no yaml":         {dialogue.File, "nodes:", "nodes: [", "a bracket is not closed"},
		"open parameter":  {"texts/ru.yaml", "{due:date}", "{due:date", "a { without its }"},
		"unknown form":    {"texts/ru.yaml", "{due:date}", "{due:date|plural}", "is no form"},
		"form of words":   {"texts/ru.yaml", "{next:phrase}", "{next:phrase|dative}", "has no forms"},
		"untyped":         {"texts/ru.yaml", "{due:date}", "{due}", "has no type"},
		"unknown type":    {"texts/ru.yaml", "{due:date}", "{due:day}", "unknown type day"},
		"plural no other": {"texts/ru.yaml", "{due:date}", "{due:plural|one:день}", "the form other is missing"},
		"not a text":      {"texts/ru.yaml", "bye: \"Спасибо за обращение. До свидания.\"", "bye: [a]", "must be a text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := dialogue.Source(line.Files)
			require.NoError(t, err)
			require.Contains(t, files[c.file], c.old)
			files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
			_, err = dialogue.Parse(files, conversation.Vocabulary(nil))
			require.ErrorContains(t, err, c.problem)
			require.ErrorContains(t, err, c.file)
		})
	}
}
