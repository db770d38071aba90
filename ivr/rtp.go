package ivr

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"okno/internal/call"
)

// rtpLimit bounds a look at the RTP of a channel: a talk does not wait for it.
const rtpLimit = time.Second

// rtp is what Asterisk knows of the RTP of a channel, from its beginning on (RTPstat of ARI). Times are in seconds. Asterisk calls the jitter of what
// comes txjitter and that which the far end reports rxjitter; the fields of which one side stands in the name say what they mean.
type rtp struct {
	Received   int     `json:"rxcount"`
	Lost       int     `json:"rxploss"` // brought up to date with each report that Asterisk sends, some five seconds apart
	Jitter     float64 `json:"local_normdevjitter"`
	Sent       int     `json:"txcount"`
	SentLost   int     `json:"txploss"` // this, and all below, by the reports of the far end
	FarJitter  float64 `json:"remote_normdevjitter"`
	RoundTrip  float64 `json:"rtt"`
	RoundTrips float64 `json:"normdevrtt"`
	FarScore   float64 `json:"remote_maxmes"` // Asterisk's own estimate, made of each report
}

// reports says whether the far end has reported what it hears (RTCP).
func (r rtp) reports() bool {
	return r.RoundTrip > 0 || r.FarJitter > 0 || r.SentLost > 0 || r.FarScore > 0
}

// rtp looks at the RTP of a channel. The error of one that has none, or is gone, is isRejected.
func (r *rest) rtp(ctx context.Context, channel string) (found rtp, err error) {
	ctx, cancel := context.WithTimeout(ctx, rtpLimit)
	defer cancel()
	return found, r.read(ctx, "/channels/"+url.PathEscape(channel)+"/rtp_statistics", &found)
}

// isHeldByFar says whether the telephone of a channel has put us on hold.
func (r *rest) isHeldByFar(ctx context.Context, channel string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, rtpLimit)
	defer cancel()
	var found struct {
		Value string `json:"value"`
	}
	err := r.read(ctx, "/channels/"+url.PathEscape(channel)+"/variable?variable="+url.QueryEscape("CHANNEL(rtp,hold)"), &found)
	return found.Value == "1", err
}

// read decodes a resource of ARI that its client does not know.
func (r *rest) read(ctx context.Context, path string, into any) error {
	response, err := r.get(ctx, "look at rtp", path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return wrap("look at rtp", json.NewDecoder(response.Body).Decode(into))
}

// since is what has come and gone between an earlier look and this one.
func (r rtp) since(before rtp) rtp {
	r.Jitter = meanSince(r.Jitter, r.Received, before.Jitter, before.Received)
	r.FarJitter = meanSince(r.FarJitter, r.Sent, before.FarJitter, before.Sent)
	r.RoundTrips = r.RoundTrip // the last one
	r.Received, r.Lost = max(r.Received-before.Received, 0), max(r.Lost-before.Lost, 0)
	r.Sent, r.SentLost = max(r.Sent-before.Sent, 0), max(r.SentLost-before.SentLost, 0)
	return r
}

// meanSince is the mean of what was added to n values of the mean before.
func meanSince(mean float64, n int, before float64, earlier int) float64 {
	if n <= earlier {
		return mean
	}
	return max(0, (mean*float64(n)-before*float64(earlier))/float64(n-earlier))
}

// mos estimates how it sounds, by the worse of both directions. It is false while neither is known.
func (r rtp) mos() (mos float64, known bool) {
	trip := r.roundTrip()
	mos = 5
	if r.Received > 0 {
		mos = call.Path{Loss: share(r.Lost, r.Received+r.Lost), Jitter: jitterOf(r.Jitter), RoundTrip: trip}.MOS()
	}
	if r.Sent > 0 && r.reports() {
		mos = min(mos, call.Path{Loss: share(r.SentLost, r.Sent), Jitter: jitterOf(r.FarJitter), RoundTrip: trip, Conceals: true}.MOS())
	}
	return mos, mos < 5
}

// longestTrip is more than any round trip: the clocks of a telephone that tells of a longer one are wrong.
const longestTrip = 10 * time.Second

func (r rtp) roundTrip() time.Duration {
	if trip := seconds(r.RoundTrips); trip <= longestTrip {
		return trip
	}
	return 0
}

// mostJitter is more than packets of any talk vary: one that tells of more has jumped in its timestamps, which Asterisk takes for lateness.
const mostJitter = time.Second

func jitterOf(s float64) time.Duration {
	if jitter := seconds(s); jitter <= mostJitter {
		return jitter
	}
	return 0
}

func share(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
