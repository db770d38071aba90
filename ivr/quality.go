package ivr

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/call"
)

const (
	// The RTP of a talk is looked at so often, and news of it are kept so often at most; what is kept at a leg's end is kept in any case. Nothing of it is
	// done for a call in a menu or a queue.
	measureEvery = 10 * time.Second
	tellEvery    = 30 * time.Second
)

// CallQuality makes the histogram okno_call_quality{role} of the MOS of legs of talks, which all lines of a node share.
func CallQuality(registerer prometheus.Registerer) *prometheus.HistogramVec {
	histogram := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "okno_call_quality", Help: "Estimated mean opinion score (1 to 4.5) of the legs of talks, each counted at its end.",
		Buckets: []float64{2, 2.58, 3.1, 3.6, 4.03, 4.34}, // ITU-T G.109
	}, []string{"role"})
	registerer.MustRegister(histogram)
	return histogram
}

// meter is what is known of how the legs of a talk sound. The goroutine of the call owns it.
type meter struct {
	legs     map[string]*measured
	looked   time.Time
	told     time.Time
	poorTold map[string]bool // as the store knows it
}

// measured is a leg's.
type measured struct {
	role  call.Role
	last  rtp
	worst float64
	poor  bool // in the last moment
}

// measure looks at how a talk sounds, when it is time, and keeps when that has become poor, or is poor no more.
func (t *talk) measure(ctx context.Context) {
	now := time.Now()
	if now.Sub(t.meter.looked) < measureEvery {
		return
	}
	if t.meter.looked.IsZero() { // the talk has just begun
		t.meter.looked = now
		return
	}
	t.look(ctx, t.call.Legs...)
	if now.Sub(t.meter.told) < tellEvery || !t.meter.isNews() {
		return
	}
	t.meter.told = now
	t.keepQuality(ctx, t.meter.all())
}

// look looks at legs, which may be about to be dropped. One that is gone stays as it was last.
func (c *liveCall) look(ctx context.Context, legs ...call.Leg) {
	if c.meter.looked.IsZero() {
		return // nobody has talked
	}
	c.meter.looked = time.Now()
	for _, leg := range legs {
		if leg.Role == call.Supervisor || leg.State != call.LegUp {
			continue
		}
		if found, err := c.line.rest.rtp(context.WithoutCancel(ctx), leg.ID); err == nil {
			c.meter.add(leg, found)
		}
	}
}

// add adds what is known of a leg now.
func (m *meter) add(leg call.Leg, now rtp) {
	if m.legs == nil {
		m.legs, m.poorTold = map[string]*measured{}, map[string]bool{}
	}
	before := m.legs[leg.ID]
	if before == nil {
		before = &measured{worst: 5}
		m.legs[leg.ID] = before
	}
	mos, known := now.since(before.last).mos()
	before.role, before.last = leg.Role, now
	before.poor = known && call.GradeOf(mos) == call.Poor
	before.worst = min(before.worst, mos)
}

// isNews says whether a leg is poor that the store does not know to be, or the other way round.
func (m *meter) isNews() bool {
	for id, leg := range m.legs {
		if leg.poor != m.poorTold[id] {
			return true
		}
	}
	return false
}

// all gives the legs whose quality is known.
func (m *meter) all() (found []call.Quality) {
	for id, leg := range m.legs {
		mos, known := leg.last.mos()
		if !known {
			continue
		}
		m.poorTold[id] = leg.poor
		r := leg.last
		found = append(found, call.Quality{Leg: id, MOS: mos, Worst: min(leg.worst, mos), Poor: leg.poor, Received: r.Received, Lost: r.Lost, Jitter: jitterOf(r.Jitter),
			Sent: r.Sent, FarKnown: r.reports(), SentLost: r.SentLost, RoundTrip: r.roundTrip()})
	}
	return found
}

// keepQuality keeps how legs sound. It is tried once: a talk has more important news.
func (c *liveCall) keepQuality(ctx context.Context, legs []call.Quality) {
	if len(legs) == 0 {
		return
	}
	err := c.once(ctx, func(ctx context.Context) error {
		return c.floor().KeepQuality(ctx, c.lease(), c.call.Interaction, legs)
	})
	if err != nil {
		c.log.Warn().Err(err).Msg("quality not kept")
	}
}

// settleQuality keeps how the legs of a talk sounded, which were looked at for the last time before they were dropped, and counts those that have
// ended: all of a call that is over.
func (c *liveCall) settleQuality(ctx context.Context, over bool) {
	c.keepQuality(ctx, c.meter.all())
	for id, leg := range c.meter.legs {
		if c.leg(id).ID != "" && !over {
			continue
		}
		if mos, known := leg.last.mos(); known && c.line.config.Quality != nil {
			c.line.config.Quality.WithLabelValues(string(leg.role)).Observe(mos)
		}
		delete(c.meter.legs, id)
		delete(c.meter.poorTold, id)
	}
}
