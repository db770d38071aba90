package voice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"

	"okno/internal/dialogue"
)

// Engine puts words into sound.
type Engine interface {
	// Speak gives a WAV of 16, 24 or 32 bits, at 8 kHz or more, of one channel or two.
	Speak(ctx context.Context, l dialogue.Language, text string) (wav []byte, err error)
	// Voice names the engine and its voice: what another one has spoken is spoken anew.
	Voice(l dialogue.Language) string
}

// mostSound bounds what an engine gives for one text: three minutes at 48 kHz.
const mostSound = 3 * 60 * 48_000 * 2

// Program is an engine that reads a text from its standard input and writes a WAV to its standard output, as espeak-ng, Piper and RHVoice do. The text
// goes by a pipe: command lines are seen by everyone on the machine.
type Program struct {
	Path      string
	Arguments []string
}

// Speak is [Engine].
func (p Program) Speak(ctx context.Context, _ dialogue.Language, text string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.Path, p.Arguments...)
	cmd.Stdin = strings.NewReader(text)
	var complaint tail
	wav := bounded{most: mostSound}
	cmd.Stdout, cmd.Stderr = &wav, &complaint
	err := cmd.Run()
	if wav.over { // the program complains of its pipe
		err = errTooMuch
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", p.Path, errors.Join(err, ctx.Err()), bytes.TrimSpace(complaint.text))
	}
	return wav.buffer.Bytes(), nil
}

// Voice is [Engine].
func (p Program) Voice(dialogue.Language) string {
	return strings.Join(append([]string{filepath.Base(p.Path)}, p.Arguments...), " ")
}

// espeakVoices are espeak-ng's names of the languages.
var espeakVoices = map[dialogue.Language]string{dialogue.Kazakh: "kk", dialogue.Russian: "ru", dialogue.English: "en-gb"}

// Espeak has espeak-ng speak all languages.
func Espeak(program string) map[dialogue.Language]Engine {
	engines := map[dialogue.Language]Engine{}
	for l, name := range espeakVoices {
		// 145 words a minute: slower than its default, for a telephone and for old people
		engines[l] = Program{Path: program, Arguments: []string{"-v", name, "-s", "145", "-b", "1", "--stdin", "--stdout"}}
	}
	return engines
}

// Service is an engine that answers HTTP: POST of {"language", "voice", "text"} gives audio/wav.
type Service struct {
	URL    string
	Name   string // of the voice
	Token  string // of the header Authorization: Bearer; "" for none
	Client *http.Client
}

// Speak is [Engine].
func (s Service) Speak(ctx context.Context, l dialogue.Language, text string) ([]byte, error) {
	body, err := json.Marshal(map[string]string{"language": string(l), "voice": s.Name, "text": text})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "audio/wav")
	if s.Token != "" {
		request.Header.Set("Authorization", "Bearer "+s.Token)
	}
	response, err := s.Client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); response.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "audio/") {
		return nil, fmt.Errorf("%s answers %s with %q, and no sound", s.URL, response.Status, kind)
	}
	if response.ContentLength > mostSound {
		return nil, fmt.Errorf("%s: %w", s.URL, errTooMuch)
	}
	wav := bounded{most: mostSound}
	if _, err := io.Copy(&wav, response.Body); err != nil {
		return nil, fmt.Errorf("%s: %w", s.URL, err)
	}
	return wav.buffer.Bytes(), nil
}

// Voice is [Engine].
func (s Service) Voice(dialogue.Language) string { return s.URL + " " + s.Name }

// bounded is a buffer that takes no more than so many bytes.
type bounded struct {
	buffer bytes.Buffer // not embedded: its ReadFrom would take everything
	most   int
	over   bool
}

var errTooMuch = errors.New("more sound than a text of a call can have")

func (b *bounded) Write(p []byte) (int, error) {
	if b.buffer.Len()+len(p) > b.most {
		b.over = true
		return 0, errTooMuch
	}
	return b.buffer.Write(p)
}

// tail keeps the end of a complaint.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	const most = 500
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-most):]
	return len(p), nil
}
