package sms

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/text"
)

func TestThrottledBindPausesAndWidensAgain(t *testing.T) {
	t.Parallel()
	p, now := newPace(8, nil), time.Now()
	require.Equal(t, room{segments: 8, notices: 6}, p.room(now))
	p.claimed(8, now)
	require.Zero(t, p.room(now))
	for range 8 { // all that were under way are refused: that halves the width once
		p.settled(Throttled, now)
	}
	require.Equal(t, room{wait: time.Second}, p.room(now))
	now = now.Add(time.Second)
	require.Equal(t, 4, p.room(now).segments)
	p.claimed(4, now)
	for range 4 {
		p.settled("", now)
	}
	require.Equal(t, 8, p.room(now).segments)
}

func TestRateIsInSegments(t *testing.T) {
	t.Parallel()
	p, now := newPace(64, newLimiter(20)), time.Now()
	require.Equal(t, room{segments: 2, notices: 2}, p.room(now))
	p.claimed(2, now)
	require.Zero(t, p.room(now).segments)
	p.settled("", now)
	p.settled("", now)
	wait := p.room(now).wait
	require.Equal(t, 50*time.Millisecond, wait.Round(time.Millisecond))
	require.Equal(t, 1, p.room(now.Add(wait)).segments)
}

func TestPaceKeepsToItsWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		window := rapid.IntRange(1, 100).Draw(t, "window")
		p, now, flying := newPace(window, nil), time.Now(), 0
		for range 50 {
			now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
			r := p.room(now)
			if r.segments < 0 || flying+r.segments > window || r.notices > r.segments || r.notices < 0 {
				t.Fatalf("%d under way of %d: %+v", flying, window, r)
			}
			if flying == 0 && r.segments == 0 && r.wait == 0 {
				t.Fatalf("nothing under way, and nothing to wait for")
			}
			take := rapid.IntRange(0, r.segments).Draw(t, "take")
			p.claimed(take, now)
			flying += take
			for range rapid.IntRange(0, flying).Draw(t, "end") {
				p.settled(rapid.SampledFrom([]Failure{"", Throttled, Refused, Unanswered}).Draw(t, "how"), now)
				flying--
			}
		}
	})
}

func TestSubmission(t *testing.T) {
	t.Parallel()
	now := time.Now()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[a-z€яө😀]{0,300}`).Draw(t, "body")
		total := text.Segments(body)
		for n := 1; n <= total; n++ {
			m, err := submission(Link{}, "1414", message.Segment{MT: 300, Number: n, Destination: "+77010000001", Text: body,
				ExpiresAt: now.Add(5 * time.Minute)}, now)
			if err != nil || m.Dest.Number != "77010000001" || m.Validity != "000000000500000R" {
				t.Fatalf("%+v %v", m, err)
			}
			// On the air a segment has 140 octets: 160 septets, or 140 octets of UCS2.
			size := len(m.Short)
			if m.ESMClass&smpp.ESMUDHI != 0 {
				part, payload, err := text.TakeHeader(m.Short)
				if err != nil || part != (text.Part{Reference: 300 % 256, Total: total, Number: n}) {
					t.Fatalf("%+v %v", part, err)
				}
				size = len(payload)
				if m.Coding == byte(text.GSM7) {
					size += 7
				} else {
					size += 6
				}
			} else if total != 1 {
				t.Fatalf("no header")
			}
			if limit := map[byte]int{0: 160, 8: 140}[m.Coding]; size > limit {
				t.Fatalf("%d of %d", size, limit)
			}
		}
	})
	_, err := submission(Link{}, "1414", message.Segment{Number: 2, Text: "short"}, now)
	require.ErrorIs(t, err, smpp.SubmitFailed)
}

func TestValidityIsTheTimeLeft(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]string{
		time.Millisecond: "000000000001000R", 90 * time.Second: "000000000130000R",
		26*time.Hour + 3*time.Second: "000001020003000R", 90 * 24 * time.Hour: "000030000000000R",
	} {
		require.Equal(t, want, validity(left))
		require.Len(t, want, 16)
	}
}

func TestSenderIsANumberOrAName(t *testing.T) {
	t.Parallel()
	require.Equal(t, smpp.Address{TON: 0, NPI: 1, Number: "1414"}, senderAddress(Link{}, "1414"))
	require.Equal(t, smpp.Address{TON: 5, NPI: 0, Number: "eGov"}, senderAddress(Link{}, "eGov"))
}
