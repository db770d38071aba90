package edge

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// lookAgain is how often a handshake looks whether the files have changed.
const lookAgain = time.Second

// certificate is a pair of files, read again when one of them has changed. One that cannot be read leaves the pair before.
type certificate struct {
	file, key string
	log       zerolog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	stamp   string
	looked  time.Time
	refused string // the stamp of files that could not be read
}

func newCertificate(file, key string, log zerolog.Logger) (*certificate, error) {
	c := &certificate{file: file, key: key, log: log}
	stamp, err := c.stamped()
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(file, key)
	if err != nil {
		return nil, err
	}
	c.pair, c.stamp, c.looked = &pair, stamp, time.Now()
	return c, nil
}

// stamped tells versions of the files apart.
func (c *certificate) stamped() (string, error) {
	stamp := ""
	for _, name := range []string{c.file, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return "", err
		}
		stamp += fmt.Sprintf("%d/%d ", info.ModTime().UnixNano(), info.Size())
	}
	return stamp, nil
}

// get gives the pair for a handshake.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookAgain {
		return c.pair, nil
	}
	c.looked = time.Now()
	stamp, err := c.stamped()
	if err == nil && (stamp == c.stamp || stamp == c.refused) {
		return c.pair, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(c.file, c.key)
	}
	if err != nil {
		c.refused = stamp
		c.log.Error().Err(err).Msg("certificate not renewed; the one before is used")
		return c.pair, nil
	}
	c.pair, c.stamp = &pair, stamp
	c.log.Info().Str("file", c.file).Msg("certificate renewed")
	return c.pair, nil
}
