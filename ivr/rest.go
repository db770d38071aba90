package ivr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/CyCoreSystems/ari/v6/client/native"
)

// application is our name in Asterisk: the dialplan says Stasis(okno).
const application = "okno"

// agentArg marks a channel in Stasis as one that was called, earArg as what somebody hears by.
const (
	agentArg = "agent"
	earArg   = "ear"
)

// rest is Asterisk's REST interface, as far as a call needs it.
type rest struct {
	client *native.Client
}

func newREST(config Asterisk) *rest {
	return &rest{client: native.New(&native.Options{
		Application: application, URL: config.URL, Username: config.Username, Password: config.Password,
	})}
}

// PrepareTransport sets up Go's default HTTP transport for ARI: its client takes no transport of its own. Many calls
// share a few connections that stay open (Asterisk's are limited, http.conf), and an Asterisk that accepts a request but does not
// answer holds nobody for ever. Asterisk closes a connection that was idle for 15 s (session_keep_alive): ours ends before, so that no
// request meets that. To be called once, before anything uses the transport.
func PrepareTransport() {
	if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		transport.MaxIdleConnsPerHost = 64
		transport.IdleConnTimeout = 10 * time.Second
		transport.ResponseHeaderTimeout = 5 * time.Second
	}
}

// isGone says that what was to be acted upon is no more: for a channel the same news as its end.
func isGone(err error) bool {
	var request native.RequestError
	return errors.As(unwrapLookup(err), &request) && request.Code() == http.StatusNotFound
}

// unwrapLookup gives the cause of a look-up's error, which ari keeps from errors.As.
func unwrapLookup(err error) error {
	var lookup interface {
		error
		Cause() error
	}
	if errors.As(err, &lookup) {
		return lookup.Cause()
	}
	return err
}

// isTransient says that Asterisk did not answer, or could not now: it may be asked the same again.
func isTransient(err error) bool {
	if err == nil || !errors.Is(err, errAsterisk) {
		return false
	}
	var request native.RequestError
	return !errors.As(unwrapLookup(err), &request) || request.Code() >= http.StatusInternalServerError
}

// isRejected says that Asterisk would not do what it was asked.
func isRejected(err error) bool { return err != nil && !isTransient(err) }

func channelKey(id string) *ari.Key { return ari.NewKey(ari.ChannelKey, id) }

func (r *rest) answer(channel string) error {
	return insist("answer", func() error { return r.client.Channel().Answer(channelKey(channel)) })
}

// hangup ends a channel; one that is gone already is no error.
func (r *rest) hangup(channel string) error {
	err := insist("hang up", func() error { return r.client.Channel().Hangup(channelKey(channel), "normal") })
	if isGone(err) {
		return nil
	}
	return err
}

// play plays clips without gaps. Their end is told by an event with the id. A request that was not answered may have been carried out, and
// Asterisk would play a second one of the same id as well: each try has an id of its own, and ends the one before.
func (r *rest) play(channel string, nextID func() string, clips []string) (id string, err error) {
	err = insist("play", func() error {
		if id != "" {
			_ = r.client.Playback().Stop(ari.NewKey(ari.PlaybackKey, id))
		}
		id = nextID()
		_, err := r.client.Channel().Play(channelKey(channel), id, clips...)
		return err
	})
	return id, err
}

// stopPlaying ends a playback; one that is over already is no error.
func (r *rest) stopPlaying(id string) error {
	err := insist("stop playing", func() error { return r.client.Playback().Stop(ari.NewKey(ari.PlaybackKey, id)) })
	if isGone(err) {
		return nil
	}
	return err
}

func (r *rest) startMusic(channel string) error {
	return insist("start music", func() error { return r.client.Channel().MOH(channelKey(channel), "default") })
}

func (r *rest) stopMusic(channel string) error {
	return insist("stop music", func() error { return r.client.Channel().StopMOH(channelKey(channel)) })
}

// ring calls an endpoint under a channel id of ours. Its answer is a StasisStart, its failure a ChannelDestroyed.
func (r *rest) ring(channel, endpoint, callerID string, limit time.Duration) error {
	return insist("ring agent", func() error {
		_, err := r.client.Channel().Originate(nil, ari.OriginateRequest{
			Endpoint: endpoint, ChannelID: channel, CallerID: callerID, Timeout: int(limit / time.Second),
			App: application, AppArgs: agentArg,
		})
		return doneBefore(err)
	})
}

// readRequests makes a channel, by an id of ours, that goes through the requests for callbacks which the dialplan has kept.
func (r *rest) readRequests(channel string) error {
	_, err := r.client.Channel().Originate(nil, ari.OriginateRequest{
		Endpoint: "Local/okno@requests", ChannelID: channel, Timeout: 5, Context: "requests", Extension: "s", Priority: 1,
	})
	return wrap("read requests", err)
}

