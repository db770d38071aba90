package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"okno/internal/recording"
)

// Talks beside the same Asterisk's own dialplan: two parties by Dial, three by ConfBridge, and recorded by MixMonitor with both sides on two channels of one
// file. That has the samples that Okno records, on the citizen's channel as Okno's.
const talkDialplan = `
[citizens](+)
exten => 2415,1,Dial(PJSIP/loopback/sip:plain@%[1]s)
exten => 2416,1,MixMonitor(%[2]s/${UNIQUEID}.raw,D)
 same => n,Dial(PJSIP/loopback/sip:plain@%[1]s)
exten => _2417XX,1,Answer()
 same => n,ConfBridge(${EXTEN:4},,bench)
exten => _2418XX,1,Answer()
 same => n,MixMonitor(%[2]s/${UNIQUEID}.raw,D)
 same => n,ConfBridge(${EXTEN:4},,bench)
`

const (
	talkModules = "load = app_confbridge.so\nload = app_mixmonitor.so\n"
	conferences = "[general]\n[bench]\ntype = user\nquiet = yes\n"

	talksAtOnce = 10
	talkLength  = 20 * time.Second // that is measured
	afterTalk   = 5 * time.Second  // in which what belongs to a talk is done: the recordings are taken in
	leastHeard  = 0.8              // a machine that is busy with something else loses packets: they are told, and not the end
	talkPhones  = "PJSIP/loopback/sip:agent@"
)

// setup is how people talk with each other.
type setup struct {
	name     string
	parties  int
	recorded bool
}

var setups = []setup{{"two parties", 2, false}, {"two, recorded", 2, true}, {"three parties", 3, false}, {"three, recorded", 3, true}}

// cost is the processor time of Asterisk, Okno and Postgres for a second of one talk.
type cost [3]time.Duration

func (c cost) all() time.Duration { return c[0] + c[1] + c[2] }

// talkCost is what a talk costs while it lasts, and what is left to do after it.
type talkCost struct {
	during cost
	after  cost    // the whole of it, for each second that was talked
	heard  float64 // the part of the packets that were sent to somebody and came
}

// measureTalks has talks of each kind, of Okno's and of the dialplan's in turns.
func (s *switchboard) measureTalks(ctx context.Context) (own, plain []talkCost, idle cost, err error) {
	const each = 2 * talksAtOnce // agents for a kind of talk
	if _, err := s.db.Exec(ctx, hireAgents, (len(setups)+1)*each); err != nil {
		return nil, nil, idle, err
	}
	if _, err := s.db.Exec(ctx, `UPDATE agents SET endpoint = $1`, talkPhones+s.phones.address()); err != nil {
		return nil, nil, idle, err
	}
	for n, how := range setups {
		mine, err := s.talkByOkno(ctx, how, n*each+1)
		if err != nil {
			return nil, nil, idle, fmt.Errorf("%s: %w", how.name, err)
		}
		beside, err := s.talkByDialplan(ctx, how)
		if err != nil {
			return nil, nil, idle, fmt.Errorf("%s, dialplan: %w", how.name, err)
		}
		own, plain = append(own, mine), append(plain, beside)
	}
	idle, err = s.idle(ctx, len(setups)*each+1)
	return own, plain, idle, err
}

