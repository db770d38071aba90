package ivrtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
)

// Phones is an Asterisk that plays telephones, each call a Phone.
type Phones struct {
	asterisk *sandbox.Asterisk
	ears     net.Listener // of AudioSocket connections, one a phone
	work     sync.WaitGroup

	mu     sync.Mutex
	phones map[string]*Phone      // by channel id
	keys   map[string]*Phone      // by the UUID that its AudioSocket connection begins with
	calls  map[string]chan *Phone // incoming, by extension
	rings  map[string]*Ringing    // likewise, what is to ring until it is picked up

	stopped chan struct{}
}

// Phone is one call of Phones, from either side.
type Phone struct {
	phones *Phones
	id     string
	ear    chan struct{} // it can hear and speak
	up     chan struct{} // answered
	over   chan struct{} // hung up, by whoever

	mu    sync.Mutex
	heard []byte // 16 bits a sample
	say   []byte // likewise
}

const sitePhones = `
[line](carrier)
; Keys go as SIP messages; those of a Handset by RTP as well, as browsers' do.
dtmf_mode = info
transport = transport-udp
context = ringing
aors = line
[line]
type = aor
contact = sip:%s
[line]
type = identify
endpoint = line
match = 127.0.0.0/8
`

const siteDialplan = `
[calling]
exten => s,1,Stasis(phones)

[ringing]
exten => _X.,1,Stasis(phones,${EXTEN})
exten => _+X.,1,Stasis(phones,${EXTEN})
exten => busy,1,Busy(5)
exten => rejects,1,Hangup(21)
exten => late,1,Ringing()
 same => n,Wait(6)
 same => n,Stasis(phones,${EXTEN})
exten => early,1,Progress()
 same => n,Wait(3)
 same => n,Stasis(phones,${EXTEN})
exten => moved,1,Transfer(PJSIP/sip:1414@%[1]s)
exten => unanswered,1,Ringing()
 same => n,Wait(2)
 same => n,Hangup(19)
exten => silent,1,Ringing()
 same => n,Wait(60)
`

// StartPhones starts the second Asterisk; its calls go to the SIP address line (host:port). It ends with the test.
func StartPhones(t *testing.T, tools sandbox.Tools, line string) *Phones {
	t.Helper()
	asterisk, err := sandbox.StartAsterisk(t.Context(), sandbox.AsteriskConfig{
		Tree: tools.AsteriskTree, Run: t.TempDir(), Name: "phones", Username: "phones", Password: "phones",
		Site: map[string]string{
			"modules.conf":    "load = res_audiosocket.so\nload = chan_audiosocket.so\nload = app_transfer.so\n",
			"pjsip.conf":      fmt.Sprintf(sitePhones, line),
			"extensions.conf": fmt.Sprintf(siteDialplan, line),
		},
	})
	require.NoError(t, err)
	p := &Phones{asterisk: asterisk, phones: map[string]*Phone{}, keys: map[string]*Phone{}, calls: map[string]chan *Phone{},
		rings: map[string]*Ringing{}, stopped: make(chan struct{})}
	events := fmt.Sprintf("ws%s/events?app=phones&api_key=phones:phones", strings.TrimPrefix(asterisk.ARI(), "http"))
	stream, _, err := websocket.DefaultDialer.DialContext(t.Context(), events, nil)
	require.NoError(t, err)
	p.ears, err = net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	p.work.Go(func() { p.read(stream) })
	p.work.Go(p.listen)
	t.Cleanup(func() {
		close(p.stopped)
		require.NoError(t, asterisk.Stop())
		stream.Close()
		p.ears.Close()
		p.work.Wait()
	})
	return p
}

// SIP is the address (host:port) at which Phones rings.
func (p *Phones) SIP() string { return p.asterisk.SIP() }

func (p *Phones) read(stream *websocket.Conn) {
	for {
		_, message, err := stream.ReadMessage()
		if err != nil {
			return
		}
		event, err := ari.DecodeEvent(message)
		if err != nil {
			continue
		}
		switch event := event.(type) {
		case *ari.StasisStart:
			p.work.Go(func() { p.started(event) })
		case *ari.StasisEnd:
			if phone := p.phone(event.Channel.ID); !strings.HasPrefix(phone.id, mediaPrefix) {
				close(phone.over)
			}
		}
	}
}

