// Package totp is the second factor of the people of the centre: codes of an authenticator (RFC 6238: SHA-1, 30 s, six digits) and
// recovery codes for whoever has lost it. It knows no storage: that a code is taken once is the store's to say.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

const (
	period = 30 // seconds
	// skew is how many steps a clock may be ahead or behind (RFC 6238 §5.2 allows one).
	skew = 1
	// Recovery is how many recovery codes an agent gets.
	Recovery = 10
)

// The errors that an agent sees.
var (
	ErrWanted   = errors.New("give the code of your second factor")
	ErrWrong    = errors.New("wrong code, or it was used before")
	ErrEnrolled = errors.New("a second factor is set up already")
	ErrNone     = errors.New("begin to set up a second factor first")
)

// NewSecret makes a secret for an agent's authenticator, and the otpauth URI that says the same.
func NewSecret(login string) (secret, uri string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Okno", AccountName: login, Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1, Rand: rand.Reader})
	if err != nil {
		return "", "", fmt.Errorf("make totp secret: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// Code is the code of a secret at a time, as an authenticator shows it.
func Code(secret string, at time.Time) (string, error) {
	return hotp.GenerateCodeCustom(secret, uint64(at.Unix()/period), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// Step gives the step of which a code is, near now; false when it is of none.
func Step(secret, code string, now time.Time) (int64, bool) {
	code = strings.ReplaceAll(code, " ", "")
	current := now.Unix() / period
	found, step := false, int64(0)
	for s := current - skew; s <= current+skew; s++ {
		right, err := Code(secret, time.Unix(s*period, 0))
		if err == nil && subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 {
			found, step = true, s
		}
	}
	return step, found
}

// NewRecovery makes the recovery codes: 50 bits each.
func NewRecovery() []string {
	codes := make([]string, Recovery)
	for i := range codes {
		text := strings.ToLower(rand.Text())
		codes[i] = text[:5] + "-" + text[5:10]
	}
	return codes
}

// IsRecovery says whether a code has the form of a recovery code.
func IsRecovery(code string) bool { return len(canonical(code)) == 10 }

func canonical(code string) string {
	return strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code))
}

// RecoveryHash is what is kept of an agent's recovery code. Without the key nobody can try codes against it.
func (v *Vault) RecoveryHash(agent int64, code string) []byte {
	return v.RecoveryHashes(agent, code)[0]
}

// RecoveryHashes gives the hashes of a code by each key: one of them is kept, by whichever key it was made.
func (v *Vault) RecoveryHashes(agent int64, code string) [][]byte {
	all := make([][]byte, len(v.macKeys))
	for i, key := range v.macKeys {
		all[i] = recoveryHash(key, agent, code)
	}
	return all
}

func recoveryHash(key []byte, agent int64, code string) []byte {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%d\x00%s", agent, canonical(code))
	return mac.Sum(nil)
}