// talkByOkno has citizens call who press their way to an agent's queue; agents accept from their pages, and in a talk of three bring a colleague in. first
// is the number of the first agent: each kind of talk has agents of its own, for those before may still wrap up.
func (s *switchboard) talkByOkno(ctx context.Context, how setup, first int) (c talkCost, err error) {
	desks, err := s.openDesks(ctx, first, (how.parties-1)*talksAtOnce)
	defer desks.close()
	if err != nil {
		return c, err
	}
	floor := agents{s, desks, first}
	rule := "off"
	if how.recorded {
		rule = "announced"
	}
	if _, err := s.db.Exec(ctx, `UPDATE queues SET recording = $1`, rule); err != nil {
		return c, err
	}
	if _, err := s.db.Exec(ctx, `UPDATE agents SET status = 'paused', version = version + 1 WHERE status = 'available'`); err != nil { // who has wrapped up
		return c, err
	}
	var kept int
	const countKept = `SELECT count(*)::int FROM recordings WHERE state = 'kept'`
	if err := s.db.QueryRow(ctx, countKept).Scan(&kept); err != nil {
		return c, err
	}
	if err := floor.comeToWork(ctx, 0); err != nil {
		return c, err
	}
	citizens, err := s.callAll(ctx, func(int) string { return lineNumber }, talksAtOnce, 2, 0)
	defer endAll(citizens)
	if err != nil {
		return c, err
	}
	if err := floor.accept(ctx, 0); err != nil {
		return c, err
	}
	if how.parties == 3 {
		if err := floor.confer(ctx); err != nil {
			return c, err
		}
	}
	if how.recorded {
		if err := s.await(ctx, func() (bool, error) { return s.spooled(2 * talksAtOnce) }); err != nil {
			return c, fmt.Errorf("recordings begin: %w", err)
		}
	}
	if c, err = s.measureTalk(ctx, citizens, talksAtOnce*how.parties); err != nil || !how.recorded {
		return c, err
	}
	return c, s.await(ctx, func() (bool, error) {
		var now, short int
		err := s.db.QueryRow(ctx, `SELECT count(*)::int, (count(*) FILTER (WHERE size < $1))::int FROM recordings WHERE state = 'kept'`,
			recording.SamplesIn(talkLength)*2).Scan(&now, &short)
		if err == nil && short > 0 {
			err = errors.New("a recording is too short")
		}
		return now == kept+talksAtOnce, err
	})
}

// idle is what is spent while nobody talks, with the pages of talks connected and agents at work.
func (s *switchboard) idle(ctx context.Context, first int) (c cost, err error) {
	desks, err := s.openDesks(ctx, first, talksAtOnce)
	defer desks.close()
	if err != nil {
		return c, err
	}
	if err := (agents{s, desks, first}).comeToWork(ctx, 0); err != nil {
		return c, err
	}
	if err := pause(ctx, settling); err != nil {
		return c, err
	}
	return s.spentWithin(ctx, talkLength)
}

func (s *switchboard) openDesks(ctx context.Context, first, desks int) (pages, error) {
	return connect(ctx, desks, abreast, func(ctx context.Context, i int) (*page, error) {
		return openPage(ctx, s.desk+"/desk/ws", fmt.Sprint("__Host-okno=bench-", first+i), `{"type":"hello","streams":{}}`, `"type":"snapshot"`)
	})
}

// talkByDialplan has the same of Asterisk alone.
func (s *switchboard) talkByDialplan(ctx context.Context, how setup) (c talkCost, err error) {
	number := map[setup]string{setups[0]: "2415", setups[1]: "2416"}
	calls, dials := talksAtOnce, func(int) string { return number[how] }
	if how.parties == 3 {
		calls, dials = 3*talksAtOnce, func(n int) string {
			if n < talksAtOnce && how.recorded {
				return fmt.Sprintf("2418%02d", n)
			}
			return fmt.Sprintf("2417%02d", n%talksAtOnce)
		}
	}
	people, err := s.callAll(ctx, dials, calls)
	defer endAll(people)
	if err != nil {
		return c, err
	}
	if c, err = s.measureTalk(ctx, people, talksAtOnce*how.parties); err != nil || !how.recorded {
		return c, err
	}
	files, err := filepath.Glob(filepath.Join(s.folder, "monitor", "*.raw"))
	if err != nil {
		return c, err
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Size() < 4*recording.SamplesIn(talkLength) {
			return c, errors.Join(fmt.Errorf("%s: a recording is too short", file), err)
		}
	}
	if len(files) != talksAtOnce {
		return c, fmt.Errorf("%d recordings, not %d", len(files), talksAtOnce)
	}
	for _, file := range files {
		err = errors.Join(err, os.Remove(file))
	}
	return c, err
}

