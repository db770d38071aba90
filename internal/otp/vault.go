package otp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"

	"okno/internal/seal"
)

// Vault makes codes and keeps them: a MAC to check an answer by, and the code itself sealed, because a citizen who calls
// has it read out. Both are bound to the challenge, so that neither serves for another. Its keys are in no database.
type Vault struct {
	keys []vaultKeys // the first makes, all check
}

type vaultKeys struct {
	mac []byte
	key *seal.DataKey
}

// NewVault derives its keys from a secret of at least 16 bytes. Codes made with older secrets are still met: a secret is replaced by
// putting a new one before it, and taken out ten minutes later.
func NewVault(secret []byte, older ...[]byte) (*Vault, error) {
	v := &Vault{}
	for _, secret := range append([][]byte{secret}, older...) {
		key, err := seal.DataKeyOf(seal.Derive(secret, "okno otp seal"))
		if err != nil {
			return nil, fmt.Errorf("make otp cipher: %w", err)
		}
		v.keys = append(v.keys, vaultKeys{seal.Derive(secret, "okno otp mac"), key})
	}
	return v, nil
}

// New makes a code for a challenge.
func (v *Vault) New(publicID string, digits int) (code string, mac, sealed []byte, err error) {
	bound := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	n, err := rand.Int(rand.Reader, bound)
	if err != nil {
		return "", nil, nil, fmt.Errorf("make otp: %w", err)
	}
	code = fmt.Sprintf("%0*d", digits, n)
	now := v.keys[0]
	return code, now.of(publicID, code), now.key.Seal(publicID, []byte(code)), nil
}

// Matches says in constant time whether an answer is the challenge's code. No answer is a decoy's.
func (v *Vault) Matches(c Challenge, answer string) bool {
	met := false
	for _, k := range v.keys {
		met = hmac.Equal(k.of(c.PublicID, answer), c.MAC) || met
	}
	return met && !c.Decoy
}

// Open gives the code of a challenge that is still live. It is for [ReadOut] only.
func (v *Vault) Open(c Challenge) (string, error) {
	if len(c.Sealed) < seal.NonceSize {
		return "", ErrExpired
	}
	for _, k := range v.keys {
		if code, err := k.key.Open(c.PublicID, c.Sealed); err == nil {
			return string(code), nil
		}
	}
	return "", fmt.Errorf("open otp %d: %w", c.ID, errSealed)
}

var errSealed = errors.New("sealed with a key that is not there")

func (k vaultKeys) of(publicID, code string) []byte {
	mac := hmac.New(sha256.New, k.mac)
	mac.Write([]byte(publicID))
	mac.Write([]byte{0})
	mac.Write([]byte(code))
	return mac.Sum(nil)
}