// started joins a phone with its ear and mouth, an AudioSocket channel, as soon as both are there. A caller's ear is there
// first, and misses nothing; a phone that rings answers once it has one.
func (p *Phones) started(event *ari.StasisStart) {
	id, isMedia := strings.CutPrefix(event.Channel.ID, mediaPrefix)
	phone := p.phone(id)
	switch {
	case isMedia:
		_, _ = p.ask(http.MethodPost, "/bridges/"+id, url.Values{"type": {"mixing"}})
		p.join(id, mediaPrefix+id)
		close(phone.ear)
	case len(event.Args) == 0:
		p.join(id, id)
		close(phone.up)
	default:
		_, _ = p.attach(id)
		<-phone.ear
		if !p.pickedUp(event.Args[0], phone) {
			return
		}
		p.join(id, id)
		_, _ = p.ask(http.MethodPost, "/channels/"+id+"/answer", nil)
		p.rung(event.Args[0]) <- phone
		close(phone.up)
	}
}

// attach asks for a phone's AudioSocket channel.
func (p *Phones) attach(id string) (string, error) {
	return p.ask(http.MethodPost, "/channels/externalMedia", url.Values{
		"channelId": {mediaPrefix + id}, "app": {"phones"}, "external_host": {p.ears.Addr().String()},
		"encapsulation": {"audiosocket"}, "transport": {"tcp"}, "format": {"slin"}, "data": {p.key(id)},
	})
}

func (p *Phones) join(bridge, channel string) {
	_, _ = p.ask(http.MethodPost, "/bridges/"+bridge+"/addChannel", url.Values{"channel": {channel}})
}

// mediaPrefix begins the ids of AudioSocket channels, which end with their phone's.
const mediaPrefix = "media-"

func (p *Phones) phone(id string) *Phone {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phones[id] == nil {
		p.phones[id] = &Phone{phones: p, id: id, ear: make(chan struct{}), up: make(chan struct{}), over: make(chan struct{})}
	}
	return p.phones[id]
}

func (p *Phones) rung(extension string) chan *Phone {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls[extension] == nil {
		p.calls[extension] = make(chan *Phone, 16)
	}
	return p.calls[extension]
}

// Call calls a number of the line as the caller from, and returns when the line has answered.
func (p *Phones) Call(t *testing.T, from, number string) *Phone {
	t.Helper()
	phone := p.phone(fmt.Sprintf("call-%d", time.Now().UnixNano()))
	said, err := p.attach(phone.id)
	require.NoError(t, err, said)
	wait(t, phone.ear, 5*time.Second, "the phone has no ear")
	p.post(t, "/channels/"+phone.id, url.Values{
		"endpoint": {"PJSIP/" + number + "@line"}, "callerId": {from}, "timeout": {"20"},
		"context": {"calling"}, "extension": {"s"}, "priority": {"1"},
	})
	wait(t, phone.up, 20*time.Second, "the line does not answer %s", number)
	return phone
}

// Rings returns the next call that came in for an extension, answered.
func (p *Phones) Rings(t *testing.T, extension string, within time.Duration) *Phone {
	t.Helper()
	select {
	case phone := <-p.rung(extension):
		wait(t, phone.up, within, "the phone %s is not up", extension)
		return phone
	case <-time.After(within):
		require.FailNow(t, fmt.Sprintf("no call for %s within %v", extension, within))
		return nil
	}
}

// Key presses keys, 100 ms each with 100 ms between, and returns when the last has been let go.
func (p *Phone) Key(t *testing.T, keys string) {
	t.Helper()
	p.phones.post(t, "/channels/"+p.id+"/dtmf", url.Values{"dtmf": {keys}})
	<-time.After(time.Duration(len(keys)) * 200 * time.Millisecond)
}

// Speak plays a WAV file to the other side, as if it were said into the phone.
func (p *Phone) Speak(t *testing.T, file string) {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say = append(p.say, content[bytes.Index(content, []byte("data"))+8:]...)
}

