package catalogue_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

var agencies = map[string]map[dialogue.Language]string{"moj": {dialogue.Kazakh: "Ә", dialogue.Russian: "М", dialogue.English: "J"}}

// one counts every SMS as one segment, and a long one as three.
func one(s string) int {
	if len([]rune(s)) > 134 {
		return 3
	}
	return 1
}

// What is exported is imported again, in either form, and is no change.
func TestAFileComesBackAsItWas(t *testing.T) {
	t.Parallel()
	kept := []catalogue.Service{full("028", "Неке; бұзу", "Расторжение \"брака\"\nвторая строка", "Divorce, certificate"), full("031", "а", "б", "в")}
	kept[1].Sample = true
	kept[0].Texts[dialogue.Kazakh] = withKeywords(kept[0].Texts[dialogue.Kazakh], "неке", "ажырасу")
	kept[0].Texts[dialogue.English] = withKeywords(kept[0].Texts[dialogue.English])
	var yaml, csv bytes.Buffer
	require.NoError(t, catalogue.WriteYAML(&yaml, catalogue.NewFile(agencies, kept)))
	require.NoError(t, catalogue.WriteCSV(&csv, kept))
	semicolons := strings.ReplaceAll(csv.String(), "\n", "\r\n")
	for name, read := range map[string]func() (catalogue.File, error){
		"yaml":                 func() (catalogue.File, error) { return catalogue.ReadYAML(&yaml) },
		"csv":                  func() (catalogue.File, error) { return catalogue.ReadCSV(strings.NewReader(csv.String())) },
		"csv of a spreadsheet": func() (catalogue.File, error) { return catalogue.ReadCSV(strings.NewReader("\ufeff" + semicolons)) },
	} {
		file, err := read()
		require.NoError(t, err, name)
		services, problems := file.Check(one, agencies)
		if name != "csv of a spreadsheet" { // where keywords hold "; " the form is the same
			require.Empty(t, problems, name)
		}
		require.Len(t, services, 2, name)
		kept[0].Texts[dialogue.Kazakh] = withKeywords(kept[0].Texts[dialogue.Kazakh], services[0].Texts[dialogue.Kazakh].Keywords...)
		require.Empty(t, catalogue.Changes(kept, services), name)
	}
}

func withKeywords(text catalogue.Text, keywords ...string) catalogue.Text {
	text.Keywords = keywords
	return text
}

// Each mistake is told with its line and its field, and all at once.
func TestEachMistakeOfAFileIsTold(t *testing.T) {
	t.Parallel()
	var good bytes.Buffer
	require.NoError(t, catalogue.WriteYAML(&good, catalogue.NewFile(agencies, []catalogue.Service{full("031", "а", "б", "в")})))
	for name, c := range map[string]struct{ old, new, says string }{
		"code":      {`code: "031"`, `code: "31"`, `service 31: code: three digits, or four`},
		"stage":     {"stage: 5", "stage: 6", "service 031: stage: 1 to 5"},
		"date":      {`valid_from: "2026-01-01"`, `valid_from: "2026-13-01"`, `service 031: valid_from: "2026-13-01" is no date`},
		"order":     {`valid_until: "2027-12-31"`, `valid_until: "2025-12-31"`, "valid_until: the service ends before it begins"},
		"agency":    {"agency: moj", "agency: mia", `service 031: agency: "mia" is not listed`},
		"owner":     {"owner: o", `owner: ""`, "service 031: owner: it is needed"},
		"text":      {"spoken: б", `spoken: ""`, "service 031: ru.spoken: it is needed"},
		"too long":  {"short: б", "short: " + strings.Repeat("щ", 200), "service 031: ru.short: with the code it takes 3 segments"},
		"very long": {"place: p", "place: " + strings.Repeat("щ", 1001), "en.place: 1001 letters, and at most 1000"},
		"no name":   {"en: J", `en: ""`, `agency "moj": it needs a name in en`},
	} {
		text := strings.ReplaceAll(good.String(), c.old, c.new)
		require.NotEqual(t, good.String(), text, name)
		file, err := catalogue.ReadYAML(strings.NewReader(text))
		require.NoError(t, err, name)
		_, problems := file.Check(one, nil)
		require.NotEmpty(t, problems, name)
		said := ""
		for _, p := range problems {
			said += p.Error() + "\n"
		}
		require.Contains(t, said, c.says, name)
		if name != "no name" {
			line := 1 + strings.Count(text[:strings.Index(text, c.new)], "\n")
			require.Contains(t, said, fmt.Sprintf("line %d: ", line), name)
		}
	}
	for name, c := range map[string]struct{ text, says string }{
		"unknown key": {good.String() + "offices: []\n", "offices"},
		"empty":       {"", "empty"},
		"not a list":  {"services: 7\n", "line 1"},
		"html":        {"<html><body>Sign in</body></html>", "line 1"},
	} {
		_, err := catalogue.ReadYAML(strings.NewReader(c.text))
		require.ErrorContains(t, err, c.says, name)
	}
	mixed, problems := catalogue.NewFile(agencies, []catalogue.Service{full("031", "а", "б", "в"), full("0312", "а", "б", "в")}).Check(one, nil)
	require.Len(t, mixed, 2)
	require.ErrorContains(t, problems[0], "same length")
}

