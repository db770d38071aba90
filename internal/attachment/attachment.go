package attachment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"

	"okno/internal/fault"
)

// The limits of attachments.
const (
	MostBytes  = 20 << 20 // of one
	MostOfCase = 50
	mostName   = 200 // letters
)

// Attachment is a file of a case.
type Attachment struct {
	ID   int64
	Name string // as whoever attached it named it; shown, never a path
	By   string // "agent:7"
	At   time.Time
	Stored
}

// Stored is a file as it is kept.
type Stored struct {
	File string // its name among the files: random letters
	Type string // media type, by its content
	Size int64  // bytes of the content
	Hash []byte // SHA-256 of the sealed file: whoever has no key sees that it is whole
}

// Key seals and opens what belongs to one case.
type Key interface {
	Seal(place string, plain []byte) []byte
	Open(place string, sealed []byte) ([]byte, error)
}

// Files keep sealed files by their names, outside the rows.
type Files interface {
	// Ready says why no file could be kept or read now, or nil.
	Ready(ctx context.Context) error
	// Create begins a file. Nothing is under its name until it is committed.
	Create(ctx context.Context, name string) (Draft, error)
	// Open reads a file. ErrMissing.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Remove removes a file; one that is not there is no error.
	Remove(ctx context.Context, name string) error
	// Walk gives all files with the time at which they were committed, in any order; and removes drafts that are older than a moment.
	Walk(ctx context.Context, stale time.Time, each func(name string, at time.Time) error) error
}

// Draft is a file that is being written. Abort after Commit does nothing.
type Draft interface {
	io.Writer
	Commit() error
	Abort() error
}

// The refusals. Each is safe to show.
var (
	ErrTooLarge error = &fault.Error{Kind: fault.Invalid, Field: "file", Text: "a file has at most 20 MB"}
	ErrEmpty    error = &fault.Error{Kind: fault.Invalid, Field: "file", Text: "the file is empty"}
	ErrHalf     error = &fault.Error{Kind: fault.Invalid, Field: "file", Text: "the file did not come to its end: nothing was kept"}
	ErrName     error = &fault.Error{Kind: fault.Invalid, Field: "name", Text: "a name of 1 to 200 letters"}
	ErrMany     error = &fault.Error{Kind: fault.Conflict, Text: "a case has at most 50 attachments"}
	ErrUnknown  error = &fault.Error{Kind: fault.NotFound, Text: "there is no such attachment"}
	ErrErased   error = &fault.Error{Kind: fault.Conflict, Text: "what was kept of this citizen is erased"}
	ErrNone     error = &fault.Error{Kind: fault.Unavailable, Text: "no place for attachments is set up (attachments.dir or attachments.s3)"}
)

// ErrMissing says that a file is not where it was kept, ErrBroken that its content is not what was kept.
var (
	ErrMissing = errors.New("the file of an attachment is missing")
	ErrBroken  = errors.New("the file of an attachment was altered")
)

// form is that of a file's name (crypto/rand.Text): nothing in it leads out of where files are kept.
var form = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// Path is where a file lies below the place of all files, the same in every store: by the first two letters of its name, so that no folder has
// too many.
func Path(file string) (string, error) {
	if !form.MatchString(file) {
		return "", fmt.Errorf("%q is no name of an attachment", file)
	}
	return file[:2] + "/" + file, nil
}

// CheckName gives a file's name as it is kept: its last part, without control and direction characters. ErrName.
func CheckName(name string) (string, error) {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name))
	if n := len([]rune(name)); n == 0 || n > mostName || strings.Trim(name, ".") == "" {
		return "", ErrName
	}
	return name, nil
}
