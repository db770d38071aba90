package acd_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
)

func TestSettingsOfQueues(t *testing.T) {
	t.Parallel()
	const good = `queues:
  general:
    title: {kk: Жалпы, ru: Общие, en: General}
    calendar: kazakhstan
    at_closing: tell
    calls: 10:00-19:30
    ring: 30s
    announce: 0s
    most_waiting: 50
    call_back_lost: false
    priority: 20
    ageing: 2
    overflow: {to: tax, after: 90s}
    strategy: linear
    line: [aliya, boris]
    skills: {tax: {level: 3, relax: 30s}}
    recording: asked
    recording_days: 30
    transcripts: true
    survey: true
    disposition: optional
    auto_accept: true
pauses:
  agent: {break: 15m, lunch: 1h}
`
	f, err := acd.ReadFile(strings.NewReader(good))
	require.NoError(t, err)
	require.Empty(t, f.Check())
	want := acd.DefaultRules
	want.AtClosing, want.Ring, want.Announce, want.MostWaiting, want.CallBackLost = acd.Tell, 30*time.Second, 0, 50, false
	want.Priority, want.Ageing, want.Overflow, want.OverflowAfter = 20, 2, "tax", 90*time.Second
	relax := 30 * time.Second
	want.Strategy, want.Line, want.Skills = acd.Linear, []string{"aliya", "boris"}, map[string]acd.Skill{"tax": {Level: 3, Relax: &relax}}
	want.Disposition, want.AutoAccept = acd.Optional, true
	want.Calls = acd.CallHours{From: 10 * time.Hour, Until: 19*time.Hour + 30*time.Minute}
	require.Equal(t, want, f.Queues["general"].Rules())
	require.Equal(t, acd.PauseLimits{"agent": {"break": 15 * time.Minute, "lunch": time.Hour}}, f.Pauses)
	var written strings.Builder
	require.NoError(t, acd.WriteFile(&written, f))
	again, err := acd.ReadFile(strings.NewReader(written.String()))
	require.NoError(t, err)
	require.Equal(t, f, again)

	for change, problem := range map[string]string{
		"en: General":            "queues.general.title.en: is missing",
		"at_closing: tell":       `queues.general.at_closing: "never" is neither serve nor tell`,
		"calls: 10:00-19:30":     `queues.general.calls: "19:00-10:00" is no stretch of hours, like 09:00-13:00`,
		"ring: 30s":              "queues.general.ring: 1s is not in whole seconds from 5s to 2m0s",
		"most_waiting: 50":       "queues.general.most_waiting: -1 is not between 0 and 100000",
		"general:":               "queues.Весь.name: up to 32 letters a-z, digits, hyphens and underscores",
		"call_back_lost: false":  "line 10: unknown key callback_lost",
		"priority: 20":           "queues.general.priority: 101 is not between 0 and 100",
		"ageing: 2":              "queues.general.ageing: 0 is not between 1 and 100",
		"to: tax":                "queues.general.overflow.to: names another queue",
		"after: 90s":             "queues.general.overflow.after: 2h0m0s is not in whole seconds from 0s to 1h0m0s",
		"strategy: linear":       `queues.general.line: lists logins for the strategy linear, and for no other`,
		"line: [aliya, boris]":   `queues.general.line: lists logins for the strategy linear, and for no other`,
		"level: 3":               "queues.general.skills: level 6 of tax is not between 1 and 5",
		"relax: 30s":             "queues.general.skills.tax.relax: 1s is not in whole seconds from 5s to 1h0m0s",
		"skills: {tax":           `queues.general.skills: "Tax" is no name of a skill: up to 32 letters a-z, digits, hyphens and underscores`,
		"recording: asked":       `queues.general.recording: "always" is neither announced nor asked; without it no talk is recorded`,
		"    recording: asked\n": `queues.general.transcripts: only talks that are recorded are written down: say recording, too`,
		"recording_days: 30":     "queues.general.recording_days: 0 is not between 1 and 365",
		"disposition: optional":  `queues.general.disposition: "never" is neither required nor optional`,
		"agent: {":               "pauses.king: is no role",
		"break: 15m":             "pauses.agent.not_responding: is no reason for a pause",
		"lunch: 1h":              "pauses.agent.lunch: 30s is not in whole seconds from 1m0s to 8h0m0s",
		"announce: 0s":           "line 8: cannot unmarshal !!int `60` into time.Duration",
	} {
		bad := map[string]string{"en: General": "en: ''", "at_closing: tell": "at_closing: never", "calls: 10:00-19:30": "calls: 19:00-10:00",
			"ring: 30s": "ring: 1s", "most_waiting: 50": "most_waiting: -1", "general:": "Весь:", "call_back_lost: false": "callback_lost: false",
			"announce: 0s": "announce: 60", "priority: 20": "priority: 101", "ageing: 2": "ageing: 0", "to: tax": "to: general", "after: 90s": "after: 2h",
			"strategy: linear": "strategy: round_robin", "line: [aliya, boris]": "line: []", "level: 3": "level: 6", "relax: 30s": "relax: 1s",
			"skills: {tax": "skills: {Tax", "recording: asked": "recording: always", "    recording: asked\n": "", "recording_days: 30": "recording_days: 0",
			"disposition: optional": "disposition: never", "agent: {": "king: {", "break: 15m": "not_responding: 15m", "lunch: 1h": "lunch: 30s"}[change]
		f, err := acd.ReadFile(strings.NewReader(strings.Replace(good, change, bad, 1)))
		if err == nil {
			found := f.Check()
			require.Len(t, found, 1, change)
			err = found[0]
		}
		require.EqualError(t, err, problem)
	}
	require.EqualError(t, acd.File{}.Check()[0], "queues: there is none")
}
