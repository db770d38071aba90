package sms

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace says how many segments a bind may take on now: what its window, its link's
// rate and the SMSC's patience leave. A throttled bind pauses, then goes on at half
// its former width and widens by one with every segment accepted.
type pace struct {
	window  int
	limiter *rate.Limiter // the link's; nil: no limit

	mu       sync.Mutex
	width    int
	inFlight int
	resumeAt time.Time

	sent      int
	seconds   [10]second // of which each was the last of its place
	lastError Failure
}

// second counts what was accepted in one.
type second struct {
	unix int64
	sent int
}

const throttlePause = time.Second

func newPace(window int, limiter *rate.Limiter) *pace {
	return &pace{window: window, width: window, limiter: limiter}
}

func newLimiter(segmentsPerSecond float64) *rate.Limiter {
	if segmentsPerSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(segmentsPerSecond), max(1, int(segmentsPerSecond/10)))
}

// room is what may be claimed now.
type room struct {
	segments int
	notices  int           // at most so many of them: the rest of the window is kept for passwords and replies
	scant    bool          // a claim for so few would cost more than it saves, unless somebody waits for them
	wait     time.Duration // with no segments: when to ask again; 0: when a submit has ended
}

// room leaves a quarter of the window to passwords and replies. Notices have none of the rest until half of it is free, so
// that they are claimed, and their outcomes written down, many at once.
func (p *pace) room(now time.Time) room {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.resumeAt) {
		return room{wait: p.resumeAt.Sub(now)}
	}
	free, kept := p.width-p.inFlight, p.width/4
	if free <= 0 {
		return room{}
	}
	r := room{segments: free, scant: p.inFlight > 0 && free < kept}
	if p.limiter != nil {
		tokens := p.limiter.TokensAt(now)
		if tokens < 1 {
			return room{wait: time.Duration((1 - tokens) / float64(p.limiter.Limit()) * float64(time.Second))}
		}
		r.segments = min(free, int(tokens))
	}
	if notices := free - kept; 2*notices >= p.width-kept {
		r.notices = min(r.segments, notices)
	}
	return r
}

func (p *pace) claimed(n int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight += n
	if p.limiter != nil {
		p.limiter.ReserveN(now, n) // a debt, where another bind of the link has looked at the same moment
	}
}

// settled notes the end of a segment's submit.
func (p *pace) settled(f Failure, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight--
	if f != "" {
		p.lastError = f
	}
	switch f {
	case "":
		p.width = min(p.width+1, p.window)
		p.sent++
		s := &p.seconds[now.Unix()%int64(len(p.seconds))]
		if s.unix != now.Unix() {
			*s = second{unix: now.Unix()}
		}
		s.sent++
	case Throttled:
		if !now.Before(p.resumeAt) { // once for all that were under way
			p.width = max(1, p.width/2)
		}
		p.resumeAt = now.Add(throttlePause)
	}
}

// standing tells how the bind stands; perSecond is over the last ten.
func (p *pace) standing(now time.Time) (inUse, window, sent int, perSecond float64, lastError string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.seconds {
		if now.Unix()-s.unix < int64(len(p.seconds)) {
			perSecond += float64(s.sent) / float64(len(p.seconds))
		}
	}
	return p.inFlight, p.width, p.sent, perSecond, string(p.lastError)
}