// measureTalk measures talks that are under way, hangs up, and measures what follows. Everybody is to hear the others.
func (s *switchboard) measureTalk(ctx context.Context, people []*person, parties int) (c talkCost, err error) {
	if err := pause(ctx, 2*time.Second); err != nil { // what follows the beginning of a talk is not the talk
		return c, err
	}
	began, before := time.Now(), s.packets(people)
	if c.during, err = s.spentWithin(ctx, talkLength); err != nil {
		return c, err
	}
	after, took := s.packets(people), time.Since(began)
	if len(before) != parties || len(after) != parties {
		return c, fmt.Errorf("%d parties, then %d, not %d", len(before), len(after), parties)
	}
	sent := took.Seconds() * 50 // to each party
	for id, n := range after {
		share := float64(n-before[id]) / sent
		if share < leastHeard {
			return c, fmt.Errorf("somebody hears %.0f %% of the talk", 100*share)
		}
		c.heard += share / float64(parties)
	}
	hung := make(chan struct{})
	go func() { endAll(people); close(hung) }()
	c.after, err = s.spentWithin(ctx, afterTalk)
	for i := range c.after {
		c.after[i] /= time.Duration(talkLength / afterTalk)
	}
	<-hung
	return c, err
}

// packets gives how many have come at each party, by the Call-ID.
func (s *switchboard) packets(people []*person) map[string]int64 {
	all := s.phones.heard()
	for _, p := range people {
		all[p.id] = p.sound.heard.Load()
	}
	return all
}

// spentWithin is what a time costs, for each second of each talk.
func (s *switchboard) spentWithin(ctx context.Context, during time.Duration) (c cost, err error) {
	before, err := s.spent()
	if err != nil {
		return c, err
	}
	began := time.Now()
	if err := pause(ctx, during); err != nil {
		return c, err
	}
	after, err := s.spent()
	took := time.Since(began).Seconds()
	for i := range c {
		c[i] = time.Duration(float64(after[i]-before[i]) / took / talksAtOnce)
	}
	return c, err
}

// callAll has people call, ten a second.
func (s *switchboard) callAll(ctx context.Context, number func(n int) string, calls int, keys ...byte) (people []*person, err error) {
	people = make([]*person, calls)
	failed := make([]error, calls)
	var all sync.WaitGroup
	for n := range calls {
		all.Go(func() {
			people[n], failed[n] = callAs(ctx, s.asterisk.SIP(), number(n), int(s.next.Add(1)), s.says, keys...)
		})
		if err = pause(ctx, 100*time.Millisecond); err != nil {
			break
		}
	}
	all.Wait()
	return slices.DeleteFunc(people, func(p *person) bool { return p == nil }), errors.Join(append(failed, err)...)
}

func endAll(people []*person) {
	var all sync.WaitGroup
	for _, p := range people {
		all.Go(p.end)
	}
	all.Wait()
}

// spooled says whether so many files are being recorded by Okno and have sound in them.
func (s *switchboard) spooled(files int) (bool, error) {
	found, err := filepath.Glob(filepath.Join(s.asterisk.Config.Run, "spool", "recording", recording.Prefix+"*"))
	for _, file := range found {
		if info, err := os.Stat(file); err != nil || info.Size() < 1000 {
			return false, nil
		}
	}
	return len(found) >= files, err
}

// await waits until something is so.
func (s *switchboard) await(ctx context.Context, is func() (bool, error)) error {
	return within(ctx, 30*time.Second, func(ctx context.Context) error {
		for {
			if now, err := is(); now || err != nil {
				return err
			}
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				return err
			}
		}
	})
}

// agents are at their pages: talksAtOnce who serve callers, and behind them as many whom they ask.
type agents struct {
	*switchboard
	desks pages
	first int // the number of the first agent
}

func (a agents) logins(from int) (logins []string) {
	for n := range talksAtOnce {
		logins = append(logins, fmt.Sprint("bench-", a.first+from+n))
	}
	return logins
}

// comeToWork makes agents available, from one on.
func (a agents) comeToWork(ctx context.Context, from int) error {
	_, err := a.db.Exec(ctx, `UPDATE agents SET status = 'available', status_at = now(), idle_since = now(), version = version + 1 WHERE login = ANY($1)`, a.logins(from))
	return err
}

