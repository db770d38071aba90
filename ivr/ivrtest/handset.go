package ivrtest

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Handset is a telephone of our own that has called the line: SIP and RTP, written by hand for the one thing that the other phones cannot
// do. It sends keys of any length, as RTP events (RFC 4733) over a network that can stall or as SIP messages, and it notes when each packet of
// sound arrived.
// It knows PCMU, UDP, and a line that asks for no password.
type Handset struct {
	sip, rtp *net.UDPConn
	media    *net.UDPAddr // of the line
	from, to string       // SIP addresses with their tags
	target   string       // of requests within the dialog
	callID   string
	invited  string // the branch of the INVITE, which the CANCEL has too
	events   byte   // the payload type of telephone-event that the line chose
	working  sync.WaitGroup
	trying   chan struct{} // the line has the INVITE
	over     chan struct{} // the line has hung up, or this side has
	ended    sync.Once
	took     chan string // the line's answer to an offer within the call
	manner   Manner
	loses    atomic.Int64

	mu        sync.Mutex
	keys      []press // that are to be pressed
	stalled   time.Time
	held      [][]byte // packets that the network holds back
	heard     []packet
	keyed     string // the keys that the line sent
	keyedAt   uint32 // the timestamp of the last of them
	payload   byte   // of our sound: PCMU, until the handset offers another
	line      uint32 // the SSRC of what is heard; 0: nothing is yet
	direction string // of the sound that is offered
}

// press is one key.
type press struct {
	key     byte
	on, off int           // in ticks
	stall   time.Duration // of the network, in the middle of it
	info    bool
	done    chan time.Time
}

// packet is 20 ms of sound.
type packet struct {
	at    time.Time
	codec byte
	sound []byte
}

// Keying is how keys are pressed.
type Keying struct {
	On, Off time.Duration // in steps of 10 ms
	// Stall is for how long the network holds packets back, beginning in the middle of every third key; then they come at once.
	Stall time.Duration
	// Hold is for how long every third key is held, in the place of On.
	Hold time.Duration
	// Info says that keys go as SIP messages (INFO with application/dtmf-relay), each when it is let go.
	Info bool
}

const (
	tick        = 10 * time.Millisecond
	tickSamples = rate / 100
	keyPayload  = 101
	ssrc        = 0x0b0e0e0f // of what the handset sends
)

// StartHandset calls a number of the line (host:port) as the caller from, and returns when the line has answered. It hangs up with the
// test, at the latest.
func StartHandset(t *testing.T, line, from, number string) *Handset {
	t.Helper()
	return StartHandsetOf(t, Steady, line, from, number)
}

// StartHandsetOf is StartHandset of a handset with a manner of its own.
func StartHandsetOf(t *testing.T, manner Manner, line, from, number string) *Handset {
	t.Helper()
	h, answered := dial(t, line, from, number)
	h.manner = manner
	select {
	case err := <-answered:
		require.NoError(t, err)
	case <-time.After(20 * time.Second):
		require.FailNow(t, "the line does not answer the handset")
	}
	h.working.Go(h.listen)
	h.working.Go(h.speak)
	return h
}

// GiveUp calls a number as StartHandset does, and cancels the call a moment after the line's first sign of life, before it has answered.
// It says whether that was in time.
func GiveUp(t *testing.T, line, from, number string, after time.Duration) (cancelled bool) {
	t.Helper()
	h, answered := dial(t, line, from, number)
	wait(t, h.trying, 20*time.Second, "the line does not try") // a CANCEL before would cancel nothing
	<-time.After(after)
	h.send("CANCEL", 1, "", "")
	select {
	case err := <-answered:
		if err == nil {
			h.end()
			return false
		}
		require.ErrorContains(t, err, "487")
		return true
	case <-time.After(20 * time.Second):
		require.FailNow(t, "the call is not cancelled")
		return false
	}
}

