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
	"time"
)

// List is a file of erasures, outside the database and in no backup of it. Each line has a MAC: whoever can write the file, and has not the
// key, has nobody erased.
type List struct {
	path string
	key  []byte
}

// NewList is over a file, which need not be there yet. key is of 32 bytes.
func NewList(path string, key []byte) List { return List{path, key} }

type listed struct {
	Erasure
	MAC string `json:"mac"`
}

func (l List) mac(e Erasure) string {
	mac := hmac.New(sha256.New, l.key)
	fmt.Fprintf(mac, "%d %d %d", e.At.UnixMicro(), e.Citizen, e.Since.UnixMicro())
	return hex.EncodeToString(mac.Sum(nil))
}

// Add notes an erasure, and gives an error unless it is on the disk.
func (l List) Add(e Erasure) error {
	e.At, e.Since = e.At.UTC().Truncate(time.Microsecond), e.Since.UTC()
	line, err := json.Marshal(listed{e, l.mac(e)})
	if err != nil {
		return fmt.Errorf("note erasure: %w", err)
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
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
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || !hmac.Equal([]byte(e.MAC), []byte(l.mac(e.Erasure))) {
			return nil, fmt.Errorf("read erasures: %s, line %d: not written by Okno", l.path, n)
		}
		found = append(found, e.Erasure)
	}
	return found, lines.Err()
}