// accept has agents accept what they are offered, until all of them talk.
func (a agents) accept(ctx context.Context, from int) error {
	const states = `SELECT a.login, c.id, c.state FROM contacts c JOIN agents a ON a.id = c.agent_id WHERE a.login = ANY($1) AND c.state IN ('offered', 'connected')`
	logins, accepted := a.logins(from), map[int64]bool{}
	err := a.await(ctx, func() (bool, error) {
		rows, err := a.db.Query(ctx, states, logins)
		if err != nil {
			return false, err
		}
		defer rows.Close()
		talks := 0
		for rows.Next() {
			var login, state string
			var id int64
			if err := rows.Scan(&login, &id, &state); err != nil {
				return false, err
			}
			switch {
			case state == "connected":
				talks++
			case !accepted[id]:
				accepted[id] = true
				if err := a.command(from+slices.Index(logins, login), "accept", fmt.Sprintf(`{"contact":%d}`, id)); err != nil {
					return false, err
				}
			}
		}
		return talks == talksAtOnce, rows.Err()
	})
	if err != nil {
		return fmt.Errorf("%d offers accepted: %w", len(accepted), err)
	}
	return nil
}

// confer brings a colleague into each talk.
func (a agents) confer(ctx context.Context) error {
	if err := a.comeToWork(ctx, talksAtOnce); err != nil {
		return err
	}
	contacts := make([]int64, talksAtOnce)
	for n, login := range a.logins(0) {
		var colleague int64
		err := a.db.QueryRow(ctx, `SELECT c.id, (SELECT id FROM agents WHERE login = $2) FROM contacts c JOIN agents a ON a.id = c.agent_id WHERE a.login = $1 AND c.state = 'connected'`,
			login, a.logins(talksAtOnce)[n]).Scan(&contacts[n], &colleague)
		if err != nil {
			return err
		}
		if err := a.command(n, "consult", fmt.Sprintf(`{"contact":%d,"agent":%d}`, contacts[n], colleague)); err != nil {
			return err
		}
	}
	if err := a.accept(ctx, talksAtOnce); err != nil {
		return fmt.Errorf("colleagues: %w", err)
	}
	for n, id := range contacts {
		if err := a.command(n, "conference", fmt.Sprintf(`{"contact":%d}`, id)); err != nil {
			return err
		}
	}
	return a.await(ctx, func() (bool, error) {
		var alone int
		err := a.db.QueryRow(ctx, `SELECT count(*)::int FROM legs WHERE held`).Scan(&alone)
		return alone == 0, err
	})
}

// command has an agent's page send a command.
func (a agents) command(desk int, name, args string) error {
	return a.desks[desk].say(fmt.Sprintf(`{"type":"command","id":"talk-%d-%d","name":%q,"args":%s}`, a.first+desk, a.next.Add(1), name, args))
}

// speechOf gives a clip (WAV, 16 bits, 8 kHz) as packets of PCMU.
func speechOf(wav []byte) (packets [][]byte, err error) {
	at := bytes.Index(wav, []byte("data"))
	if at < 0 {
		return nil, errors.New("no sound")
	}
	for samples := wav[at+8:]; len(samples) >= 2*samplesAPacket; samples = samples[2*samplesAPacket:] {
		packet := make([]byte, samplesAPacket)
		for i := range packet {
			packet[i] = recording.MuLaw(int16(binary.LittleEndian.Uint16(samples[2*i:])))
		}
		packets = append(packets, packet)
	}
	return packets, nil
}

func reportTalks(own, plain []talkCost, idle cost) error {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
	fmt.Fprintln(out, "CPU ms a second of talk\tAsterisk's\tOkno's\tPostgres's\tall\tdialplan\tokno ÷ dialplan\tpackets heard, %\t")
	row := func(name string, c cost, beside time.Duration, heard string) {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%.2f\t%s\t\n", name, ms(c[0]), ms(c[1]), ms(c[2]), ms(c.all()), ms(beside), float64(c.all())/float64(max(beside, 1)), heard)
	}
	fmt.Fprintf(out, "nobody talks\t%s\t%s\t%s\t%s\t\t\t\t\n", ms(idle[0]), ms(idle[1]), ms(idle[2]), ms(idle.all()))
	for i, how := range setups {
		row(how.name, own[i].during, plain[i].during[0], fmt.Sprintf("%.1f / %.1f", 100*own[i].heard, 100*plain[i].heard))
		if !how.recorded {
			continue
		}
		kept := own[i].during
		for part := range kept { // beyond what the end of a talk costs that is not recorded
			kept[part] += own[i].after[part] - own[i-1].after[part]
		}
		row("and kept, sealed", kept, plain[i].during[0], "")
	}
	return out.Flush()
}
