package contacts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/calendar"
	"okno/internal/contact"
	"okno/internal/fault"
	"okno/internal/news"
	"okno/internal/postgres/audit"
)

// settingsOfQueues is what [settingsRow] is read from.
const settingsOfQueues = `
SELECT q.name, q.title, coalesce(q.calendar, ''), coalesce(q.at_closing, ''), q.ring_seconds, q.wrap_up_seconds, q.give_up_seconds, q.pause_seconds,
       q.announce_seconds, q.most_waiting, q.most_of_number, q.call_back_lost, q.call_from, q.call_until, q.priority, q.ageing,
       coalesce(q.overflow, ''), q.overflow_seconds, coalesce(q.strategy, ''), q.line, q.skills, coalesce(nullif(q.recording, 'off'), ''), q.recording_days, q.survey,
       coalesce(q.disposition, ''), q.auto_accept, q.target_seconds, q.target_percent, q.address_seconds, q.transcripts, v.definition, now()
FROM queues q LEFT JOIN calendars c ON c.name = q.calendar LEFT JOIN calendar_versions v ON (v.name, v.version) = (c.name, c.version)`

const settingsOfQueue = settingsOfQueues + ` WHERE q.name = $1`

// settingsRow is a queue as it is kept.
type settingsRow struct {
	name, calendar, atClosing             string
	title, definition                     []byte
	ring, wrapUp, giveUp, pause, announce *int // seconds
	mostWaiting, mostOfNumber             *int
	callBackLost                          *bool
	callFrom, callUntil                   *int // minutes of the day
	priority, ageing                      *int
	overflow                              string
	overflowAfter                         *int // seconds
	strategy                              string
	line                                  []string
	skills                                map[string]acd.Skill
	recording                             string
	recordedFor                           int // days
	survey, autoAccept, transcripts       bool
	disposition                           string
	target, targetShare                   *int // seconds, per cent
	address                               *int // seconds
	now                                   time.Time
}

func (r *settingsRow) columns() []any {
	return []any{&r.name, &r.title, &r.calendar, &r.atClosing, &r.ring, &r.wrapUp, &r.giveUp, &r.pause, &r.announce, &r.mostWaiting, &r.mostOfNumber,
		&r.callBackLost, &r.callFrom, &r.callUntil, &r.priority, &r.ageing, &r.overflow, &r.overflowAfter, &r.strategy,
		&r.line, &r.skills, &r.recording, &r.recordedFor, &r.survey, &r.disposition, &r.autoAccept, &r.target, &r.targetShare, &r.address, &r.transcripts, &r.definition, &r.now}
}

func (r *settingsRow) settings() (s acd.Settings, err error) {
	s = acd.Settings{Calendar: r.calendar, AtClosing: acd.AtClosing(r.atClosing), Ring: inSeconds(r.ring), WrapUp: inSeconds(r.wrapUp),
		GiveUp: inSeconds(r.giveUp), Pause: inSeconds(r.pause), Address: inSeconds(r.address), Announce: inSeconds(r.announce), MostWaiting: r.mostWaiting,
		MostOfNumber: r.mostOfNumber, CallBackLost: r.callBackLost, Priority: r.priority, Ageing: r.ageing,
		Strategy: acd.Strategy(r.strategy), Line: r.line, Skills: r.skills, Recording: r.recording, Transcripts: r.transcripts, Survey: r.survey,
		Disposition: acd.Disposition(r.disposition), AutoAccept: r.autoAccept, Target: inSeconds(r.target), TargetShare: r.targetShare}
	if r.recordedFor != acd.RecordedDays {
		days := r.recordedFor // the row is read again
		s.RecordedFor = &days
	}
	if r.overflow != "" {
		s.Overflow = &acd.Overflow{To: r.overflow, After: inSeconds(r.overflowAfter)}
	}
	if r.callFrom != nil || r.callUntil != nil {
		s.Calls = r.calls().String()
	}
	return s, json.Unmarshal(r.title, &s.Title)
}

// calls are a queue's own hours of calls, or the house's.
func (r *settingsRow) calls() acd.CallHours {
	calls := acd.DefaultRules.Calls
	if r.callFrom != nil {
		calls.From = time.Duration(*r.callFrom) * time.Minute
	}
	if r.callUntil != nil {
		calls.Until = time.Duration(*r.callUntil) * time.Minute
	}
	return calls
}

// inSeconds gives a number of seconds as a length; nil for nil.
func inSeconds(n *int) *time.Duration {
	if n == nil {
		return nil
	}
	d := time.Duration(*n) * time.Second
	return &d
}

