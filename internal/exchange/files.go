package exchange

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/fault"
)

// MostFileMessages is how many deliveries one file has at most; so many wait for no others.
const MostFileMessages = 500

// ResendAfter is how long an acknowledgement is awaited before a delivery is put in a new file.
const ResendAfter = 24 * time.Hour

// OutFile is a file for an agency.
type OutFile struct {
	Sequence   int64 // from 1, without gaps
	Deliveries []Delivery
}

// Name is what the file is called.
func (f OutFile) Name() string { return fmt.Sprintf("okno-%09d.csv", f.Sequence) }

// FileStore keeps what is exchanged by files.
type FileStore interface {
	// FileEndpoints gives the endpoints of agencies with files that are not paused.
	FileEndpoints(ctx context.Context) ([]Endpoint, error)
	// NextFile gives the file of an agency that was not written yet, or begins the next one when a delivery has waited long enough, or enough
	// wait. It gives up what was tried for longer than [Patience]. [ErrNoFile].
	NextFile(ctx context.Context, agency string, every time.Duration, now time.Time) (OutFile, error)
	// NoteWritten says that a file lies in the agency's folder.
	NoteWritten(ctx context.Context, agency string, sequence int64, now time.Time) error
	// NoteUnreached says that an agency's folder was not reached: whatever waits shows it.
	NoteUnreached(ctx context.Context, agency string, now time.Time) error
	// Acknowledge keeps what an agency says of messages, all of it or nothing. An id of none of its messages is an error of kind invalid.
	Acknowledge(ctx context.Context, agency string, all []Acknowledged, now time.Time) error
}

// ErrNoFile says that nothing is to be written.
var ErrNoFile error = &fault.Error{Kind: fault.NotFound, Text: "there is no file to be written"}

// Files exchanges files with the agencies that have no service. Whatever a round was doing when its process ended, the next does again, with
// the same effect: messages keep their ids, and events their keys. Several nodes may run it at once; a lease keeps them from doing so in vain.
type Files struct {
	store FileStore
	inbox *Inbox
	open  OpenFolder
	clock func() time.Time
	log   zerolog.Logger
}

// FilesLease is the lease under which a node exchanges files.
const FilesLease = "exchange:files"

// OpenFolder opens the folder of an agency. It ends with ctx.
type OpenFolder func(ctx context.Context, e Endpoint) (Folder, error)

// NewFiles takes its parts.
func NewFiles(store FileStore, inbox *Inbox, open OpenFolder, clock func() time.Time, log zerolog.Logger) *Files {
	return &Files{store: store, inbox: inbox, open: open, clock: clock, log: log}
}

// The times of the rounds: how often it is looked which agencies there are, and how long a round may take.
const (
	lookForAgencies = 5 * time.Second
	roundWithin     = 5 * time.Minute
)

// pace is how often the folder of an agency is looked at: several times while a delivery waits for others.
func pace(e Endpoint) time.Duration { return min(max(e.Every/4, time.Second), 15*time.Second) }

// Run exchanges files until ctx ends; it gives no error. Each agency has a goroutine of its own: a slow one holds up no other.
func (f *Files) Run(ctx context.Context) error {
	var agencies sync.WaitGroup
	defer agencies.Wait()
	running := map[serving]context.CancelFunc{}
	tick := time.NewTicker(lookForAgencies)
	defer tick.Stop()
	for {
		endpoints, err := f.store.FileEndpoints(ctx)
		if err == nil {
			wanted := map[serving]bool{}
			for _, e := range endpoints {
				key := serving{e.Agency, e.URL, e.Key, e.KnownHosts, e.Every}
				if wanted[key] = true; running[key] == nil {
					its, stop := context.WithCancel(ctx)
					running[key] = stop
					agencies.Go(func() { f.serve(its, e) })
				}
			}
			for key, stop := range running {
				if !wanted[key] { // changed, paused or gone
					stop()
					delete(running, key)
				}
			}
		} else if ctx.Err() == nil {
			f.log.Warn().Err(err).Msg("agencies with files not read")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			for _, stop := range running {
				stop()
			}
			return nil
		}
	}
}

// serving is what an agency's exchange depends on: another needs another goroutine.
type serving struct {
	agency, url, key, hosts string
	every                   time.Duration
}

