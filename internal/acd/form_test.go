package acd_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/fault"
)

// sent is a form as it comes back from a desk: numbers of JSON, and what the desk does not know.
func sent(t *testing.T, f acd.Form) (back acd.Form) {
	t.Helper()
	raw, err := json.Marshal(f)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &back))
	return back
}

func TestSettingsAreAForm(t *testing.T) {
	t.Parallel()
	minute, ten, yes := time.Minute, 10, true
	whole := acd.Settings{Title: map[string]string{"kk": "Салық: \"№ 1\"", "ru": "- Налоги\n#", "en": "{}"}, Calendar: "office", AtClosing: acd.Tell, Calls: "09:00-18:00",
		Ring: &minute, WrapUp: &minute, GiveUp: &minute, Pause: &minute, Announce: &minute, Priority: &ten, Ageing: &ten, Strategy: acd.Linear,
		Line: []string{"1", "yes"}, Skills: map[string]acd.Skill{"tax": {Level: 2, Relax: &minute}}, Overflow: &acd.Overflow{To: "duty", After: &minute},
		MostWaiting: &ten, MostOfNumber: &ten, CallBackLost: &yes, Recording: "asked", RecordedFor: &ten, Transcripts: true, Survey: true, Disposition: acd.Optional, AutoAccept: true, Target: &minute, TargetShare: &ten}
	for _, s := range []acd.Settings{{Title: map[string]string{}}, whole, acd.House()} {
		again, err := sent(t, s.Form()).Settings()
		require.NoError(t, err)
		require.Equal(t, s.Form(), again.Form())
		require.Empty(t, again.Form().Changes(s.Form()))
	}
	require.Equal(t, acd.DefaultRules.Ring, acd.House().Rules().Ring)
	limits := acd.PauseLimits{"agent": {"break": 15 * time.Minute}}
	again, err := sent(t, limits.Form()).PauseLimits()
	require.NoError(t, err)
	require.Equal(t, limits, again)

	changed := whole
	changed.Ring, changed.Calendar, changed.Survey = nil, "night", false
	require.Equal(t, map[string][2]any{"ring": {"1m0s", nil}, "calendar": {"office", "night"}, "survey": {true, nil}}, changed.Form().Changes(whole.Form()))
}

// The field is named of what cannot be read, too.
func TestAFormSaysWhichFieldIsWrong(t *testing.T) {
	t.Parallel()
	for field, with := range map[string]any{"ring": "soon", "wrap_up": "3h", "priority": "many", "ageing": 0.0, "title.en": nil, "colour": "red", "skills": map[string]any{"tax": map[string]any{"level": 9}},
		"strategy": "best", "overflow": 7.0, "overflow.to": nil, "line": "all"} {
		form := acd.Form{"title": map[string]any{"kk": "А", "ru": "Б", "en": "C"}}
		switch field {
		case "title.en":
			form["title"] = map[string]any{"kk": "А", "ru": "Б"}
		case "overflow.to":
			form["overflow"] = map[string]any{"to": "tax"}
		default:
			form[field] = with
		}
		s, err := form.Settings()
		if err == nil {
			err = s.Check("tax")
		}
		var known *fault.Error
		require.ErrorAs(t, err, &known, field)
		require.Equal(t, []any{fault.Invalid, field}, []any{known.Kind, known.Field})
	}
	_, err := acd.Form{"agent": map[string]any{"break": "long"}}.PauseLimits()
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	require.ErrorContains(t, acd.PauseLimits{"agent": {"break": time.Second}}.Check(), "1s is not in whole seconds")
}
