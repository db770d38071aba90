package agentdesk

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/desk"
)

// A call sounds as its worst leg does, and what a far end does not report is null.
func TestHowCallsSoundedForThePage(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	said, err := json.Marshal(soundedJSON([]desk.Heard{
		{Interaction: 1, At: at, Role: call.Citizen, Quality: call.Quality{MOS: 3.54, Worst: 2.6, Received: 197, Lost: 3, Jitter: 12 * time.Millisecond, Sent: 200}},
		{Interaction: 1, At: at, Role: call.Agent, Name: "Алия", Quality: call.Quality{MOS: 4.4, Worst: 4.4, Sent: 200, FarKnown: true, SentLost: 1, RoundTrip: 80 * time.Millisecond}},
		{Interaction: 2, At: at, Role: call.Citizen, Quality: call.Quality{MOS: 1.5, Worst: 1.4, Received: 1}},
	}))
	require.NoError(t, err)
	require.JSONEq(t, `[
  {"interaction": 1, "at": "2026-11-30T09:00:00Z", "mos": 3.5, "grade": "fair", "legs": [
    {"role": "citizen", "name": "", "mos": 3.5, "worst": 2.6, "grade": "fair", "loss": 1.5, "jitter": 12, "far_loss": null, "round_trip": null},
    {"role": "agent", "name": "Алия", "mos": 4.4, "worst": 4.4, "grade": "good", "loss": 0, "jitter": 0, "far_loss": 0.5, "round_trip": 80}]},
  {"interaction": 2, "at": "2026-11-30T09:00:00Z", "mos": 1.5, "grade": "poor", "legs": [
    {"role": "citizen", "name": "", "mos": 1.5, "worst": 1.4, "grade": "poor", "loss": 0, "jitter": 0, "far_loss": null, "round_trip": null}]}]`, string(said))
	require.Equal(t, []object{}, soundedJSON(nil), "a list, and not null")
}