// serve looks at one agency's folder until ctx ends.
func (f *Files) serve(ctx context.Context, e Endpoint) {
	tick := time.NewTicker(pace(e))
	defer tick.Stop()
	seen := Seen{}
	for {
		if err := f.Round(ctx, e, seen); err != nil && ctx.Err() == nil {
			f.log.Warn().Err(err).Str("agency", e.Agency).Msg("round of files failed")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Seen is how the files of an agency were when they were last looked at. One that has changed since is still being written.
type Seen map[string]stamp

type stamp struct {
	size     int64
	modified time.Time
}

// Round exchanges what there is with one agency: its acknowledgements, its events, and what it is to be told.
func (f *Files) Round(ctx context.Context, e Endpoint, seen Seen) error {
	ctx, cancel := context.WithTimeout(ctx, roundWithin)
	defer cancel()
	folder, err := f.open(ctx, e)
	if err != nil {
		err = ofFolder(err)
	} else {
		defer folder.Close()
		r := round{f, e.Agency, folder}
		err = errors.Join(r.each(ctx, dirOutAck, seen, r.acknowledged), r.each(ctx, dirIn, seen, r.reported), r.write(ctx, e.Every))
	}
	if problem := new(folderError); errors.As(err, &problem) {
		noted := f.store.NoteUnreached(ctx, e.Agency, f.clock())
		err = errors.Join(err, noted)
	}
	return err
}

// folderError is one of the folder, rather than of the store.
type folderError struct{ err error }

func (e *folderError) Error() string { return "folder: " + e.err.Error() }

// Unwrap gives what is wrong.
func (e *folderError) Unwrap() error { return e.err }

func ofFolder(err error) error {
	if err == nil {
		return nil
	}
	return &folderError{err}
}

// round is one exchange with one agency.
type round struct {
	*Files
	agency string
	folder Folder
}

// each has the files of a directory dealt with that are whole.
func (r round) each(ctx context.Context, dir string, seen Seen, deal func(ctx context.Context, name string, content []byte, problem error) error) error {
	files, err := r.folder.List(ctx, dir)
	if err != nil {
		return ofFolder(err)
	}
	there := map[string]bool{}
	for _, file := range files {
		name := path.Join(dir, file.Name())
		there[name] = true
		now := stamp{file.Size(), file.ModTime()}
		before, known := seen[name]
		seen[name] = now
		if !strings.HasSuffix(strings.ToLower(name), ".csv") || strings.HasPrefix(file.Name(), ".") || !known || before != now {
			continue // of another kind, or still being written
		}
		content, err := r.folder.Read(ctx, name, MostFileBytes)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // another node has dealt with it
		case err != nil && !errors.Is(err, ErrTooLarge):
			return ofFolder(err)
		}
		if err := deal(ctx, file.Name(), content, err); err != nil {
			return err
		}
	}
	for name := range seen {
		if path.Dir(name) == dir && !there[name] {
			delete(seen, name)
		}
	}
	return nil
}

// reported takes a file of events, answers it, and puts it away: in that order, so that a file that lies there still was not answered for sure.
func (r round) reported(ctx context.Context, name string, content []byte, problem error) error {
	var answer []byte
	events, lines, err := []Event(nil), []int(nil), problem
	if err == nil {
		events, lines, err = readEvents(content, r.clock())
	}
	if err == nil {
		var receipts []Receipt
		if receipts, err = r.inbox.TakeFile(ctx, r.agency, events, lines); err == nil {
			answer, err = receiptsCSV(receipts, lines)
		} else if !refuses(err) {
			return err // the database is away: later
		}
	}
	to := dirDone
	if err != nil {
		if answer, problem = problemsCSV(err); problem != nil {
			return problem
		}
		to = dirRefused
		r.log.Warn().Str("agency", r.agency).Str("file", name).Msg("file of events refused")
	}
	if err := r.folder.Write(ctx, path.Join(dirInAck, name), answer); err != nil {
		return ofFolder(err)
	}
	return r.putAway(ctx, dirIn, name, to)
}

// refuses says whether an error is one of the file, and no wait makes it good.
func refuses(err error) bool {
	invalid := new(fault.Error)
	return errors.As(err, &invalid) && invalid.Kind == fault.Invalid
}

// acknowledged keeps what an agency says of messages.
func (r round) acknowledged(ctx context.Context, name string, content []byte, problem error) error {
	all, err := []Acknowledged(nil), problem
	if err == nil {
		all, err = readAcknowledged(content)
	}
	if err == nil {
		if err = r.store.Acknowledge(ctx, r.agency, all, r.clock()); err == nil {
			return r.putAway(ctx, dirOutAck, name, dirDone)
		} else if !refuses(err) {
			return err
		}
	}
	answer, problem := problemsCSV(err)
	if problem != nil {
		return problem
	}
	r.log.Warn().Str("agency", r.agency).Str("file", name).Msg("file of acknowledgements refused")
	if err := r.folder.Write(ctx, path.Join(dirRefused, stem(name)+".problems.csv"), answer); err != nil {
		return ofFolder(err)
	}
	return r.putAway(ctx, dirOutAck, name, dirRefused)
}

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// putAway moves a file that was dealt with. Where another of its name lies there, the file gets a number as well.
func (r round) putAway(ctx context.Context, from, name, to string) error {
	target := name
	for n := 2; ; n++ {
		err := r.folder.Move(ctx, path.Join(from, name), path.Join(to, target))
		switch {
		case errors.Is(err, fs.ErrExist) && n < 10_000:
			target = fmt.Sprintf("%s~%d%s", stem(name), n, path.Ext(name))
		case errors.Is(err, fs.ErrNotExist):
			return nil // another node has put it away
		default:
			return ofFolder(err)
		}
	}
}

// write writes the files that are due.
func (r round) write(ctx context.Context, every time.Duration) error {
	for {
		file, err := r.store.NextFile(ctx, r.agency, every, r.clock())
		if errors.Is(err, ErrNoFile) {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := outCSV(file.Deliveries)
		if err != nil {
			return err
		}
		if err := r.folder.Write(ctx, path.Join(dirOut, file.Name()), content); err != nil {
			return ofFolder(err)
		}
		if err := r.store.NoteWritten(ctx, r.agency, file.Sequence, r.clock()); err != nil {
			return err
		}
	}
}