// goOn sends a channel out of Stasis, on in the dialplan.
func (r *rest) goOn(channel, context, extension string) error {
	return insist("send on", func() error { return r.client.Channel().Continue(channelKey(channel), context, extension, 1) })
}

// isRegistered says whether Asterisk knows where the phone of an endpoint ("PJSIP/agent-7") is. One that is dialled by its address
// ("PJSIP/trunk/sip:7@host") is wherever it is.
func (r *rest) isRegistered(endpoint string) bool {
	parts := strings.SplitN(endpoint, "/", 3)
	if len(parts) != 2 {
		return true
	}
	data, err := r.client.Endpoint().Data(ari.NewKey(ari.EndpointKey, endpoint))
	return !isGone(err) && (err != nil || data.State != "offline")
}

// bridge puts two channels into one bridge, in which both hear each other.
func (r *rest) bridge(id string, channels ...string) error {
	err := insist("create bridge", func() error {
		_, err := r.client.Bridge().Create(ari.NewKey(ari.BridgeKey, id), "mixing", id)
		if err == nil {
			return nil
		}
		// Asterisk takes a second request to create it for one to rename it, which it does not do.
		if _, looked := r.client.Bridge().Data(ari.NewKey(ari.BridgeKey, id)); looked == nil {
			return nil
		}
		return err
	})
	for _, channel := range channels {
		if err == nil {
			err = insist("add to bridge", func() error { return r.client.Bridge().AddChannel(ari.NewKey(ari.BridgeKey, id), channel) })
		}
	}
	return err
}

// unbridge takes a channel out of a bridge; one that is not in it is no error.
func (r *rest) unbridge(id, channel string) error {
	err := insist("remove from bridge", func() error { return r.client.Bridge().RemoveChannel(ari.NewKey(ari.BridgeKey, id), channel) })
	if isRejected(err) {
		if inside, looked := r.bridged(id); looked == nil && !slices.Contains(inside, channel) {
			return nil
		}
	}
	return err
}

// snoop has a channel of ours, by an id of ours, hear what another hears and says; with whisper, what is said to it is heard there, too.
// It may be bridged once it has come.
func (r *rest) snoop(channel, id string, whisper bool) error {
	options := &ari.SnoopOptions{App: application, AppArgs: earArg, Spy: ari.DirectionBoth}
	if whisper {
		options.Whisper = ari.DirectionOut
	}
	return insist("snoop", func() error {
		_, err := r.client.Channel().Snoop(channelKey(channel), id, options)
		return doneBefore(err)
	})
}

// snoopOn has a channel of ours, by an id of ours, hear what another says, or what it hears.
func (r *rest) snoopOn(channel, id string, says bool) error {
	options := &ari.SnoopOptions{App: application, AppArgs: earArg, Spy: ari.DirectionOut}
	if says {
		options.Spy = ari.DirectionIn
	}
	return insist("snoop", func() error {
		_, err := r.client.Channel().Snoop(channelKey(channel), id, options)
		return doneBefore(err)
	})
}

// get reads what the client of ARI has no request for. The body is to be closed.
func (r *rest) get(ctx context.Context, doing, path string) (*http.Response, error) {
	return r.do(ctx, doing, http.MethodGet, path, nil)
}

// do makes a request that the client of ARI does not have; what is sent is JSON. The body of the answer is to be closed.
func (r *rest) do(ctx context.Context, doing, method, path string, content io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, r.client.Options.URL+path, content)
	if err != nil {
		return nil, wrap(doing, err)
	}
	if content != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.SetBasicAuth(r.client.Options.Username, r.client.Options.Password)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, wrap(doing, err)
	}
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNoContent {
		_ = response.Body.Close()
		return nil, wrap(doing, status(response.StatusCode))
	}
	return response, nil
}

// status is what Asterisk has answered, as an error.
type status int

func (s status) Error() string { return "asterisk answers " + strconv.Itoa(int(s)) }

// Code is the status.
func (s status) Code() int { return int(s) }

// press sends keys to a channel, each 100 ms long and 100 ms after the one before. They are sent once at most.
func (r *rest) press(channel, keys string) error {
	return wrap("send keys", r.client.Channel().SendDTMF(channelKey(channel), keys, nil))
}

// bridged lists the channels in a bridge; none if there is no such bridge.
func (r *rest) bridged(id string) ([]string, error) {
	data, err := r.client.Bridge().Data(ari.NewKey(ari.BridgeKey, id))
	if isGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, wrap("look at bridge", err)
	}
	return data.ChannelIDs, nil
}