// rules are a queue's own, or the house's.
func (r *settingsRow) rules() (acd.Rules, error) {
	own, err := r.settings()
	if err != nil {
		return acd.Rules{}, err
	}
	rules := own.Rules()
	rules.Calls = r.calls()
	if r.definition == nil {
		return rules, nil
	}
	var e calendar.Entry
	if err := json.Unmarshal(r.definition, &e); err != nil {
		return acd.Rules{}, err
	}
	hours, err := e.Calendar(r.calendar)
	rules.Hours = &hours
	return rules, err
}

func (w Steps) rules(ctx context.Context, queue string) (rules acd.Rules, now time.Time, err error) {
	var row settingsRow
	if err = w.tx.QueryRow(ctx, settingsOfQueue, queue).Scan(row.columns()...); err == nil {
		rules, err = row.rules()
	}
	if err != nil {
		return rules, row.now, fmt.Errorf("read rules of queue %s: %w", queue, err)
	}
	return rules, row.now, nil
}

// Rules gives the rules of a queue.
func (w Steps) Rules(ctx context.Context, queue string) (acd.Rules, error) {
	rules, _, err := w.rules(ctx, queue)
	return rules, err
}

// Opens gives when a queue opens whose hours are over.
func (w Steps) Opens(ctx context.Context, queue string) (contact.Opening, error) {
	rules, now, err := w.rules(ctx, queue)
	if err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		return contact.Opening{}, err
	}
	return contact.Opening{Now: now, At: opensLater(rules, now)}, nil
}

// opensLater gives when a queue opens whose hours are over; zero: it is open, or nobody knows.
func opensLater(rules acd.Rules, now time.Time) time.Time {
	if opens, ok := rules.Opens(now); ok && !opens.Equal(now) {
		return opens
	}
	return time.Time{}
}

const lockQueues = `LOCK queues IN SHARE ROW EXCLUSIVE MODE`

const unknownCalendars = `SELECT c FROM unnest($1::text[]) c WHERE NOT EXISTS (SELECT FROM calendars WHERE name = c) ORDER BY c LIMIT 1`

const keepQueue = `
INSERT INTO queues (name, title, calendar, at_closing, ring_seconds, wrap_up_seconds, give_up_seconds, pause_seconds, announce_seconds, most_waiting,
    most_of_number, call_back_lost, call_from, call_until, priority, ageing, overflow, overflow_seconds, strategy, line, skills,
    recording, recording_days, survey, disposition, auto_accept, target_seconds, target_percent, address_seconds, transcripts)
VALUES ($1, $2, nullif($3, ''), nullif($4, ''), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, nullif($17, ''), $18, nullif($19, ''), $20, $21,
    coalesce(nullif($22, ''), 'off'), $23, $24, nullif($25, ''), $26, $27, $28, $29, $30)
ON CONFLICT (name) DO UPDATE SET title = $2, calendar = nullif($3, ''), at_closing = nullif($4, ''), ring_seconds = $5, wrap_up_seconds = $6,
    give_up_seconds = $7, pause_seconds = $8, announce_seconds = $9, most_waiting = $10, most_of_number = $11, call_back_lost = $12, call_from = $13,
    call_until = $14, priority = $15, ageing = $16, overflow = nullif($17, ''), overflow_seconds = $18, strategy = nullif($19, ''), line = $20,
    skills = $21, recording = coalesce(nullif($22, ''), 'off'), recording_days = $23, survey = $24,
    disposition = nullif($25, ''), auto_accept = $26, target_seconds = $27, target_percent = $28,
    address_seconds = $29, transcripts = $30`

// KeepQueues adds or renews a file's queues, all or none, and gives the names of those that changed. What the file does not name stays. The file
// was checked. A calendar, an agent, or a queue to overflow to that there is not is an error of kind
// invalid.
func (w Steps) KeepQueues(ctx context.Context, f acd.File, by, why string) (changed []string, err error) {
	changes, err := w.keepQueues(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("keep queues: %w", err)
	}
	if len(changes) == 0 {
		return nil, nil
	}
	w.tx.Hint(news.Contacts)
	changed = slices.Sorted(maps.Keys(changes))
	return changed, audit.Record(ctx, w.tx, by, "queue.change", "queue", map[string]any{"queues": changed, "changes": changes, "why": why})
}

// settings gives the settings of all queues.
func (w Steps) settings(ctx context.Context) (map[string]acd.Settings, error) {
	rows, err := w.tx.Query(ctx, settingsOfQueues)
	if err != nil {
		return nil, err
	}
	return scanSettings(rows)
}

// changes are what was and what is, by queue and field.
type changes map[string]map[string][2]any

