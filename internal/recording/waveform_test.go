package recording_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/recording"
	"okno/internal/recording/recordingtest"
)

// A waveform shows which side spoke when, and how loud.
func TestAWaveformShowsWhoSpokeWhen(t *testing.T) {
	t.Parallel()
	const length = 2500 * time.Millisecond
	talk := recordingtest.Talk(t, length, []recordingtest.Span{{From: 0, To: 500 * time.Millisecond}}, []recordingtest.Span{{From: time.Second, To: length}})
	require.Equal(t, length, recording.LengthOfKept(int64(len(talk))))
	sides, err := recording.Waveform(bytes.NewReader(talk), length, 5)
	require.NoError(t, err)
	require.Equal(t, [2][]int{{24, 0, 0, 0, 0}, {0, 0, 24, 24, 24}}, sides) // a tone of 8000 of 32768
	_, err = recording.Waveform(bytes.NewReader([]byte("no recording")), length, 5)
	require.ErrorIs(t, err, recording.ErrForm)

	short, err := recording.Waveform(bytes.NewReader(talk), time.Second, 5) // whose length is not what its bytes say
	require.NoError(t, err)
	require.Len(t, short[0], 5)
	none, err := recording.Waveform(bytes.NewReader(recordingtest.Talk(t, 0, nil, nil)), 0, 3)
	require.NoError(t, err)
	require.Equal(t, [2][]int{{0, 0, 0}, {0, 0, 0}}, none)
}