func TestEachMistakeOfATableIsTold(t *testing.T) {
	t.Parallel()
	var good bytes.Buffer
	require.NoError(t, catalogue.WriteCSV(&good, []catalogue.Service{full("031", "а", "б", "в")}))
	lines := strings.Split(good.String(), "\n")
	russian, err := charmap.Windows1251.NewEncoder().String(strings.Join([]string{lines[0], lines[2]}, "\n"))
	require.NoError(t, err)
	for name, c := range map[string]struct{ text, says string }{
		"windows-1251": {russian, "not in UTF-8"},
		"empty":        {"\ufeff", "empty"},
		"unknown":      {strings.Replace(good.String(), "owner", "boss", 1), `line 1: boss: no column`},
		"missing":      {strings.Replace(good.String(), ",keywords\n", "\n", 1), "line 1: keywords: the column is missing"},
		"twice":        {strings.Replace(good.String(), "term", "fee", 1), "line 1: fee: the column stands twice"},
		"short row":    {good.String() + "032,c\n", "line 5"},
		"language":     {strings.Replace(good.String(), ",ru,", ",de,", 1), "line 3: service 031: language: kk, ru or en"},
		"contradiction": {strings.Replace(good.String(), ",5,o,2026-01-01,2027-12-31,2027-06-30,false,ru", ",4,o,2026-01-01,2027-12-31,2027-06-30,false,ru", 1),
			`line 3: service 031: stage: "4", and "5" in the service's row at line 2`},
		"stage":      {strings.Replace(good.String(), ",5,o", ",five,o", 1), "stage: 1 to 5"},
		"same again": {good.String() + lines[1] + "\n", "line 5: service 031: language: the service has this language twice"},
	} {
		require.NotEqual(t, good.String(), c.text, name)
		_, err := catalogue.ReadCSV(strings.NewReader(c.text))
		require.ErrorContains(t, err, c.says, name)
	}
	without := strings.Join(append(lines[:2:2], lines[3:]...), "\n")
	file, err := catalogue.ReadCSV(strings.NewReader(without))
	require.NoError(t, err)
	_, problems := file.Check(one, agencies)
	require.ErrorContains(t, problems[0], "line 2: service 031: ru: the text in this language is missing")
	_, err = catalogue.ReadCSV(strings.NewReader(strings.Repeat("щ", 40<<20)))
	require.ErrorIs(t, err, catalogue.ErrTooLarge)
}

func TestChangesNameTheFields(t *testing.T) {
	t.Parallel()
	before, after := full("031", "а", "б", "в"), full("031", "а", "б", "в")
	before.Version = 4
	after.Stage = 3
	after.Texts[dialogue.Russian] = withKeywords(after.Texts[dialogue.Russian], "другое")
	changes := catalogue.Changes([]catalogue.Service{before}, []catalogue.Service{after, full("032", "г", "д", "е")})
	require.Len(t, changes, 2)
	require.Equal(t, 5, changes[0].Service.Version)
	require.Equal(t, []catalogue.Field{{"stage", "5", "3"}, {"ru.keywords", "б", "другое"}}, changes[0].Fields)
	require.Contains(t, changes[0].String(), `ru.keywords: "б" → "другое"`)
	require.True(t, changes[1].New)
	require.Equal(t, 1, changes[1].Service.Version)
	require.Equal(t, "+ 032 г", changes[1].String())
}

func FuzzReadCSV(f *testing.F) {
	var good bytes.Buffer
	require.NoError(f, catalogue.WriteCSV(&good, []catalogue.Service{full("031", "а", "б", "в")}))
	f.Add(good.String())
	f.Add("code;language\n031;ru")
	f.Add("\"")
	f.Fuzz(func(_ *testing.T, s string) {
		file, err := catalogue.ReadCSV(strings.NewReader(s))
		if err == nil {
			file.Check(one, nil)
		}
	})
}

func FuzzReadYAML(f *testing.F) {
	f.Add("services:\n- code: \"031\"\n  texts: {ru: {name: x}}\n")
	f.Add("services: [null]")
	f.Add("[]")
	f.Fuzz(func(_ *testing.T, s string) {
		file, err := catalogue.ReadYAML(strings.NewReader(s))
		if err == nil {
			file.Check(one, nil)
		}
	})
}
