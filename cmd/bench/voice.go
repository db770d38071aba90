package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
	"okno/ivr/voice"
)

// The dialplan beside the line says the same clips: all that is said first, and after the key the menu.
const plainDialplan = `
[citizens](+)
exten => 2414,1,Goto(plain,s,1)
[plain]
exten => s,1,Answer()
 same => n,Background(%s)
 same => n,WaitExten(10)
 same => n,Hangup()
exten => 2,1,Background(%s)
 same => n,WaitExten(10)
 same => n,Hangup()
`

const (
	plainNumber, lineNumber = "2414", "1414"
	usualRate               = 30  // calls a second at which keys are timed
	heldCalls               = 150 // at once, for the memory of one
	longestRate             = 120 // calls a second, beyond which nothing is tried
)

// switchboard is an Asterisk with a line of Okno and a menu of its own dialplan, which say the same.
type switchboard struct {
	beside
	asterisk *sandbox.Asterisk
	okno     *sandbox.Process
	answer   [][]byte      // the first packets of the menu
	first    time.Duration // what is said first
	menu     time.Duration
	length   time.Duration // of whole calls; 0: as long as both take
	phones   *phones       // of agents, and of whom the dialplan calls
	says     [][]byte      // by whoever talks
	desk     string        // host:port of the agents' pages
	next     atomic.Int64
}

// voiceLoad is what calls at a rate have met.
type voiceLoad struct {
	calls, lost              int
	keys                     []time.Duration // from the end of a key to the first packet of what follows
	asterisk, okno, postgres time.Duration   // of the processor, for a call
}

func (l voiceLoad) all() time.Duration { return l.asterisk + l.okno + l.postgres }

func benchVoice(ctx context.Context, f flags, folder string) (err error) {
	s := &switchboard{beside: beside{folder: folder}}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.start(ctx, f.Okno); err != nil {
		return err
	}
	if wanted(f, "calls") {
		if err := s.benchCalls(ctx, f); err != nil {
			return err
		}
	}
	if wanted(f, "whole") {
		if err := s.benchWholeCalls(ctx, f); err != nil {
			return err
		}
	}
	if !wanted(f, "talks") {
		return nil
	}
	own, plain, idle, err := s.measureTalks(ctx)
	if err != nil {
		return err
	}
	return reportTalks(own, plain, idle)
}

func (s *switchboard) benchCalls(ctx context.Context, f flags) (err error) {
	own, plain, err := inTurns(func(number string) (voiceLoad, error) { return s.load(ctx, number, usualRate, f.During, s.call) })
	if err != nil {
		return err
	}
	most := map[string]int{}
	for _, number := range []string{plainNumber, lineNumber} {
		if most[number], err = s.mostCalls(ctx, number, f.During); err != nil {
			return err
		}
	}
	memory, err := s.memory(ctx)
	if err != nil {
		return err
	}
	return reportVoice(own, plain, most, memory)
}

// inTurns measures the line and the dialplan, in turns, and gives the middle load of each.
func inTurns(measure func(number string) (voiceLoad, error)) (own, plain voiceLoad, err error) {
	loads := map[string][]voiceLoad{}
	for range rounds {
		for _, number := range []string{plainNumber, lineNumber} {
			load, err := measure(number)
			if err != nil {
				return own, plain, err
			}
			loads[number] = append(loads[number], load)
		}
	}
	return middle(loads[lineNumber]), middle(loads[plainNumber]), nil
}

func (s *switchboard) start(ctx context.Context, program string) (err error) {
	tools := sandbox.FromEnvironment()
	if err := s.open(ctx, store.Options{}); err != nil {
		return err
	}
	clips := filepath.Join(s.folder, "clips")
	first, menu, err := prompts(ctx, tools.Espeak, clips)
	if err != nil {
		return err
	}
	if s.first, err = lengthOf(first); err != nil {
		return err
	}
	if s.menu, err = lengthOf(menu); err != nil {
		return err
	}
	sound, err := os.ReadFile(menu[0] + ".wav")
	if err != nil {
		return err
	}
	if s.answer, err = packetsOf(sound, 25); err != nil {
		return err
	}
	if s.says, err = speechOf(sound); err != nil {
		return err
	}
	if s.phones, err = startPhones(s.says); err != nil {
		return err
	}
	monitored := filepath.Join(s.folder, "monitor")
	if err := os.Mkdir(monitored, 0o755); err != nil {
		return err
	}
	s.asterisk, err = sandbox.StartAsterisk(ctx, sandbox.AsteriskConfig{Tree: tools.AsteriskTree, Run: filepath.Join(s.folder, "asterisk"),
		Username: "okno", Password: "bench", Sounds: clips, Loopback: true,
		Site: map[string]string{
			"extensions.conf": fmt.Sprintf(plainDialplan, strings.Join(first, "&"), strings.Join(menu, "&")) + fmt.Sprintf(talkDialplan, s.phones.address(), monitored),
			"modules.conf":    talkModules, "../confbridge.conf": conferences, // which Asterisk looks for beside the site
		}})
	if err != nil {
		return err
	}
	port, err := sandbox.FreePort()
	if err != nil {
		return err
	}
	desk, err := sandbox.FreePort()
	if err != nil {
		return err
	}
	s.desk = fmt.Sprintf("127.0.0.1:%d", desk)
	config := filepath.Join(s.folder, "okno.yaml")
	err = writeConfig(config, s.postgres.URL(), fmt.Sprintf(`http: {listen: %q, internal: {listen: "127.0.0.1:%d"}}
roles: [voice, desk, worker]
attachments: {dir: %q}
voice:
  espeak: %q
  clips: %q
  asterisks: [{name: ast1, ari_url: %q, username: okno, password: bench}]
`, s.desk, port, filepath.Join(s.folder, "attachments"), tools.Espeak, clips, s.asterisk.ARI()))
	if err != nil {
		return err
	}
	s.okno, err = start("okno", s.folder, program, "serve", "--config", config)
	if err != nil {
		return err
	}
	return within(ctx, 10*time.Minute, func(ctx context.Context) error { return s.awaitLine(ctx, port) })
}

