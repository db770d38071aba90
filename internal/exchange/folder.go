package exchange

import (
	"context"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"time"

	"okno/internal/fault"
)

// Folder is where an agency exchanges files with Okno: a directory, or one behind SFTP. Names are relative to it, with slashes.
type Folder interface {
	// List gives the plain files of a directory by name.
	List(ctx context.Context, dir string) ([]fs.FileInfo, error)
	// Read gives the content of a file. One of more bytes than most is [ErrTooLarge]; one that is gone is fs.ErrNotExist.
	Read(ctx context.Context, name string, most int64) ([]byte, error)
	// Write makes a file, or replaces it, at once: nobody sees a part of it.
	Write(ctx context.Context, name string, content []byte) error
	// Move renames a file at once. fs.ErrExist when there is one of the new name, fs.ErrNotExist when the file is gone.
	Move(ctx context.Context, from, to string) error
	Close() error
}

// The directories of a folder.
const (
	dirOut     = "out"     // what the agency is told
	dirOutAck  = "out-ack" // what the agency took of it
	dirIn      = "in"      // what the agency reports
	dirInAck   = "in-ack"  // its receipts
	dirDone    = "done"    // files of the agency that were taken
	dirRefused = "refused" // and that were not
)

// Directories are those that a folder needs.
var Directories = []string{dirOut, dirOutAck, dirIn, dirInAck, dirDone, dirRefused}

// ErrTooLarge says that a file is larger than anybody reads.
var ErrTooLarge error = &fault.Error{Kind: fault.Invalid, Field: "file", Text: "the file is too large"}

// DefaultEvery is how long a delivery waits for others to share its file, unless the endpoint says another time.
const DefaultEvery = time.Minute

// CheckFolder says what is wrong with the address of a folder, and with how to reach it.
func CheckFolder(e Endpoint) error {
	wrong := func(field, text string) error { return &fault.Error{Kind: fault.Invalid, Field: field, Text: text} }
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || u.RawQuery != "" || u.Fragment != "" || !path.IsAbs(u.Path) || path.Clean(u.Path) == "/":
		return wrong("folder", "file:///path/of/folder or sftp://user@host/path/of/folder")
	case e.Answers:
		return wrong("answers", "an agency with files cannot answer while a citizen waits")
	case e.Every < time.Second || e.Every > 24*time.Hour:
		return wrong("every", "1 s to 24 h")
	case u.Scheme == "file" && u.Host == "" && u.User == nil:
		return nil
	case u.Scheme != "sftp" || u.Hostname() == "" || u.User.Username() == "":
		return wrong("folder", "file:///path/of/folder or sftp://user@host/path/of/folder")
	}
	if _, has := u.User.Password(); has {
		return wrong("folder", "without a password: SFTP logs in by a key")
	}
	if e.Key == "" {
		return wrong("key", "SFTP logs in by a private key")
	}
	if strings.TrimSpace(e.KnownHosts) == "" {
		return wrong("known-hosts", "the key of the server has to be known")
	}
	return nil
}
