package conversation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
)

// A session that an earlier version of Okno has stored goes on.
func TestStoredSessionsStayReadable(t *testing.T) {
	t.Parallel()
	const stored = `{"version":"v1","channel":"ussd","language":"kk","node":"main","slots":{"case":{"type":"case_number","text":"123456786"}},` +
		`"pending":{"id":"3.1","action":"queue"},"steps":3,"told":true,"rest":["2","3"],"session":"0702"}`
	var s conversation.Session
	require.NoError(t, json.Unmarshal([]byte(stored), &s))
	require.Equal(t, conversation.Session{
		State: dialogue.State{Version: "v1", Channel: dialogue.USSD, Language: dialogue.Kazakh, Node: "main",
			Slots:   map[string]dialogue.Value{"case": {Type: dialogue.TypeCaseNumber, Text: "123456786"}},
			Pending: &dialogue.Effect{ID: "3.1", Action: dialogue.QueueAction}, Steps: 3, Told: true},
		Unseen: []string{"2", "3"}, USSDSession: "0702",
	}, s)
	written, err := json.Marshal(s)
	require.NoError(t, err)
	require.JSONEq(t, stored, string(written))
}