// awaitLine waits until Okno has rendered all that it says and answers a call.
func (s *switchboard) awaitLine(ctx context.Context, port int) error {
	last := errors.New("not ready")
	for {
		if answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/readyz", port)); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				if _, last = s.call(ctx, lineNumber); last == nil {
					return nil
				}
			}
		}
		if err := pause(ctx, time.Second); err != nil {
			return fmt.Errorf("the line does not answer: %w", last)
		}
	}
}

// prompts gives the clips (paths without their ending) of what a caller hears first, and of the menu in Russian behind the key 2.
func prompts(ctx context.Context, espeak, folder string) (first, menu []string, err error) {
	files, err := dialogue.Source(line.Files)
	if err != nil {
		return nil, nil, err
	}
	d, err := dialogue.Parse(files, conversation.Vocabulary(func(string) int { return 1 }))
	if err != nil {
		return nil, nil, err
	}
	pack := voice.New(voice.Config{Engines: voice.Espeak(espeak), Folder: folder, Log: zerolog.Nop()})
	clips := func(l dialogue.Language, key string) (paths []string) {
		for _, uri := range pack.Clips(ctx, [][]dialogue.Fragment{d.Texts.Speak(dialogue.Utterance{Key: key, Language: l})}) {
			paths = append(paths, strings.TrimPrefix(uri, "sound:"))
		}
		return paths
	}
	for _, key := range []string{"greeting", "language.choose"} {
		for _, l := range dialogue.Languages {
			first = append(first, clips(l, key)...)
		}
	}
	if menu = clips(dialogue.Russian, "main.menu"); len(first) == 0 || len(menu) == 0 {
		return nil, nil, errors.New("no prompts")
	}
	return first, menu, nil
}

// lengthOf is how long it takes to say clips (paths without their ending).
func lengthOf(clips []string) (all time.Duration, err error) {
	for _, clip := range clips {
		sound, err := os.ReadFile(clip + ".wav")
		if err != nil {
			return 0, err
		}
		packets, err := speechOf(sound)
		if err != nil {
			return 0, err
		}
		all += time.Duration(len(packets)) * packetLength
	}
	return all, nil
}

func (s *switchboard) stop() (err error) {
	if s.okno != nil {
		err = s.okno.Stop()
	}
	if s.asterisk != nil {
		err = errors.Join(err, s.asterisk.Stop())
	}
	if s.phones != nil {
		s.phones.close()
	}
	return errors.Join(err, s.close())
}

// call is one call: it listens for a while, presses the key within what is said first, and hangs up when it has heard half a second of the menu. It gives
// the time from the end of the key to the menu's first packet.
func (s *switchboard) call(ctx context.Context, number string) (time.Duration, error) {
	c, err := dial(ctx, s.asterisk.SIP(), number, int(s.next.Add(1)))
	if err != nil {
		return 0, err
	}
	defer c.close()
	defer c.hangUp()
	took, err := s.key(c, callPatience, func() error { return pause(ctx, time.Second+rand.N(500*time.Millisecond)) })
	if err != nil {
		return 0, err
	}
	return took, pause(ctx, 500*time.Millisecond)
}

// key waits, presses the key of the menu in Russian, and gives the time from its end to the menu's first packet. The caller listens from the beginning:
// the menu may come before the key is let go of.
func (s *switchboard) key(c *caller, patience time.Duration, wait func() error) (time.Duration, error) {
	var came time.Time
	heard := make(chan error, 1)
	go func() {
		var err error
		came, err = c.awaits(s.answer, patience)
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			err = errors.New("the menu is not heard")
		}
		heard <- err
	}()
	if err := wait(); err != nil {
		return 0, err
	}
	released, err := c.press(2)
	if err != nil {
		return 0, err
	}
	if err := <-heard; err != nil {
		return 0, err
	}
	return came.Sub(released), nil
}

