package smpp

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rawSMSC is a peer that writes what bytes it likes.
type rawSMSC struct {
	t    *testing.T
	conn net.Conn
}

// bound gives an Okno session bound to a raw peer.
func bound(t *testing.T, h Handler, tune func(*Options)) (*Session, *rawSMSC) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		p := (&rawSMSC{t, conn}).read()
		frame, _ := encode(PDU{Command: p.Command | responseBit, Sequence: p.Sequence, Body: &BindResp{"raw"}})
		conn.Write(frame)
		accepted <- conn
	}()
	opts := quick(h)
	if tune != nil {
		tune(&opts)
	}
	s, err := Dial(t.Context(), listener.Addr().String(), Bind{Mode: Transceiver, SystemID: "okno"}, opts)
	require.NoError(t, err)
	raw := &rawSMSC{t, <-accepted}
	t.Cleanup(func() { raw.conn.Close() })
	return s, raw
}

// read gives the next PDU that Okno sent.
func (r *rawSMSC) read() PDU {
	r.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	frame, _, err := readFrame(r.conn)
	if err != nil {
		r.t.Errorf("nothing came: %v", err)
		return PDU{}
	}
	p, err := decode(frame)
	if err != nil {
		r.t.Errorf("okno sent what does not decode: %v", err)
	}
	return p
}

func (r *rawSMSC) write(frames ...[]byte) {
	if _, err := r.conn.Write(bytes.Join(frames, nil)); err != nil {
		r.t.Errorf("write: %v", err)
	}
}

func (r *rawSMSC) send(p PDU) {
	frame, err := encode(p)
	if err != nil {
		r.t.Errorf("encode: %v", err)
	}
	r.write(frame)
}

// frameOf makes a PDU out of any command and body, right length by default.
func frameOf(c Command, seq uint32, body []byte) []byte {
	frame := make([]byte, headerSize, headerSize+len(body))
	binary.BigEndian.PutUint32(frame[0:], uint32(headerSize+len(body)))
	binary.BigEndian.PutUint32(frame[4:], uint32(c))
	binary.BigEndian.PutUint32(frame[12:], seq)
	return append(frame, body...)
}

func deliverBody(udhi byte, short []byte, tail ...byte) []byte {
	b := []byte{0, 1, 1, '7', 0, 1, 1, '1', 0, udhi, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(short))}
	return append(append(b, short...), tail...)
}

// Each of these requests dropped, wedged or panicked the library's client. Here
// each is answered as said, and the link carries the next message.
func TestPoisonIsAnsweredAndTheLinkStays(t *testing.T) {
	t.Parallel()
	truncated := deliverBody(0, []byte("hello"))
	for name, tt := range map[string]struct {
		frame  []byte
		answer Command
		status Status
		heard  bool
	}{
		"unknown command":       {frameOf(0x00010001, 7, nil), genericNack, InvalidCommand, false},
		"query_sm to an ESME":   {frameOf(0x00000003, 7, []byte{0, 0, 0, 0}), genericNack, InvalidCommand, false},
		"truncated in the text": {frameOf(DeliverSM, 7, truncated[:len(truncated)-2]), DeliverSM | responseBit, PermanentAppError, false},
		"truncated before it":   {frameOf(DeliverSM, 7, truncated[:8]), DeliverSM | responseBit, PermanentAppError, false},
		"no body":               {frameOf(DeliverSM, 7, nil), DeliverSM | responseBit, PermanentAppError, false},
		"over-long TLV":         {frameOf(DeliverSM, 7, deliverBody(0, nil, 4, 0x24, 0xFF, 0xFF, 1)), DeliverSM | responseBit, PermanentAppError, false},
		"oversized":             {frameOf(DeliverSM, 7, make([]byte, 100_000)), DeliverSM | responseBit, PermanentAppError, false},
		"address without end":   {frameOf(DeliverSM, 7, slices.Concat([]byte{0, 1, 1}, bytes.Repeat([]byte{'7'}, 65), deliverBody(0, nil)[4:])), DeliverSM | responseBit, PermanentAppError, false},
		"second bind":           {frameOf(bindTransceiver, 7, make([]byte, 7)), bindTransceiver | responseBit, AlreadyBound, false},
		"submit_sm to an ESME":  {frameOf(SubmitSM, 7, deliverBody(0, nil)), SubmitSM | responseBit, WrongBindState, false},
		"UDHI with UDHL 0":      {frameOf(DeliverSM, 7, deliverBody(ESMUDHI, []byte{0, 'h', 'i'})), DeliverSM | responseBit, OK, true},
		"UDHI without text":     {frameOf(DeliverSM, 7, deliverBody(ESMUDHI, nil)), DeliverSM | responseBit, OK, true},
		"5000 octets":           {frameOf(DeliverSM, 7, deliverBody(0, nil, append([]byte{4, 0x24, 0x13, 0x88}, make([]byte, 5000)...)...)), DeliverSM | responseBit, OK, true},
		"stray bytes at end":    {frameOf(DeliverSM, 7, deliverBody(0, []byte("x"), 1, 2)), DeliverSM | responseBit, OK, true},
		"data_sm": {frameOf(DataSM, 7, append([]byte{0, 1, 1, '7', 0, 1, 1, '1', 0, 0, 0, 0}, 4, 0x24, 0, 2, 'h', 'i')),
			DataSM | responseBit, OK, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &ear{}
			s, raw := bound(t, h, nil)
			running(t, s)
			raw.write(tt.frame)
			p := raw.read()
			require.Equal(t, tt.answer, p.Command)
			require.Equal(t, tt.status, p.Status)
			require.EqualValues(t, 7, p.Sequence)
			h.mu.Lock()
			require.Equal(t, tt.heard, len(h.heard) == 1)
			h.mu.Unlock()
			switch name {
			case "second bind", "submit_sm to an ESME":
			default:
				require.Equal(t, !tt.heard, len(h.poisons()) == 1, "kept")
			}
			raw.write(frameOf(DeliverSM, 8, deliverBody(0, []byte("next"))))
			p = raw.read()
			require.Equal(t, OK, p.Status)
			require.EqualValues(t, 8, p.Sequence)
		})
	}
}

