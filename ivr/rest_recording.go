package ivr

import (
	"context"
	"io"
	"net/url"
	"time"

	"github.com/CyCoreSystems/ari/v6"

	"okno/internal/recording"
)

// record writes what comes from a channel into a file of Asterisk's spool, until the channel ends.
func (r *rest) record(channel, file string, most time.Duration) error {
	return insist("record", func() error {
		_, err := r.client.Channel().Record(channelKey(channel), file, &ari.RecordingOptions{Format: "wav", MaxDuration: most, Exists: "fail", Terminate: "none"})
		if err == nil {
			return nil
		}
		if there, looked := r.isRecording(file); looked == nil && there { // it was done, and not answered
			return nil
		}
		return err
	})
}

// recordSpoken writes what is said on a channel into a file of Asterisk's spool, after a tone: until there is silence, a #, or the longest time is
// over.
func (r *rest) recordSpoken(channel, file string) error {
	return insist("record message", func() error {
		_, err := r.client.Channel().Record(channelKey(channel), file, &ari.RecordingOptions{Format: "wav", Beep: true, Exists: "fail", Terminate: "#",
			MaxDuration: recording.LongestMessage, MaxSilence: recording.Silence})
		if err == nil {
			return nil
		}
		if there, looked := r.isRecording(file); looked == nil && there { // it was done, and not answered
			return nil
		}
		return err
	})
}

// recordingLength is how long a file of the spool is.
func (r *rest) recordingLength(ctx context.Context, file string) (time.Duration, error) {
	content, size, err := r.recordingFile(ctx, file)
	if err != nil {
		return 0, err
	}
	_ = content.Close()
	return recording.LengthOf(size), nil
}

func recordingKey(file string) *ari.Key { return ari.NewKey(ari.LiveRecordingKey, file) }

// isRecording says whether a file is being written.
func (r *rest) isRecording(file string) (bool, error) {
	_, err := r.client.LiveRecording().Data(recordingKey(file))
	if isGone(err) {
		return false, nil
	}
	return err == nil, wrap("look at recording", err)
}

// muteRecording has silence written in the place of what comes, or no more.
func (r *rest) muteRecording(file string, mute bool) error {
	return insist("mute recording", func() error {
		if mute {
			return r.client.LiveRecording().Mute(recordingKey(file))
		}
		return r.client.LiveRecording().Unmute(recordingKey(file))
	})
}

// recordings lists the files of Asterisk's spool.
func (r *rest) recordings() ([]string, error) {
	keys, err := r.client.StoredRecording().List(nil)
	if err != nil {
		return nil, wrap("list recordings", err)
	}
	files := make([]string, len(keys))
	for i, key := range keys {
		files[i] = key.ID
	}
	return files, nil
}

// recordingFile gives the content of a file of the spool, and its length.
func (r *rest) recordingFile(ctx context.Context, file string) (content io.ReadCloser, size int64, err error) {
	response, err := r.get(ctx, "read recording", "/recordings/stored/"+url.PathEscape(file)+"/file")
	if err != nil {
		return nil, 0, err
	}
	return response.Body, response.ContentLength, nil
}

// forgetRecording removes a file of the spool; one that is gone already is no error.
func (r *rest) forgetRecording(file string) error {
	err := insist("remove recording", func() error {
		return r.client.StoredRecording().Delete(ari.NewKey(ari.StoredRecordingKey, file))
	})
	if isGone(err) {
		return nil
	}
	return err
}
