package privacy

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"
)

// List is a file of erasures, outside the database and in no backup of it. Each line has a MAC: whoever can write the file, and has not the
// key, has nobody erased.
type List struct {
	path string
	keys [][]byte
}

// NewList is over a file, which need not be there yet. key is of 32 bytes; those that are accepted beside it have written lines of before.
func NewList(path string, key []byte, accepted ...[]byte) List {
	return List{path, append([][]byte{key}, accepted...)}
}

type listed struct {
	Erasure
	MAC string `json:"mac"`
}

func mac(key []byte, e Erasure) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%d %d %d", e.At.UnixMicro(), e.Citizen, e.Since.UnixMicro())
	return hex.EncodeToString(mac.Sum(nil))
}

// wrote says whether Okno has written a line, by whichever key.
func (l List) wrote(e listed) bool {
	return slices.ContainsFunc(l.keys, func(key []byte) bool { return hmac.Equal([]byte(e.MAC), []byte(mac(key, e.Erasure))) })
}

// lock opens the list for whoever writes it: one process at a time, until the file is closed.
func (l List) lock() (*os.File, error) {
	for {
		f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		locked, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if now, err := os.Stat(l.path); err == nil && os.SameFile(locked, now) {
			return f, nil
		}
		_ = f.Close() // another file has taken its place while we waited
	}
}

// Renew writes the lines anew by the current key, in a file that takes the place of the list once it is on the disk, and gives their number.
func (l List) Renew() (int, error) {
	if erasures, err := l.Read(); err != nil || len(erasures) == 0 {
		return 0, err
	}
	held, err := l.lock()
	if err != nil {
		return 0, fmt.Errorf("renew erasures: %w", err)
	}
	defer held.Close()
	erasures, err := l.Read()
	if err != nil {
		return 0, err
	}
	again := List{l.path + ".new", l.keys[:1]}
	if err := os.Remove(again.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("renew erasures: %w", err)
	}
	for _, e := range erasures {
		if err := again.Add(e); err != nil {
			return 0, err
		}
	}
	if err := os.Rename(again.path, l.path); err != nil {
		return 0, fmt.Errorf("renew erasures: %w", err)
	}
	return len(erasures), nil
}

// Add notes an erasure, and gives an error unless it is on the disk.
func (l List) Add(e Erasure) error {
	e.At, e.Since = e.At.UTC().Truncate(time.Microsecond), e.Since.UTC()
	line, err := json.Marshal(listed{e, mac(l.keys[0], e)})
	if err != nil {
		return fmt.Errorf("note erasure: %w", err)
	}
	f, err := l.lock()
	if err != nil {
		return fmt.Errorf("note erasure: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("note erasure: %w", err)
	}
	return nil
}

// Read gives the erasures, the oldest first; none of a file that is not there. A line that nobody with the key has written is an error.
func (l List) Read() ([]Erasure, error) {
	f, err := os.Open(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read erasures: %w", err)
	}
	defer f.Close()
	var found []Erasure
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var e listed
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || !l.wrote(e) {
			return nil, fmt.Errorf("read erasures: %s, line %d: not written by Okno", l.path, n)
		}
		found = append(found, e.Erasure)
	}
	return found, lines.Err()
}
