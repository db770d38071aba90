package call

import "time"

// Path is what one direction of a leg does to speech.
type Path struct {
	Loss      float64       // the share of packets that are lost, 0 to 1
	Jitter    time.Duration // between arrivals (RFC 3550, section 6.4.1)
	RoundTrip time.Duration // 0: not known, and taken for none
	Conceals  bool          // whoever plays the packets fills the gaps
}

// Constants of the E-model for narrow-band speech. With all other parameters of ITU-T G.107 at their defaults the rating of a call is
// R = 93.2 - Id - Ie,eff (G.107, table 2).
const (
	bestRating = 93.2
	// Id = 0.024 d + 0.11 (d - 177.3) for the part of d beyond 177.3 ms: the usual line through Id of G.107, section 7.4 (R. Cole, J. Rosenbluth,
	// "Voice over IP performance monitoring", ACM CCR 31(2), 2001). d is the delay of one way in ms.
	perDelay, lateAfter, perLate = 0.024, 177.3, 0.11
	// Ie,eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl) for random loss (G.107, section 7.5), with Ie = 0 of G.711. The robustness to loss is that of G.711
	// without concealment and with that of its appendix I (G.113, table I.4). Asterisk passes sound on without concealment.
	mostImpairment            = 95
	bareRobust, concealRobust = 4.3, 25.1
	// A telephone waits for packets about twice as long as they vary, beside the 20 ms that a packet takes to fill.
	bufferPerJitter = 2
	packetLength    = 20 * time.Millisecond
)

// MOS estimates the mean opinion score of listeners, 1 (bad) to 4.5 (the best that narrow-band telephony has).
func (p Path) MOS() float64 { return opinion(p.rating()) }

// rating is R of the E-model.
func (p Path) rating() float64 {
	delay := float64(p.RoundTrip/2+bufferPerJitter*p.Jitter+packetLength) / float64(time.Millisecond)
	late := perDelay*delay + perLate*max(delay-lateAfter, 0)
	robust := bareRobust
	if p.Conceals {
		robust = concealRobust
	}
	lost := 100 * min(max(p.Loss, 0), 1)
	return bestRating - late - mostImpairment*lost/(lost+robust)
}

// opinion is the MOS of a rating (G.107, annex B). Below R = 6.5 its polynomial falls under 1, which is the least that listeners can say.
func opinion(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	return max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)
}
