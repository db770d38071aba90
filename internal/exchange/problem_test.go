package exchange

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is kept as a sentence comes back with its code and values.
func TestEachProblemIsReadFromItsSentence(t *testing.T) {
	t.Parallel()
	all := map[Problem]string{
		keyDestroyed:                      "the case's key was destroyed",
		noEndpoint:                        "there is no endpoint",
		paused:                            "the endpoint is paused",
		badURL:                            "the endpoint's URL is none",
		badSecret:                         "a secret of the endpoint is none",
		badStatus(503):                    "the answer was 503",
		noAnswer(10 * time.Second):        "no answer within 10s",
		badCert:                           "the certificate is not good",
		unreached:                         "not reached",
		FolderUnreached:                   "the folder was not reached",
		Unacknowledged:                    "it was not acknowledged",
		refused("no such\n$1 {office}"):   "the agency said: no such\n$1 {office}",
		asProblem(errors.New("HTTP 500")): "HTTP 500",
	}
	codes := map[string]bool{}
	for p, sentence := range all {
		require.Equal(t, sentence, p.Error())
		require.Equal(t, p, ParseProblem(sentence))
		codes[p.Code] = true
	}
	require.Len(t, codes, len(ProblemCodes()))
	require.Equal(t, map[string]string{"status": "503"}, badStatus(503).Values())
	require.Empty(t, Problem{}.Error())
	require.Equal(t, Problem{}, ParseProblem(""))
	require.Equal(t, noAnswer(answerWithin), asProblem(reach(context.DeadlineExceeded)))
	rapid.Check(t, func(t *rapid.T) {
		said := refused(rapid.StringN(1, -1, -1).Draw(t, "said"))
		if got := ParseProblem(said.Error()); got != said {
			t.Fatalf("%q came back as %q", said, got)
		}
	})
}