func TestAlertNotificationIsToleratedInSilence(t *testing.T) {
	t.Parallel()
	s, raw := bound(t, &ear{}, nil)
	running(t, s)
	raw.write(frameOf(alertNotification, 5, []byte{1, 1, '7', 0, 1, 1, '1', 0}), frameOf(enquireLink, 6, nil))
	require.Equal(t, PDU{Command: enquireLink | responseBit, Sequence: 6}, raw.read())
}

func TestDeliverWithTheNumberOfAPendingSubmit(t *testing.T) {
	t.Parallel()
	h := &ear{}
	s, raw := bound(t, h, nil)
	running(t, s)
	result := make(chan string, 1)
	go func() { id, _ := s.Submit(t.Context(), text("1", "x")); result <- id }()
	submit := raw.read()
	raw.write(frameOf(DeliverSM, submit.Sequence, deliverBody(0, []byte("mo"))))
	require.Equal(t, DeliverSM|responseBit, raw.read().Command)
	require.Len(t, h.heard, 1)
	raw.send(PDU{Command: SubmitSM | responseBit, Sequence: submit.Sequence, Body: &MessageResp{"42"}})
	require.Equal(t, "42", <-result)
}

func TestResponsesThatAnswerNothing(t *testing.T) {
	t.Parallel()
	s, raw := bound(t, &ear{}, nil)
	running(t, s)
	result := make(chan string, 2)
	go func() { id, _ := s.Submit(t.Context(), text("1", "x")); result <- id }()
	submit := raw.read()
	good := PDU{Command: SubmitSM | responseBit, Sequence: submit.Sequence, Body: &MessageResp{"1"}}
	raw.send(PDU{Command: DataSM | responseBit, Sequence: submit.Sequence, Body: &MessageResp{"wrong"}})
	raw.send(PDU{Command: SubmitSM | responseBit, Sequence: submit.Sequence + 9, Body: &MessageResp{"unsolicited"}})
	raw.send(good)
	raw.send(good)
	raw.send(good)
	raw.send(PDU{Command: genericNack, Status: InvalidLength})
	require.Equal(t, "1", <-result)
	go func() { id, _ := s.Submit(t.Context(), text("1", "x")); result <- id }()
	submit = raw.read()
	raw.send(PDU{Command: SubmitSM | responseBit, Sequence: submit.Sequence, Body: &MessageResp{"2"}})
	require.Equal(t, "2", <-result)
	require.EqualValues(t, 5, s.Stats().Unsolicited)
}