// dial sends the INVITE of a call. The line's final answer comes on the channel.
func dial(t *testing.T, line, from, number string) (h *Handset, answered chan error) {
	t.Helper()
	h = &Handset{trying: make(chan struct{}), over: make(chan struct{}), took: make(chan string, 4), events: keyPayload, callID: rand.Text(), direction: "sendrecv"}
	server, err := net.ResolveUDPAddr("udp4", line)
	require.NoError(t, err)
	h.sip, err = net.DialUDP("udp4", nil, server)
	require.NoError(t, err)
	h.rtp, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	h.from = fmt.Sprintf("<sip:%s@127.0.0.1>;tag=%s", from, rand.Text())
	h.to = fmt.Sprintf("<sip:%s@%s>", number, line)
	h.target = fmt.Sprintf("sip:%s@%s", number, line)
	t.Cleanup(func() {
		h.end()
		h.sip.Close()
		h.rtp.Close()
		h.working.Wait()
	})
	answered = make(chan error, 4) // refusals come again: nobody acknowledges them
	h.working.Go(func() { h.signal(answered) })
	h.invited = "z9hG4bK" + rand.Text()
	h.send("INVITE", 1, "application/sdp", h.offer())
	return h, answered
}

// Press presses keys, and returns when the last has been let go of and has been sent. Any goroutine may call it. It gives the times at which each was let go.
func (h *Handset) Press(t *testing.T, keys string, how Keying) (released []time.Time) {
	t.Helper()
	done := make(chan time.Time, len(keys))
	h.mu.Lock()
	for i := range len(keys) {
		p := press{key: keys[i], on: int(how.On / tick), off: int(how.Off / tick), info: how.Info, done: done}
		if i%3 == 1 {
			p.stall = how.Stall
			p.on = max(p.on, int(how.Hold/tick))
		}
		h.keys = append(h.keys, p)
	}
	h.mu.Unlock()
	for range len(keys) {
		select {
		case at := <-done:
			released = append(released, at)
		case <-time.After(10 * time.Second):
			t.Error("the handset does not send")
			return released
		case <-h.over:
			return released
		}
	}
	return released
}

// Heard is what came from the line until now.
func (h *Handset) Heard() Sound {
	h.mu.Lock()
	defer h.mu.Unlock()
	var sound Sound
	for _, p := range h.heard {
		for _, b := range p.sound {
			sound = append(sound, linear(p.codec, b))
		}
	}
	return sound
}

// Hears waits until the clip has been heard in full, not before the given place in the call, and returns the place where it ends.
func (h *Handset) Hears(t *testing.T, clip Sound, after, within time.Duration) time.Duration {
	t.Helper()
	var best Match
	for deadline := time.Now().Add(within); time.Now().Before(deadline); <-time.After(200 * time.Millisecond) {
		heard := h.Heard().From(after)
		if heard.Length() < clip.Length()-cutLength {
			continue
		}
		if best = heard.Find(clip); best.Found() {
			return after + best.At + clip.Length()
		}
	}
	require.FailNow(t, fmt.Sprintf("the handset did not hear it within %v; the likeliest place is %v after %v", within, best, after))
	return 0
}

// Keyed are the keys that the line has sent, as RTP events.
func (h *Handset) Keyed() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.keyed
}

// Stops gives the time at which the last packet arrived that carried the clip, which begins at a place in what was heard.
func (h *Handset) Stops(clip Sound, begins time.Duration) time.Time {
	heard := h.Heard()
	h.mu.Lock()
	defer h.mu.Unlock()
	start := int(begins * rate / time.Second)
	var last time.Time
	place := 0
	for _, p := range h.heard {
		from := place
		place += len(p.sound)
		if from < start {
			continue
		}
		if from-start+len(p.sound) > len(clip) {
			break
		}
		var off, energy float64
		for i := range p.sound {
			want := clip[from-start+i]
			off += (heard[from+i] - want) * (heard[from+i] - want)
			energy += want * want
		}
		if quiet := energy < 1e-4; quiet || off < energy/10 {
			if !quiet {
				last = p.at
			}
			continue
		}
		break
	}
	return last
}

// HangUp ends the call from this side.
func (h *Handset) HangUp(t *testing.T) {
	t.Helper()
	h.end()
}

// Ends waits until the call is over, by whoever.
func (h *Handset) Ends(t *testing.T, within time.Duration) {
	t.Helper()
	wait(t, h.over, within, "the handset's call is not over")
}

func (h *Handset) end() {
	h.ended.Do(func() {
		h.send("BYE", math.MaxInt32, "", "") // behind all keys
		close(h.over)
	})
}