// Spoken waits until everything that was to be said has been.
func (p *Phone) Spoken(t *testing.T) {
	t.Helper()
	left := func() time.Duration {
		p.mu.Lock()
		defer p.mu.Unlock()
		return time.Duration(len(p.say)/2) * time.Second / rate
	}
	require.Eventually(t, func() bool { return left() == 0 }, 2*left()+time.Second, 20*time.Millisecond, "not all is said")
}

// HangUp ends the call from this side.
func (p *Phone) HangUp(t *testing.T) {
	t.Helper()
	p.phones.request(t, http.MethodDelete, "/channels/"+p.id, nil)
	p.Ends(t, 5*time.Second)
}

// Ends waits until the call is over, by whoever.
func (p *Phone) Ends(t *testing.T, within time.Duration) {
	t.Helper()
	wait(t, p.over, within, "the call is not over")
}

// IsUp says that the call is not over.
func (p *Phone) IsUp() bool {
	select {
	case <-p.over:
		return false
	default:
		return true
	}
}

// Heard is what came from the other side until now. Where that sent nothing (Asterisk sends no silence) there is nothing,
// so a place in it is not a time of day.
func (p *Phone) Heard() Sound {
	p.mu.Lock()
	defer p.mu.Unlock()
	return samples(p.heard)
}

// Hears waits until the clip has been heard in full, not before the given place in the call (give or take 100 ms), and
// returns the place where it ends.
func (p *Phone) Hears(t *testing.T, clip Sound, after, within time.Duration) time.Duration {
	t.Helper()
	best := p.listen(clip, after, within)
	if !best.Found() {
		require.FailNow(t, fmt.Sprintf("not heard within %v; the likeliest place is %v after %v in %s (kept by go test -artifacts)",
			within, best, after, p.keep(t)))
	}
	return best.At + clip.Length()
}

// HearsSay has another phone play a WAV file until this one has heard it in full: up to three times, as people repeat what they said while
// they were being connected.
func (p *Phone) HearsSay(t *testing.T, other *Phone, file string) {
	t.Helper()
	clip := ReadSound(t, file)
	for range 2 {
		after := p.Heard().Length()
		other.Speak(t, file)
		if p.listen(clip, after, clip.Length()+3*time.Second).Found() {
			return
		}
	}
	after := p.Heard().Length()
	other.Speak(t, file)
	p.Hears(t, clip, after, 10*time.Second)
}

// listen waits as Hears does, and returns the place in the call that is likeliest.
func (p *Phone) listen(clip Sound, after, within time.Duration) (best Match) {
	after = max(after-cutLength, 0)
	for deadline := time.Now().Add(within); time.Now().Before(deadline) && !best.Found(); <-time.After(200 * time.Millisecond) {
		if heard := p.Heard().From(after); heard.Length() >= clip.Length()-cutLength {
			best = heard.Find(clip)
			best.At += after
		}
	}
	return best
}

// keep writes what was heard to a WAV file among the test's artifacts.
func (p *Phone) keep(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.ArtifactDir(), "heard-"+p.id+".wav")
	p.mu.Lock()
	defer p.mu.Unlock()
	head := []byte("RIFF????WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00????????\x02\x00\x10\x00data????") // PCM, one channel, 16 bits
	binary.LittleEndian.PutUint32(head[4:], uint32(len(head)-8+len(p.heard)))
	binary.LittleEndian.PutUint32(head[24:], rate)
	binary.LittleEndian.PutUint32(head[28:], 2*rate)
	binary.LittleEndian.PutUint32(head[40:], uint32(len(p.heard)))
	require.NoError(t, os.WriteFile(file, append(head, p.heard...), 0o600))
	return file
}

func (p *Phones) post(t *testing.T, path string, query url.Values) {
	t.Helper()
	p.request(t, http.MethodPost, path, query)
}

func (p *Phones) request(t *testing.T, method, path string, query url.Values) {
	t.Helper()
	said, err := p.ask(method, path, query)
	require.NoError(t, err, said)
}

func (p *Phones) ask(method, path string, query url.Values) (said string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, p.asterisk.ARI()+path+"?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	request.SetBasicAuth("phones", "phones")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return string(content), err
}

func wait(t *testing.T, done <-chan struct{}, within time.Duration, otherwise string, args ...any) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(within):
		require.FailNow(t, fmt.Sprintf(otherwise, args...)+fmt.Sprintf(" within %v", within))
	}
}
