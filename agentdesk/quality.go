package agentdesk

import (
	"math"

	"okno/internal/call"
	"okno/internal/desk"
)

// soundedJSON is how the talks of calls sounded, one for each call: by its worst leg.
func soundedJSON(legs []desk.Heard) []object {
	found := make([]object, 0, len(legs))
	for i := 0; i < len(legs); {
		first, least := i, legs[i].MOS
		of := []object{}
		for ; i < len(legs) && legs[i].Interaction == legs[first].Interaction; i++ {
			least = min(least, legs[i].MOS)
			of = append(of, soundedLegJSON(legs[i]))
		}
		found = append(found, object{"interaction": legs[first].Interaction, "at": legs[i-1].At, "mos": tenths(least), "grade": call.GradeOf(least), "legs": of})
	}
	return found
}

// soundedLegJSON is a leg: shares in percent, times in ms. What its far end does not report is null.
func soundedLegJSON(h desk.Heard) object {
	shown := object{"role": h.Role, "name": h.Name, "mos": tenths(h.MOS), "worst": tenths(h.Worst), "grade": call.GradeOf(h.MOS),
		"loss": percent(h.Lost, h.Received+h.Lost), "jitter": h.Jitter.Milliseconds(), "far_loss": nil, "round_trip": nil}
	if h.FarKnown {
		shown["far_loss"], shown["round_trip"] = percent(h.SentLost, h.Sent), h.RoundTrip.Milliseconds()
	}
	return shown
}

func tenths(v float64) float64 { return math.Round(10*v) / 10 }

func percent(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return tenths(100 * float64(part) / float64(of))
}
