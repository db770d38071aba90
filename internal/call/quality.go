package call

import "time"

// Quality is how well a leg was heard, as its RTP tells. What the far end heard is known only by the reports that it sends (RTCP).
type Quality struct {
	Leg   string
	MOS   float64 // of the whole leg: the worse of its two directions
	Worst float64 // of its worst moment, some ten seconds long
	Poor  bool    // it is poor now

	Received, Lost int           // packets from the far end
	Jitter         time.Duration // of these, on average
	Sent           int           // packets to the far end
	FarKnown       bool          // it reports
	SentLost       int           // by its reports
	RoundTrip      time.Duration // likewise, on average
}

// Grade says in a word how good a MOS is.
type Grade string

// The grades. Their bounds are those of ITU-T G.109, table 1: high and best quality from R = 80 on (users are satisfied), poor below R = 60
// (nearly all users are dissatisfied).
const (
	Good Grade = "good"
	Fair Grade = "fair"
	Poor Grade = "poor"

	goodMOS = 4.03
	// PoorMOS is the bound of what is poor.
	PoorMOS = 3.10
)

// GradeOf gives the grade of a MOS.
func GradeOf(mos float64) Grade {
	switch {
	case mos >= goodMOS:
		return Good
	case mos >= PoorMOS:
		return Fair
	}
	return Poor
}
