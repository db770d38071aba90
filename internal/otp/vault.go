package otp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
)

// Vault makes codes and keeps them: a MAC to check an answer by, and the code itself sealed, because a citizen who calls
// has it read out. Both are bound to the challenge, so that neither serves for another.
type Vault struct {
	macKey []byte
	aead   cipher.AEAD
}

// NewVault derives its keys from a secret of at least 16 bytes.
func NewVault(secret []byte) (*Vault, error) {
	block, err := aes.NewCipher(derive(secret, "okno otp seal"))
	if err != nil {
		return nil, fmt.Errorf("make otp cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make otp cipher: %w", err)
	}
	return &Vault{macKey: derive(secret, "okno otp mac"), aead: aead}, nil
}

func derive(secret []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// New makes a code of Digits digits for a challenge.
func (v *Vault) New(publicID string) (code string, mac, sealed []byte, err error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", nil, nil, fmt.Errorf("make otp: %w", err)
	}
	code = fmt.Sprintf("%0*d", Digits, n)
	nonce := make([]byte, v.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", nil, nil, fmt.Errorf("make otp: %w", err)
	}
	return code, v.mac(publicID, code), v.aead.Seal(nonce, nonce, []byte(code), []byte(publicID)), nil
}

// Matches says in constant time whether an answer is the challenge's code.
func (v *Vault) Matches(c Challenge, answer string) bool {
	return hmac.Equal(v.mac(c.PublicID, answer), c.MAC)
}

// Open gives the code of a challenge that is still live.
func (v *Vault) Open(c Challenge) (string, error) {
	if len(c.Sealed) < v.aead.NonceSize() {
		return "", ErrExpired
	}
	nonce, sealed := c.Sealed[:v.aead.NonceSize()], c.Sealed[v.aead.NonceSize():]
	code, err := v.aead.Open(nil, nonce, sealed, []byte(c.PublicID))
	if err != nil {
		return "", fmt.Errorf("open otp %d: %w", c.ID, err)
	}
	return string(code), nil
}

func (v *Vault) mac(publicID, code string) []byte {
	mac := hmac.New(sha256.New, v.macKey)
	mac.Write([]byte(publicID))
	mac.Write([]byte{0})
	mac.Write([]byte(code))
	return mac.Sum(nil)
}
