package ivr

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/CyCoreSystems/ari/v6/client/native"
)

// application is our name in Asterisk: the dialplan says Stasis(okno).
const application = "okno"

// operatorArg marks a channel in Stasis as an operator's side.
const operatorArg = "operator"

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
// answer holds nobody for ever. To be called once, before anything uses the transport.
func PrepareTransport() {
	if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		transport.MaxIdleConnsPerHost = 64
		transport.ResponseHeaderTimeout = 5 * time.Second
	}
}

// isGone says that what was to be acted upon is no more: for a channel the same news as its end.
func isGone(err error) bool {
	var lookup interface { // ari's look-ups keep the cause from errors.As
		error
		Cause() error
	}
	if errors.As(err, &lookup) {
		err = lookup.Cause()
	}
	var request native.RequestError
	return errors.As(err, &request) && request.Code() == http.StatusNotFound
}

func channelKey(id string) *ari.Key { return ari.NewKey(ari.ChannelKey, id) }

func (r *rest) answer(channel string) error {
	return wrap("answer", r.client.Channel().Answer(channelKey(channel)))
}

// hangup ends a channel; one that is gone already is no error.
func (r *rest) hangup(channel string) error {
	err := r.client.Channel().Hangup(channelKey(channel), "normal")
	if isGone(err) {
		return nil
	}
	return wrap("hang up", err)
}

// play plays clips without gaps. Their end is told by an event with the id.
func (r *rest) play(channel, id string, clips []string) error {
	_, err := r.client.Channel().Play(channelKey(channel), id, clips...)
	return wrap("play", err)
}

// stopPlaying ends a playback; one that is over already is no error.
func (r *rest) stopPlaying(id string) error {
	err := r.client.Playback().Stop(ari.NewKey(ari.PlaybackKey, id))
	if isGone(err) {
		return nil
	}
	return wrap("stop playing", err)
}

func (r *rest) startMusic(channel string) error {
	return wrap("start music", r.client.Channel().MOH(channelKey(channel), "default"))
}

func (r *rest) stopMusic(channel string) error {
	return wrap("stop music", r.client.Channel().StopMOH(channelKey(channel)))
}

// ring calls an endpoint under a channel id of ours. Its answer is a StasisStart, its failure a ChannelDestroyed.
func (r *rest) ring(channel, endpoint, callerID string, limit time.Duration) error {
	_, err := r.client.Channel().Originate(nil, ari.OriginateRequest{
		Endpoint: endpoint, ChannelID: channel, CallerID: callerID, Timeout: int(limit / time.Second),
		App: application, AppArgs: operatorArg,
	})
	return wrap("ring operator", err)
}

// bridge puts two channels into one bridge, in which both hear each other.
func (r *rest) bridge(id string, channels ...string) error {
	if _, err := r.client.Bridge().Create(ari.NewKey(ari.BridgeKey, id), "mixing", id); err != nil {
		return wrap("create bridge", err)
	}
	for _, channel := range channels {
		if err := r.client.Bridge().AddChannel(ari.NewKey(ari.BridgeKey, id), channel); err != nil {
			return wrap("add to bridge", err)
		}
	}
	return nil
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
	err := r.client.Bridge().Delete(ari.NewKey(ari.BridgeKey, id))
	if isGone(err) {
		return nil
	}
	return wrap("remove bridge", err)
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
		if inApplication || isOperatorChannel(data.ID) {
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
	data, err := r.client.Channel().Data(channelKey(channel))
	if err != nil {
		return false, wrap("look at channel", err)
	}
	return data.State == "Up", nil
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
	return wrap("follow channel", r.client.Application().Subscribe(ari.NewKey(ari.ApplicationKey, application), "channel:"+channel))
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

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