// load makes calls at a rate, in calls a second, whether earlier ones are over or not. call makes one, and gives the time from its key to what follows.
func (s *switchboard) load(ctx context.Context, number string, rate int, during time.Duration,
	call func(ctx context.Context, number string) (time.Duration, error)) (l voiceLoad, err error) {
	before, err := s.spent()
	if err != nil {
		return l, err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	began := time.Now()
	l.calls = int(during.Seconds() * float64(rate))
	for n := range l.calls {
		if err := pause(ctx, time.Until(began.Add(time.Duration(n)*time.Second/time.Duration(rate)))); err != nil {
			return l, err
		}
		all.Go(func() {
			took, err := call(ctx, number)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				l.lost++
				return
			}
			l.keys = append(l.keys, took)
		})
	}
	all.Wait()
	if err := pause(ctx, time.Second); err != nil { // what follows a call belongs to it
		return l, err
	}
	after, err := s.spent()
	if err != nil {
		return l, err
	}
	of := func(i int) time.Duration { return (after[i] - before[i]) / time.Duration(l.calls) }
	if l.asterisk = of(0); number == lineNumber {
		l.okno, l.postgres = of(1), of(2)
	}
	slices.Sort(l.keys)
	return l, nil
}

// spent is the processor time of Asterisk, Okno and Postgres until now.
func (s *switchboard) spent() (all [3]time.Duration, err error) {
	for i, pid := range []int{s.asterisk.PID(), s.okno.PID(), s.postgres.PID()} {
		if all[i], err = cpuOf(pid); err != nil {
			return all, err
		}
	}
	return all, nil
}

// mostCalls gives the most calls a second of which none is lost, in steps of ten. The callers are on the same two cores.
func (s *switchboard) mostCalls(ctx context.Context, number string, during time.Duration) (most int, err error) {
	for rate := usualRate; rate <= longestRate; rate += 10 {
		l, err := s.load(ctx, number, rate, during, s.call)
		if err != nil || l.lost > 0 {
			return most, err
		}
		most = rate
	}
	return most, nil
}

// memory holds calls in the menu, and gives what Okno holds for each, in bytes.
func (s *switchboard) memory(ctx context.Context) (float64, error) {
	before, err := heldMemory(s.okno.PID())
	if err != nil {
		return 0, err
	}
	for range heldCalls {
		c, err := dial(ctx, s.asterisk.SIP(), lineNumber, int(s.next.Add(1)))
		if err != nil {
			return 0, err
		}
		defer c.close()
		defer c.hangUp()
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return 0, err
		}
	}
	after, err := heldMemory(s.okno.PID())
	return max(float64(after-before)/heldCalls, 0), err
}

// middle is the load whose calls took the processor the middle time.
func middle(all []voiceLoad) voiceLoad {
	slices.SortFunc(all, func(a, b voiceLoad) int { return int(a.all() - b.all()) })
	return all[len(all)/2]
}

func reportVoice(own, plain voiceLoad, most map[string]int, memory float64) error {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "\tokno\tdialplan\tokno ÷ dialplan\t")
	fmt.Fprintf(out, "calls a second, none lost\t%d\t%d\t%.2f\t\n", most[lineNumber], most[plainNumber], float64(most[lineNumber])/float64(max(most[plainNumber], 1)))
	reportCalls(out, usualRate, own, plain)
	fmt.Fprintf(out, "memory of a call, KB\t%.0f\t\t\t\n", memory/1000)
	return out.Flush()
}

// reportCalls writes what calls at a rate have met, of Okno's and of the dialplan's.
func reportCalls(out io.Writer, rate int, own, plain voiceLoad) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	key := func(l voiceLoad, share int) time.Duration {
		if len(l.keys) == 0 {
			return 0
		}
		return l.keys[len(l.keys)*share/100]
	}
	fmt.Fprintf(out, "lost at %d a second\t%d of %d\t%d of %d\t\t\n", rate, own.lost, own.calls, plain.lost, plain.calls)
	fmt.Fprintf(out, "CPU ms a call: Asterisk's\t%.1f\t%.1f\t\t\n", ms(own.asterisk), ms(plain.asterisk))
	fmt.Fprintf(out, "Okno's\t%.1f\t\t\t\n", ms(own.okno))
	fmt.Fprintf(out, "Postgres's\t%.1f\t\t\t\n", ms(own.postgres))
	fmt.Fprintf(out, "all\t%.1f\t%.1f\t%.2f\t\n", ms(own.all()), ms(plain.all()), float64(own.all())/float64(max(plain.all(), 1)))
	for _, share := range []int{50, 99} {
		fmt.Fprintf(out, "key to first packet, p%d ms\t%.1f\t%.1f\t\t\n", share, ms(key(own, share)), ms(key(plain, share)))
	}
}

// wanted says whether a part of a benchmark is to be measured.
func wanted(f flags, part string) bool { return len(f.Only) == 0 || slices.Contains(f.Only, part) }
