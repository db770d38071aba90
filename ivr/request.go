package ivr

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/google/uuid"

	"okno/internal/call"
	"okno/internal/dialogue"
	"okno/internal/phone"
)

// While Okno is away its dialplan takes requests for callbacks, and keeps them in Asterisk. Okno cannot read them by ARI: it makes a channel that goes
// through the dialplan's list, and comes to Stasis with one request after another. The dialplan forgets a request once Okno has sent the channel on.

const (
	// requestsEvery is how often Asterisk is asked for requests, beside the question after each connect: a caller may press the key when Okno
	// has just come back.
	requestsEvery = 5 * time.Minute
	requestsPause = 5 * time.Second // after a request that could not be kept
)

// requestArg is the first argument of Stasis with which a request comes; then come its id, the time in seconds, the number, and the language.
const requestArg = "request"

// readerPrefix begins the ids of channels that read requests.
const readerPrefix = call.LegPrefix + "requests-"

// takeRequests asks Asterisk from time to time for what was asked for while Okno was away.
func (l *Line) takeRequests(ctx context.Context) {
	again := time.NewTimer(requestsEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			l.readRequests()
			again.Reset(requestsEvery)
		case <-l.requests:
			again.Reset(requestsPause)
		}
	}
}

// readRequests asks Asterisk for requests. They come to [Line.request].
func (l *Line) readRequests() {
	if err := l.rest.readRequests(l.newReader()); err != nil {
		l.log.Warn().Err(err).Msg("requests for callbacks not read")
		l.readAgain()
	}
}

// newReader gives the id of the channel that reads requests from now on.
func (l *Line) newReader() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reader = readerPrefix + uuid.NewString()
	return l.reader
}

// reads says whether a channel is that which reads requests.
func (l *Line) reads(channel string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return channel == l.reader
}

// request keeps a request that a reader came with, and has Asterisk forget it. One that cannot be kept stays there, with all that follow.
func (l *Line) request(ctx context.Context, reader string, args []string) {
	r, err := l.requestOf(args)
	if err != nil {
		l.log.Warn().Err(err).Msg("request for a callback dropped")
	} else if err := l.keepRequest(ctx, r); err != nil {
		l.log.Error().Err(err).Msg("request for a callback stays in asterisk")
		l.dismiss(reader)
		l.readAgain()
		return
	}
	if err := l.rest.goOn(reader, "requests", "kept"); err != nil {
		l.log.Warn().Err(err).Msg("request for a callback is not forgotten")
		l.dismiss(reader)
		l.readAgain()
	}
}

func (l *Line) keepRequest(ctx context.Context, r call.Request) error {
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	return l.config.Floor.TakeRequest(limited, l.lease(), r)
}

// readAgain asks for the requests to be read before their time.
func (l *Line) readAgain() {
	select {
	case l.requests <- struct{}{}:
	default:
	}
}

var errNoRequest = errors.New("not a request")

// requestOf reads the arguments of Stasis.
func (l *Line) requestOf(args []string) (r call.Request, err error) {
	if len(args) != 5 {
		return r, errNoRequest
	}
	at, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return r, errNoRequest
	}
	language := dialogue.Language(args[4])
	number, err := phone.ParseWithin(l.config.Asterisk.Area, args[3])
	return call.Request{Asterisk: l.config.Asterisk.Name, ID: args[1], Number: number, Language: string(language), At: time.Unix(at, 0)}, err
}

// comesWithRequest says whether a channel that has come to Stasis brings a request.
func comesWithRequest(event *ari.StasisStart) bool {
	return len(event.Args) > 0 && event.Args[0] == requestArg
}
