package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/sms"
)

// Each reason for which a bind is down, and each failure, has words of the desk's page: the desk and the channel do not know each other.
func TestThePageHasWordsForTheLinks(t *testing.T) {
	t.Parallel()
	words, err := os.ReadFile("../../agentdesk/web/src/desk/links/links_texts.ts")
	require.NoError(t, err)
	for _, code := range sms.DownCodes() {
		require.Contains(t, string(words), fmt.Sprintf("'down.%s':", code))
	}
	for _, failure := range sms.Failures() {
		require.Contains(t, string(words), fmt.Sprintf("'failure.%s':", failure))
	}
}
