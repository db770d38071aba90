package agentdesk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/attachment"
	"okno/internal/desk"
	"okno/internal/floor"
	"okno/internal/recording"
)

type recordingWork interface {
	// RecordingToHear gives a recording that is kept with its key, once may has nothing against it, and journals who hears it. own: the agent had a
	// part in its talk. recording.ErrUnknown, attachment.ErrErased.
	RecordingToHear(ctx context.Context, agent, id int64, may func(own bool) error) (recording.Recording, attachment.Key, error)
	// RecordingsOfCase lists the recordings of the talks that were about a case, the oldest first.
	RecordingsOfCase(ctx context.Context, agent, caseID int64) ([]desk.Recorded, error)
}

// recordPause has the recording of a talk be silent for a while, recordResume has it go on before.
func recordPause(f Floor, ctx context.Context, w floor.Work, agent acd.Agent, id int64) error {
	return f.PauseRecording(ctx, w, agent, id, true)
}

func recordResume(f Floor, ctx context.Context, w floor.Work, agent acd.Agent, id int64) error {
	return f.PauseRecording(ctx, w, agent, id, false)
}

// hear plays a talk to an agent who had a part in it, or to a supervisor, from any place of it on. The journal keeps each time.
func (d *Desk) hear(w http.ResponseWriter, r *http.Request) {
	found, open, err := d.talkToHear(r)
	sound := &seekable{size: found.Stored.Size, open: open}
	if err == nil {
		defer sound.Close()
		err = sound.reopen()
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(recording.Longest)) // not supported: the server's own stays
	header := w.Header()
	header.Set("Content-Type", found.Stored.Type)
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, sound)
	if sound.failed != nil && r.Context().Err() == nil {
		d.Log.Error().Err(sound.failed).Int64("recording", found.ID).Msg("send recording")
	}
}

// waveParts is how finely a waveform is drawn: a part of a talk of ten minutes is two seconds.
const waveParts = 300

// waveform gives how loud each side of a talk is over its length, to whoever may hear it. The journal has it as a hearing.
func (d *Desk) waveform(w http.ResponseWriter, r *http.Request) {
	found, open, err := d.talkToHear(r)
	var content io.ReadCloser
	if err == nil {
		content, err = open()
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	defer content.Close()
	sides, err := recording.Waveform(content, recording.LengthOfKept(found.Stored.Size), waveParts)
	if err != nil {
		d.fail(w, err)
		return
	}
	shown := object{}
	for i, side := range recording.Sides {
		shown[sideNames[side]] = sides[i]
	}
	d.answer(w, shown)
}

// sideNames are the sides of a talk as a page has them.
var sideNames = map[recording.Side]string{recording.Citizen: "citizen", recording.Others: "others"}

// talkToHear gives the recording that a request names, and what opens it, to whoever may hear it. The journal keeps that.
func (d *Desk) talkToHear(r *http.Request) (found recording.Recording, open func() (io.ReadCloser, error), err error) {
	_, token, err := d.agentOf(r)
	var id int64
	if err == nil {
		id, err = recordingID(r)
	}
	if err == nil && d.Attachments == nil {
		err = attachment.ErrNone
	}
	var key attachment.Key
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error {
			agent, err := work.AgentOfCommand(r.Context(), token)
			if err == nil {
				found, key, err = work.RecordingToHear(r.Context(), agent.ID, id, ofTalk(agent, access.HearRecording))
			}
			return err
		})
	}
	return found, func() (io.ReadCloser, error) { return d.Attachments.Read(r.Context(), key, found.Stored) }, err
}

// seekable reads a sealed content from any place on: it opens only from its beginning.
type seekable struct {
	open    func() (io.ReadCloser, error)
	size    int64
	content io.ReadCloser
	at      int64 // in content
	wanted  int64
	failed  error
}

func (s *seekable) reopen() (err error) {
	s.Close()
	s.content, err = s.open()
	return err
}

// Seek wants a place.
func (s *seekable) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.wanted
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, errors.New("a place before the beginning")
	}
	s.wanted = offset
	return offset, nil
}

// Read reads on from the place that is wanted.
func (s *seekable) Read(into []byte) (n int, err error) {
	defer func() {
		if err != nil && !errors.Is(err, io.EOF) {
			s.failed = err
		}
	}()
	if s.wanted >= s.size {
		return 0, io.EOF
	}
	if s.content == nil || s.at > s.wanted {
		if err := s.reopen(); err != nil {
			return 0, err
		}
	}
	skipped, err := io.CopyN(io.Discard, s.content, s.wanted-s.at)
	s.at += skipped
	if err != nil {
		return 0, err
	}
	n, err = s.content.Read(into)
	s.at += int64(n)
	s.wanted = s.at
	return n, err
}

// Close ends the reading.
func (s *seekable) Close() {
	if s.content != nil {
		_ = s.content.Close()
	}
	s.content, s.at = nil, 0
}

// recordingsJSON are talks as they were recorded, those that the agent may not hear too.
func recordingsJSON(agent acd.Agent, recordings []desk.Recorded) []object {
	found := make([]object, 0, len(recordings))
	for _, r := range recordings {
		found = append(found, recordingJSON(agent, r))
	}
	return found
}

func recordingJSON(agent acd.Agent, r desk.Recorded) object {
	length := 0
	if !r.Ended.IsZero() {
		length = int(r.Ended.Sub(r.Began).Seconds())
	}
	return object{"id": r.ID, "interaction": r.Interaction, "at": r.Began, "seconds": length, "state": r.State,
		"hear": r.State == recording.Kept && ofTalk(agent, access.HearRecording)(r.Own) == nil, "transcript": writtenJSON(agent, r)}
}

// ofTalk says whether an agent may do an act to a talk.
func ofTalk(agent acd.Agent, act access.Act) func(own bool) error {
	return func(own bool) error {
		tie := access.Untied
		if own {
			tie = access.Own
		}
		return access.May(floor.Subject(agent), act, tie)
	}
}

func recordingID(r *http.Request) (id int64, err error) {
	if id, err = strconv.ParseInt(r.PathValue("id"), 10, 64); err != nil {
		return 0, recording.ErrUnknown
	}
	return id, nil
}
