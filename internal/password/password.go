// Package password keeps the passwords of people: as Argon2id hashes, in the usual encoded form.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost: OWASP's Argon2id recommendation of 19 MiB, two passes, one lane.
const (
	memory  = 19 * 1024
	passes  = 2
	lanes   = 1
	keySize = 32
	salt    = 16
)

// What a hash may ask for that was made elsewhere, or with another cost.
const (
	mostMemory = 64 * 1024
	mostPasses = 8
	mostLanes  = 4
)

// Least is the shortest password that a person may choose (NIST SP 800-63B-4).
const Least = 8

// ErrShort says that a password is too short.
var ErrShort = fmt.Errorf("a password has at least %d characters", Least)

var errHash = errors.New("not a password hash")

// Hash gives the encoded hash of a password.
func Hash(password string) (string, error) {
	if len([]rune(password)) < Least {
		return "", ErrShort
	}
	return hashOf(password)
}

func hashOf(password string) (string, error) {
	s := make([]byte, salt)
	if _, err := rand.Read(s); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	key := argon2.IDKey([]byte(password), s, passes, memory, lanes, keySize)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, encode(s), encode(key)), nil
}

// HashPIN gives the encoded hash of a PIN, whose few digits are counted at each attempt.
func HashPIN(pin string) (string, error) { return hashOf(pin) }

// Matches says whether a password is the one that was hashed. An unreadable hash matches nothing, and takes as long.
func Matches(encoded, password string) bool {
	h, err := parse(encoded)
	if err != nil {
		argon2.IDKey([]byte(password), make([]byte, salt), passes, memory, lanes, keySize)
		return false
	}
	key := argon2.IDKey([]byte(password), h.salt, h.passes, h.memory, h.lanes, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1
}

type hash struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

func parse(encoded string) (h hash, err error) {
	fields := strings.Split(encoded, "$")
	if len(fields) != 6 || fields[1] != "argon2id" {
		return h, errHash
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.lanes); err != nil {
		return h, errHash
	}
	if h.memory > mostMemory || h.passes < 1 || h.passes > mostPasses || h.lanes < 1 || h.lanes > mostLanes {
		return h, errHash
	}
	if h.salt, err = base64.RawStdEncoding.DecodeString(fields[4]); err != nil {
		return h, errHash
	}
	if h.key, err = base64.RawStdEncoding.DecodeString(fields[5]); err != nil || len(h.key) == 0 {
		return h, errHash
	}
	return h, nil
}