// removeBridge ends a bridge; one that is gone already is no error. Its channels live on.
func (r *rest) removeBridge(id string) error {
	err := insist("remove bridge", func() error { return r.client.Bridge().Delete(ari.NewKey(ari.BridgeKey, id)) })
	if isGone(err) {
		return nil
	}
	return err
}

func (r *rest) bridges() ([]string, error) {
	keys, err := r.client.Bridge().List(nil)
	if err != nil {
		return nil, wrap("list bridges", err)
	}
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = key.ID
	}
	return ids, nil
}

// channels lists the channels that are in our application, the operators' sides that still ring included.
func (r *rest) channels() ([]*ari.ChannelData, error) {
	keys, err := r.client.Channel().List(nil)
	if err != nil {
		return nil, wrap("list channels", err)
	}
	var ours []*ari.ChannelData
	for _, key := range keys {
		data, err := r.client.Channel().Data(key)
		if isGone(err) {
			continue // it ended since the list was made
		}
		if err != nil {
			return nil, wrap("look at channel", err)
		}
		inApplication := data.Dialplan != nil && data.Dialplan.AppName == "Stasis" &&
			strings.Split(data.Dialplan.AppData, ",")[0] == application
		if inApplication || isOurs(data.ID) {
			ours = append(ours, data)
		}
	}
	return ours, nil
}

// exists says whether a channel is there.
func (r *rest) exists(channel string) (bool, error) {
	_, err := r.client.Channel().Data(channelKey(channel))
	if isGone(err) {
		return false, nil
	}
	return err == nil, wrap("look at channel", err)
}

// isUp says whether a channel has been answered. The error is that of a channel that is gone (isGone), or another.
func (r *rest) isUp(channel string) (bool, error) {
	var data *ari.ChannelData
	err := insist("look at channel", func() (err error) {
		data, err = r.client.Channel().Data(channelKey(channel))
		return err
	})
	return err == nil && data.State == "Up", err
}

// isPlaying says whether a playback is not over.
func (r *rest) isPlaying(id string) (bool, error) {
	_, err := r.client.Playback().Data(ari.NewKey(ari.PlaybackKey, id))
	if isGone(err) {
		return false, nil
	}
	return err == nil, wrap("look at playback", err)
}

// follow makes sure that a channel's events come to us.
func (r *rest) follow(channel string) error {
	return insist("follow channel", func() error {
		return r.client.Application().Subscribe(ari.NewKey(ari.ApplicationKey, application), "channel:"+channel)
	})
}

// put creates or replaces an object of Asterisk's SIP configuration that lives in memory.
func (r *rest) put(kind, name string, fields [][2]string) error {
	tuples := make([]ari.ConfigTuple, len(fields))
	for i, field := range fields {
		tuples[i] = ari.ConfigTuple{Attribute: field[0], Value: field[1]}
	}
	return wrap("put "+kind, r.client.Asterisk().Config().Update(configKey(kind, name), tuples))
}

func (r *rest) remove(kind, name string) error {
	err := r.client.Asterisk().Config().Delete(configKey(kind, name))
	if isGone(err) {
		return nil
	}
	return wrap("remove "+kind, err)
}

func configKey(kind, name string) *ari.Key {
	return ari.NewKey("config", "res_pjsip/"+kind+"/"+name)
}

// errAsterisk marks the errors of requests to Asterisk.
var errAsterisk = errors.New("asterisk")

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w: %w", doing, errAsterisk, err)
}

// tries is how often a request is made that Asterisk does not answer; the pauses between double from the first, and come to 1.5 s.
const (
	tries      = 5
	firstPause = 100 * time.Millisecond
)

// insist makes a request until Asterisk answers. Requests carry our ids, so one that was carried out unanswered is found done.
func insist(doing string, request func() error) error {
	wait := firstPause
	for try := 1; ; try++ {
		err := wrap(doing, request())
		if !isTransient(err) || try == tries {
			return err
		}
		timer := time.NewTimer(wait)
		<-timer.C
		wait *= 2
	}
}

// doneBefore makes no error of a conflict: what is to be made under our id is there.
func doneBefore(err error) error {
	var request native.RequestError
	if errors.As(err, &request) && request.Code() == http.StatusConflict {
		return nil
	}
	return err
}

// startedAt is when Asterisk started.
func (r *rest) startedAt() (time.Time, error) {
	info, err := r.client.Asterisk().Info(nil)
	if err != nil {
		return time.Time{}, wrap("look at asterisk", err)
	}
	return time.Time(info.StatusInfo.StartupTime), nil
}
