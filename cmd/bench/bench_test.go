package main

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"okno/internal/recording"
)

func TestLatencyOf(t *testing.T) {
	t.Parallel()
	var took []time.Duration
	for ms := range 200 {
		took = append(took, time.Duration(199-ms)*time.Millisecond)
	}
	l, err := latencyOf(took)
	require.NoError(t, err)
	require.Equal(t, latency{100 * time.Millisecond, 198 * time.Millisecond}, l)
	require.Equal(t, "100.0 / 198.0", l.String())
	l, err = latencyOf([]time.Duration{1500 * time.Microsecond})
	require.NoError(t, err)
	require.Equal(t, "1.5 / 1.5", l.String())
	_, err = latencyOf(nil)
	require.ErrorContains(t, err, "nothing was timed")
}

// What is done at a rate is begun in time, however long it takes.
func TestWhatIsDoneAtARate(t *testing.T) {
	t.Parallel()
	var begun atomic.Int64
	const slow = 300 * time.Millisecond
	since := time.Now()
	l, err := while(t.Context(), func() bool { return time.Since(since) < time.Second }, 100, func(context.Context) error {
		begun.Add(1)
		time.Sleep(slow) // what is measured takes so long
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, begun.Load(), int64(30), "none waits for the last: one after another they would be four")
	require.LessOrEqual(t, begun.Load(), int64(100*time.Since(since).Seconds()))
	require.GreaterOrEqual(t, l.p50, slow)
	_, err = while(t.Context(), func() bool { return false }, 100, func(context.Context) error { return nil })
	require.ErrorContains(t, err, "nothing was timed")
	failing := atomic.Bool{}
	failing.Store(true)
	_, err = while(t.Context(), failing.Load, 1000, func(context.Context) error { failing.Store(false); return os.ErrInvalid })
	require.ErrorIs(t, err, os.ErrInvalid)
}

// The processor time of a process is what it has used, in ticks of 10 ms.
func TestProcessorTime(t *testing.T) {
	before, err := cpuOf(os.Getpid())
	require.NoError(t, err)
	for since := time.Now(); ; {
		after, err := cpuOf(os.Getpid())
		require.NoError(t, err)
		if after-before >= 50*time.Millisecond {
			break
		}
		require.Less(t, time.Since(since), time.Minute, "a loop that never rests has used %v", after-before)
	}
	nobody, err := cpuOf(-1)
	require.NoError(t, err)
	require.Zero(t, nobody)

	held, err := heldMemory(os.Getpid())
	require.NoError(t, err)
	peak, err := peakMemory(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, held, int64(1<<20))
	require.GreaterOrEqual(t, peak, held)
	_, err = heldMemory(1 << 30)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// wav is a clip of samples, each so often.
func wav(samples ...int16) []byte {
	clip := []byte("RIFF....WAVEdata....")
	for _, sample := range samples {
		for range samplesAPacket {
			clip = binary.LittleEndian.AppendUint16(clip, uint16(sample))
		}
	}
	return clip
}

// A prompt is told by its loud packets, each at its own place: what begins with silence is not heard before it is.
func TestPromptsAreToldByTheirSound(t *testing.T) {
	t.Parallel()
	packets, err := packetsOf(wav(0, 5000, -5000, 7000), 3)
	require.NoError(t, err)
	require.Len(t, packets, 3)
	require.Nil(t, packets[0], "silence")
	require.Equal(t, recording.MuLaw(5000), packets[1][0])
	require.True(t, sameSound(packets[1], packets[1]))
	require.False(t, sameSound(packets[1], packets[2]))
	require.False(t, sameSound(packets[0], packets[1]))
	near := append([]byte(nil), packets[1]...)
	for i := range near {
		near[i]++ // as another side rounds
	}
	require.True(t, sameSound(packets[1], near))
	_, err = packetsOf([]byte("RIFF"), 3)
	require.ErrorContains(t, err, "no sound")

	all, err := speechOf(wav(0, 5000, -5000))
	require.NoError(t, err)
	require.Len(t, all, 3)
	clip := filepath.Join(t.TempDir(), "clip")
	require.NoError(t, os.WriteFile(clip+".wav", wav(0, 5000, -5000), 0o600))
	length, err := lengthOf([]string{clip, clip})
	require.NoError(t, err)
	require.Equal(t, 6*packetLength, length)
}

func TestWhereTheSoundGoes(t *testing.T) {
	t.Parallel()
	media, err := mediaOf("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0 101\r\na=ptime:20\r\n")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:4000", media.String())
	for _, wrong := range []string{"", "v=0\r\n", "m=audio x RTP/AVP 0\r\n"} {
		_, err := mediaOf(wrong)
		require.Error(t, err, wrong)
	}
}

// A request is answered within its dialogue: what names it comes back, and who has no tag gets one.
func TestRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	request := strings.Split("INVITE sip:a SIP/2.0\r\nVia: v\r\nFrom: <sip:b>;tag=1\r\nTo: <sip:a>\r\nCall-ID: c\r\nCSeq: 1 INVITE", "\r\n")
	require.Equal(t, "SIP/2.0 200 OK\r\nVia: v\r\nFrom: <sip:b>;tag=1\r\nTo: <sip:a>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:bench@h:1>\r\n"+
		"Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nv=0", string(respond(request, "h:1", "2", "v=0")))
	request[3] = "To: <sip:a>;tag=9"
	require.Contains(t, string(respond(request, "h:1", "2", "")), "To: <sip:a>;tag=9\r\n")
}

// The middle of three loads is by what all have taken of the processor, and the table sets it beside the dialplan's.
func TestTheTableOfCalls(t *testing.T) {
	t.Parallel()
	load := func(ms int) voiceLoad {
		return voiceLoad{calls: 100, lost: 1, asterisk: time.Duration(ms) * time.Millisecond, okno: 2 * time.Millisecond, keys: []time.Duration{time.Millisecond, 2 * time.Millisecond}}
	}
	own := middle([]voiceLoad{load(9), load(4), load(6)})
	require.Equal(t, 6*time.Millisecond, own.asterisk)
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 1, ' ', 0)
	reportCalls(out, 30, own, voiceLoad{calls: 100, asterisk: 5 * time.Millisecond})
	require.NoError(t, out.Flush())
	for _, row := range [][]string{{"lost at 30 a second", "1 of 100", "0 of 100"}, {"Okno's", "2.0"}, {"all", "8.0", "5.0", "1.60"}, {"p99 ms", "2.0", "0.0"}} {
		require.Regexp(t, strings.Join(row, `\s+`), table.String())
	}
	okno, postgres := spent{okno: 30 * time.Millisecond, postgres: 15 * time.Millisecond, n: 10}.each()
	require.Equal(t, []float64{3, 1.5}, []float64{okno, postgres})
}

