package tryout_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/tryout"
)

// Words may be typed where they may be said: in an entry those for repeat, an operator and back, too.
func TestWordsAreTyped(t *testing.T) {
	t.Parallel()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	one := func(string) int { return 1 }
	d, err := dialogue.Parse(files, conversation.Vocabulary(one))
	require.NoError(t, err)
	try, err := tryout.New(d, dialogue.Voice, "+77010000002", conversation.Writing{Segments: one})
	require.NoError(t, err)
	_, err = try.Begin(t.Context())
	require.NoError(t, err)
	give := func(line string) tryout.Heard {
		h, err := try.Give(t.Context(), line)
		require.NoError(t, err)
		return h
	}
	require.Equal(t, "status", give("узнать статус").Node)
	again := give("повторите ещё раз")
	require.Equal(t, "status", again.Node)
	require.Equal(t, []string{"Наберите номер дела."}, again.Said)
	require.Equal(t, "main", give("назад").Node)
	require.Equal(t, "status", give("статус").Node)
	require.Equal(t, "record_ask", give("соединить с оператором").Node, "where the key of a menu leads")
}