// send sends a request of the dialog (RFC 3261).
func (h *Handset) send(method string, number int, kind, body string) {
	local := h.sip.LocalAddr()
	branch := "z9hG4bK" + rand.Text()
	if method == "INVITE" || method == "CANCEL" {
		branch = h.invited
	}
	h.mu.Lock()
	to, target := h.to, h.target
	h.mu.Unlock()
	var message strings.Builder
	fmt.Fprintf(&message, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s;rport\r\nMax-Forwards: 70\r\n", method, target, local, branch)
	fmt.Fprintf(&message, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:handset@%s>\r\n", h.from, to, h.callID, number, method, local)
	if body != "" {
		fmt.Fprintf(&message, "Content-Type: %s\r\n", kind)
	}
	fmt.Fprintf(&message, "Content-Length: %d\r\n\r\n%s", len(body), body)
	_, _ = h.sip.Write([]byte(message.String()))
}

// offer describes our side's sound (RFC 4566, RFC 4733).
func (h *Handset) offer() string {
	codec := h.codec()
	h.mu.Lock()
	direction := h.direction
	h.mu.Unlock()
	return fmt.Sprintf("v=0\r\no=- 1 %[2]d IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %[1]d RTP/AVP %[2]d %[3]d\r\n"+
		"a=rtpmap:%[2]d %[4]s/8000\r\na=rtpmap:%[3]d telephone-event/8000\r\na=fmtp:%[3]d 0-15\r\na=ptime:20\r\na=%[5]s\r\n",
		h.rtp.LocalAddr().(*net.UDPAddr).Port, codec, keyPayload, codecs[codec], direction)
}

// signal reads SIP until the socket is closed.
func (h *Handset) signal(answered chan<- error) {
	buffer := make([]byte, 8192)
	trying := sync.OnceFunc(func() { close(h.trying) })
	for {
		n, err := h.sip.Read(buffer)
		if err != nil {
			return
		}
		head, body, _ := strings.Cut(string(buffer[:n]), "\r\n\r\n")
		lines := strings.Split(head, "\r\n")
		status, isResponse := strings.CutPrefix(lines[0], "SIP/2.0 ")
		switch {
		case !isResponse:
			h.respond(lines)
		case !strings.HasSuffix(header(lines, "CSeq"), "INVITE"):
		case status[0] == '1':
			trying()
		case status[0] == '2':
			first := h.media == nil // an answer that comes twice wants another ACK, and is no other answer
			if first {
				h.mu.Lock()
				h.to = header(lines, "To")
				if contact := strings.Trim(header(lines, "Contact"), "<>"); contact != "" {
					h.target, _, _ = strings.Cut(contact, ">")
				}
				h.mu.Unlock()
			}
			number, _, _ := strings.Cut(header(lines, "CSeq"), " ")
			sequence, _ := strconv.Atoi(number)
			h.send("ACK", sequence, "", "")
			switch {
			case first:
				answered <- h.accept(body)
			case sequence == offerAgain:
				h.took <- body
			}
		default:
			answered <- fmt.Errorf("the line refuses the handset: %s", status)
		}
	}
}

// accept takes the line's description of its sound.
func (h *Handset) accept(description string) error {
	for line := range strings.SplitSeq(description, "\r\n") {
		if words := strings.Fields(line); strings.HasPrefix(line, "m=audio ") && len(words) > 1 {
			port, err := strconv.Atoi(words[1])
			if err != nil {
				return err
			}
			h.media = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
		}
		if payload, ok := strings.CutPrefix(line, "a=rtpmap:"); ok && strings.Contains(line, "telephone-event") {
			number, err := strconv.Atoi(strings.Fields(payload)[0])
			if err != nil {
				return err
			}
			h.events = byte(number)
		}
	}
	if h.media == nil {
		return fmt.Errorf("the line's answer names no sound: %q", description)
	}
	return nil
}

// respond answers a request of the line: all is well with us.
func (h *Handset) respond(lines []string) {
	method, _, _ := strings.Cut(lines[0], " ")
	if method == "ACK" {
		return
	}
	var message strings.Builder
	message.WriteString("SIP/2.0 200 OK\r\n")
	for _, line := range lines[1:] {
		switch name, _, _ := strings.Cut(line, ":"); name {
		case "Via", "From", "To", "Call-ID", "CSeq":
			message.WriteString(line + "\r\n")
		}
	}
	body := ""
	if method == "INVITE" {
		body = h.offer()
		fmt.Fprintf(&message, "Contact: <sip:handset@%s>\r\nContent-Type: application/sdp\r\n", h.sip.LocalAddr())
	}
	fmt.Fprintf(&message, "Content-Length: %d\r\n\r\n%s", len(body), body)
	_, _ = h.sip.Write([]byte(message.String()))
	if method == "BYE" {
		h.ended.Do(func() { close(h.over) })
	}
}

func header(lines []string, name string) string {
	for _, line := range lines {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// listen keeps the sound that comes.
func (h *Handset) listen() {
	buffer := make([]byte, 2048)
	for {
		n, err := h.rtp.Read(buffer)
		if err != nil {
			return
		}
		if codec := buffer[1] & 0x7f; n > 12 && (codec == pcmu || codec == pcma) {
			h.mu.Lock()
			h.line = binary.BigEndian.Uint32(buffer[8:])
			h.heard = append(h.heard, packet{at: time.Now(), codec: codec, sound: bytes.Clone(buffer[12:n])})
			h.mu.Unlock()
		}
		if n >= 16 && buffer[1]&0x7f == h.events && int(buffer[12]) < len(eventKeys) {
			h.mu.Lock()
			if at := binary.BigEndian.Uint32(buffer[4:]); at != h.keyedAt || h.keyed == "" { // all packets of a key have its timestamp
				h.keyedAt = at
				h.keyed += eventKeys[buffer[12] : buffer[12]+1]
			}
			h.mu.Unlock()
		}
	}
}

// speak sends silence, 20 ms a packet, and the keys in its place. It keeps to the clock, not to the ticks that a busy machine gives.
func (h *Handset) speak() {
	var (
		begun    = time.Now()
		sequence uint16
		current  *press
		since    uint32 // the timestamp of the current key
		phase    int    // ticks within the current key
		ticker   = time.NewTicker(tick)
	)
	defer ticker.Stop()
	for n := 2; ; n++ { // n numbers the SIP messages, too: behind the INVITE
		for time.Since(begun) < time.Duration(n)*tick {
			select {
			case <-ticker.C:
			case <-h.over:
				return
			}
		}
		now := uint32(n * tickSamples)
		if current == nil {
			current, phase, since = h.nextKey(), 0, now
		}
		switch {
		case current == nil || phase > current.on || current.info && phase < current.on:
			h.idle(n, &sequence, now, bytes.Repeat([]byte{silences[h.codec()]}, 2*tickSamples))
		case phase == current.on:
			if current.info {
				h.send("INFO", n, "application/dtmf-relay", fmt.Sprintf("Signal=%c\r\nDuration=%d\r\n", current.key, phase*10))
			} else {
				for range 3 {
					h.rtpSend(&sequence, h.events, false, since, event(current.key, true, phase))
				}
			}
			current.done <- time.Now()
		case phase%2 == 0:
			h.rtpSend(&sequence, h.events, phase == 0, since, event(current.key, false, max(phase, 1)))
		}
		if current != nil {
			if phase == current.on/2 && current.stall > 0 {
				h.mu.Lock()
				h.stalled = time.Now().Add(current.stall)
				h.mu.Unlock()
			}
			if phase++; phase >= current.on+current.off {
				current = nil
			}
		}
		h.flush()
	}
}

func (h *Handset) nextKey() *press {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.keys) == 0 {
		return nil
	}
	next := h.keys[0]
	h.keys = h.keys[1:]
	return &next
}

// eventKeys are the keys by the numbers of their events.
const eventKeys = "0123456789*#"

// event is the payload of a key (RFC 4733, section 2.3).
func event(key byte, end bool, ticks int) []byte {
	payload := make([]byte, 4)
	payload[0] = byte(strings.IndexByte(eventKeys, key))
	payload[1] = 10 // volume
	if end {
		payload[1] |= 0x80
	}
	binary.BigEndian.PutUint16(payload[2:], uint16(ticks*tickSamples))
	return payload
}

func (h *Handset) rtpSend(sequence *uint16, kind byte, marker bool, timestamp uint32, payload []byte) {
	head := make([]byte, 12, 12+len(payload))
	head[0], head[1] = 0x80, kind
	if marker {
		head[1] |= 0x80
	}
	binary.BigEndian.PutUint16(head[2:], *sequence)
	binary.BigEndian.PutUint32(head[4:], timestamp)
	binary.BigEndian.PutUint32(head[8:], ssrc)
	*sequence++
	h.mu.Lock()
	h.held = append(h.held, append(head, payload...))
	h.mu.Unlock()
}

// flush lets through what the network holds, unless it stalls.
func (h *Handset) flush() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Now().Before(h.stalled) {
		return
	}
	for _, datagram := range h.held {
		_, _ = h.rtp.WriteToUDP(datagram, h.media)
	}
	h.held = nil
}
