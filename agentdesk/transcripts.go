package agentdesk

import (
	"context"
	"net/http"
	"strconv"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/desk"
	"okno/internal/edge"
	"okno/internal/recording"
	"okno/internal/transcript"
)

type transcriptWork interface {
	// TranscriptToRead gives the transcript of a recording, once may has nothing against it, and journals who reads it. own: the agent had a part in the
	// talk. transcript.ErrUnknown.
	TranscriptToRead(ctx context.Context, agent, recording int64, may func(own bool) error) (transcript.Transcript, error)
	// CorrectTranscript keeps a line as somebody corrects it, once may has nothing against it. transcript.ErrUnknown, transcript.ErrLine,
	// transcript.ErrChanged.
	CorrectTranscript(ctx context.Context, recording int64, c transcript.Correction, may func(own bool) error) error
	// RetryTranscript has a talk whose transcript has failed written down again, once may has nothing against it. One that waits already is left
	// alone. transcript.ErrUnknown, transcript.ErrReady.
	RetryTranscript(ctx context.Context, agent, recording int64, may func(own bool) error) error
}

// mostCorrected is the longest request to correct a line, in bytes.
const mostCorrected = 32 << 10

// readTranscript gives what was said in a talk, to whoever may hear it. The journal keeps each time.
func (d *Desk) readTranscript(w http.ResponseWriter, r *http.Request) {
	_, token, err := d.agentOf(r)
	id, unread := recordingID(r)
	if err == nil {
		err = unread
	}
	var shown object
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error {
			agent, err := work.AgentOfCommand(r.Context(), token)
			if err != nil {
				return err
			}
			t, err := work.TranscriptToRead(r.Context(), agent.ID, id, ofTalk(agent, access.ReadTranscript))
			shown = transcriptJSON(t)
			return err
		})
	}
	d.answerWith(w, shown, err)
}

// correctTranscript keeps a line as the agent corrects it.
func (d *Desk) correctTranscript(w http.ResponseWriter, r *http.Request) {
	_, token, err := d.agentOf(r)
	id, unread := recordingID(r)
	line, strange := strconv.Atoi(r.PathValue("line"))
	var body struct {
		Text string `json:"text"`
		Seen int    `json:"seen"` // corrections of the line
	}
	switch {
	case err != nil:
	case unread != nil:
		err = unread
	case strange != nil:
		err = transcript.ErrLine
	default:
		err = bodyError(edge.ReadJSON(w, r, mostCorrected, false, &body))
	}
	c := transcript.Correction{Line: line, Number: body.Seen + 1, Text: body.Text}
	if err == nil {
		err = c.Check()
	}
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error {
			agent, err := work.AgentOfCommand(r.Context(), token)
			if err != nil {
				return err
			}
			c.By = agent.ID
			return work.CorrectTranscript(r.Context(), id, c, ofTalk(agent, access.CorrectTranscript))
		})
	}
	d.done(w, err)
}

// retryTranscript has a talk whose transcript has failed written down again. Asked twice, it is done once.
func (d *Desk) retryTranscript(w http.ResponseWriter, r *http.Request) {
	_, token, err := d.agentOf(r)
	id, unread := recordingID(r)
	if err == nil {
		err = unread
	}
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error {
			agent, err := work.AgentOfCommand(r.Context(), token)
			if err != nil {
				return err
			}
			return work.RetryTranscript(r.Context(), agent.ID, id, ofTalk(agent, access.CorrectTranscript))
		})
	}
	d.done(w, err)
}

// transcriptJSON gives the lines of a transcript. A corrected line has the words of the engine and the correction.
func transcriptJSON(t transcript.Transcript) object {
	lines := make([]object, 0, len(t.Lines))
	for n, l := range t.Lines {
		words := make([]object, 0, len(l.Words))
		for _, w := range l.Words {
			words = append(words, object{"text": w.Text, "sure": w.Confidence >= transcript.Sure})
		}
		speaker := "citizen"
		if l.Side != recording.Citizen {
			speaker = "agent"
		}
		shown := object{"line": n, "speaker": speaker, "begin": l.Begin(), "end": l.End(), "least": l.Least(), "words": words, "corrected": nil}
		if c, corrected := t.Latest(n); corrected {
			shown["corrected"] = object{"text": c.Text, "at": c.At, "name": c.Name, "times": c.Number}
		}
		lines = append(lines, shown)
	}
	return object{"recording": t.Recording, "language": t.Language, "lines": lines}
}

// writtenJSON is how the transcript of a talk stands, for an agent who may read it.
func writtenJSON(agent acd.Agent, r desk.Recorded) any {
	if r.Transcript == "" || ofTalk(agent, access.ReadTranscript)(r.Own) != nil {
		return nil
	}
	return object{"state": r.Transcript, "failure": r.Untranscribed}
}