func TestGenericNackAnswersItsRequest(t *testing.T) {
	t.Parallel()
	s, raw := bound(t, &ear{}, nil)
	running(t, s)
	result := make(chan error, 1)
	go func() { _, err := s.Submit(t.Context(), text("1", "x")); result <- err }()
	raw.send(PDU{Command: genericNack, Sequence: raw.read().Sequence})
	require.ErrorIs(t, <-result, SystemError)
}

// The store has an index over message ids, which takes no more than 2704 octets.
func TestMessageIDWithoutEndIsNone(t *testing.T) {
	t.Parallel()
	s, raw := bound(t, &ear{}, nil)
	running(t, s)
	result := make(chan string, 1)
	go func() {
		id, err := s.Submit(t.Context(), text("1", "x"))
		assert.NoError(t, err)
		result <- id
	}()
	raw.write(frameOf(SubmitSM|responseBit, raw.read().Sequence, append([]byte(strings.Repeat("7", 65)), 0)))
	require.Empty(t, <-result)
}

func TestLateAnswerIsUnknownThenCounted(t *testing.T) {
	t.Parallel()
	s, raw := bound(t, &ear{}, func(o *Options) { o.AnswerTimeout = 30 * time.Millisecond })
	running(t, s)
	_, err := s.Submit(t.Context(), text("1", "x"))
	require.ErrorIs(t, err, ErrUnanswered)
	raw.send(PDU{Command: SubmitSM | responseBit, Sequence: raw.read().Sequence, Body: &MessageResp{"1"}})
	raw.write(frameOf(enquireLink, 6, nil))
	raw.read()
	require.EqualValues(t, 1, s.Stats().Unsolicited)
	require.Equal(t, 64, s.Free())
}

func TestNoiseEndsTheLinkWithANack(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]uint32{"too short": 15, "too long to be one": 1 << 30} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, raw := bound(t, &ear{}, nil)
			_, ended := running(t, s)
			raw.write(binary.BigEndian.AppendUint32(nil, length), make([]byte, 12))
			p := raw.read()
			require.Equal(t, genericNack, p.Command)
			require.Equal(t, InvalidLength, p.Status)
			require.ErrorIs(t, <-ended, errFraming)
		})
	}
}

func TestPeersUnbindIsAnswered(t *testing.T) {
	t.Parallel()
	s, raw := bound(t, &ear{}, nil)
	_, ended := running(t, s)
	raw.write(frameOf(unbind, 3, nil))
	require.Equal(t, PDU{Command: unbind | responseBit, Sequence: 3}, raw.read())
	require.ErrorIs(t, <-ended, ErrUnbound)
}

func TestPeerThatStopsReadingIsDropped(t *testing.T) {
	t.Parallel()
	s, raw := bound(t, &ear{}, func(o *Options) { o.Window, o.AnswerTimeout = 10_000, time.Minute })
	raw.conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	s.conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
	_, ended := running(t, s)
	big := text("1", "x")
	big.TLVs = TLVs{TagMessagePayload: make([]byte, 60_000)}
	for range 200 {
		go s.Submit(context.Background(), big)
	}
	select {
	case err := <-ended:
		require.ErrorIs(t, err, ErrStalled)
	case <-time.After(10 * time.Second):
		t.Fatal("wedged")
	}
}

func TestBindNeverAnsweredEndsInTime(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	opts := quick(&ear{})
	opts.BindTimeout = 100 * time.Millisecond
	_, err = Dial(t.Context(), listener.Addr().String(), Bind{Mode: Transceiver}, opts)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestFirstMessageRightBehindTheBindResponse(t *testing.T) {
	t.Parallel()
	h := &ear{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	answered := make(chan PDU, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		raw := &rawSMSC{t, conn}
		raw.read()
		resp, _ := encode(PDU{Command: bindTransceiver | responseBit, Sequence: 1, Body: &BindResp{"raw"}})
		raw.write(frameOf(enquireLink, 9, nil), resp, frameOf(DeliverSM, 1, deliverBody(0, []byte("early"))))
		raw.read() // the enquiry's answer
		answered <- raw.read()
	}()
	s, err := Dial(t.Context(), listener.Addr().String(), Bind{Mode: Transceiver}, quick(h))
	require.NoError(t, err)
	running(t, s)
	require.Equal(t, DeliverSM|responseBit, (<-answered).Command)
	require.Equal(t, "early", string(h.heard[0].Short))
}