func (w Steps) keepQueues(ctx context.Context, f acd.File) (changes, error) {
	if _, err := w.tx.Exec(ctx, lockQueues); err != nil {
		return nil, err
	}
	var calendars []string
	for _, s := range f.Queues {
		if s.Calendar != "" {
			calendars = append(calendars, s.Calendar)
		}
	}
	var unknown string
	for _, s := range f.Queues {
		if err := w.checkLogins(ctx, s.Line); err != nil {
			return nil, err
		}
	}
	err := w.tx.QueryRow(ctx, unknownCalendars, calendars).Scan(&unknown)
	if err == nil {
		return nil, &fault.Error{Kind: fault.Invalid, Field: "calendar", Text: fmt.Sprintf("there is no calendar %q", unknown)}
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}
	kept, err := w.settings(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range f.Queues {
		if s.Overflow == nil {
			continue
		}
		_, listed := f.Queues[s.Overflow.To]
		if _, known := kept[s.Overflow.To]; !known && !listed {
			return nil, &fault.Error{Kind: fault.Invalid, Field: "overflow.to", Text: fmt.Sprintf("there is no queue %q", s.Overflow.To)}
		}
	}
	writes, changed := &pgx.Batch{}, changes{}
	for _, name := range slices.Sorted(maps.Keys(f.Queues)) {
		own := f.Queues[name]
		if before, ok := kept[name]; ok && reflect.DeepEqual(before, own) {
			continue
		}
		changed[name] = own.Form().Changes(kept[name].Form())
		var from, until *int
		if own.Calls != "" {
			calls := own.Rules().Calls
			from, until = in(&calls.From, time.Minute), in(&calls.Until, time.Minute)
		}
		days := acd.RecordedDays
		if own.RecordedFor != nil {
			days = *own.RecordedFor
		}
		overflow := acd.Overflow{}
		if own.Overflow != nil {
			overflow = *own.Overflow
		}
		writes.Queue(keepQueue, name, own.Title, own.Calendar, own.AtClosing, in(own.Ring, time.Second), in(own.WrapUp, time.Second),
			in(own.GiveUp, time.Second), in(own.Pause, time.Second), in(own.Announce, time.Second), own.MostWaiting, own.MostOfNumber,
			own.CallBackLost, from, until, own.Priority, own.Ageing, overflow.To, in(overflow.After, time.Second),
			own.Strategy, own.Line, own.Skills, own.Recording, days, own.Survey, own.Disposition, own.AutoAccept, in(own.Target, time.Second), own.TargetShare,
			in(own.Address, time.Second), own.Transcripts)
	}
	return changed, w.tx.SendBatch(ctx, writes).Close()
}

const unknownLogins = `SELECT l FROM unnest($1::text[]) l WHERE NOT EXISTS (SELECT FROM agents WHERE login = l) ORDER BY l LIMIT 1`

// checkLogins gives an error of kind invalid for a login that is nobody's.
func (w Steps) checkLogins(ctx context.Context, logins []string) error {
	var unknown string
	err := w.tx.QueryRow(ctx, unknownLogins, logins).Scan(&unknown)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = &fault.Error{Kind: fault.Invalid, Field: "line", Text: fmt.Sprintf("there is no agent %q", unknown)}
	}
	return err
}

// in gives a length in whole units; nil for nil.
func in(d *time.Duration, unit time.Duration) *int {
	if d == nil {
		return nil
	}
	n := int(*d / unit)
	return &n
}

func scanSettings(rows pgx.Rows) (map[string]acd.Settings, error) {
	found := map[string]acd.Settings{}
	var row settingsRow
	_, err := pgx.ForEachRow(rows, row.columns(), func() (err error) {
		found[row.name], err = row.settings()
		return err
	})
	return found, err
}

// QueueFile gives all queues as a file.
func (s *Store) QueueFile(ctx context.Context) (f acd.File, err error) {
	rows, err := s.db.Query(ctx, settingsOfQueues)
	if err == nil {
		f.Queues, err = scanSettings(rows)
	}
	if err == nil {
		f.Pauses, err = s.pauseLimits(ctx)
	}
	if err != nil {
		return f, fmt.Errorf("read queues: %w", err)
	}
	return f, nil
}

// HoursUnknown gives a queue whose calendar lacks the year, with that year; "": there is none. Such a queue is open as in a year without holidays.
func (s *Store) HoursUnknown(ctx context.Context) (queue string, year int, err error) {
	rows, err := s.db.Query(ctx, settingsOfQueues+` WHERE q.calendar IS NOT NULL ORDER BY q.name`)
	if err != nil {
		return "", 0, fmt.Errorf("read hours of queues: %w", err)
	}
	var row settingsRow
	_, err = pgx.ForEachRow(rows, row.columns(), func() error {
		rules, err := row.rules()
		if err != nil || queue != "" {
			return err
		}
		this := row.now.In(rules.Hours.Zone).Year()
		if _, ok := rules.Hours.Years[this]; !ok {
			queue, year = row.name, this
		}
		return nil
	})
	return queue, year, err
}