// A backlog is over with its last segment, or with the last receipt, where there are any.
func TestABacklogsEnd(t *testing.T) {
	t.Parallel()
	at := time.Unix(1000, 0)
	for _, receipts := range []int{0, 2} {
		began, ended := make(chan time.Time, 1), make(chan time.Time, 1)
		d := drain{segments: 2, receipts: receipts, began: began, ended: ended}
		d.count(at)
		require.Equal(t, at, <-began)
		d.count(at.Add(time.Second))
		for range receipts {
			require.Empty(t, ended)
			d.acknowledged(at.Add(2 * time.Second))
		}
		require.Len(t, ended, 1)
		d.count(at) // nobody waits for it
		require.Len(t, ended, 1)
	}
}

// Bad arguments are refused before anything begins.
func TestArguments(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "okno")
	require.NoError(t, os.WriteFile(program, nil, 0o700))
	parse := func(args ...string) (flags, error) {
		var f flags
		parser, err := kong.New(&f)
		require.NoError(t, err)
		_, err = parser.Parse(append([]string{"--okno", program}, args...))
		return f, err
	}
	f, err := parse("voice", "--only", "whole,talks")
	require.NoError(t, err)
	require.Equal(t, []bool{true, true, false}, []bool{wanted(f, "whole"), wanted(f, "talks"), wanted(f, "calls")})
	f, err = parse()
	require.NoError(t, err)
	require.True(t, wanted(f, "calls"), "all, unless some are named")
	for _, wrong := range [][]string{{"vioce"}, {"voice", "--only", "whle"}, {"--rates", "x"}, {"--during", "6"}} {
		_, err := parse(wrong...)
		require.Error(t, err, wrong)
	}
}
