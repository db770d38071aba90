package totp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
)

// Vault seals the secrets of authenticators, each bound to its agent.
type Vault struct {
	aead   cipher.AEAD
	macKey []byte
}

// errSealed says that what is kept was not sealed by this key for this agent.
var errSealed = errors.New("totp secret does not open: another key, or another agent's")

// NewVault has a key of 32 bytes, which is derived from the configuration's secret.
func NewVault(key []byte) (*Vault, error) {
	block, err := aes.NewCipher(derive(key, "seal"))
	if err != nil {
		return nil, fmt.Errorf("make totp cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make totp cipher: %w", err)
	}
	return &Vault{aead: aead, macKey: derive(key, "recovery")}, nil
}

func derive(key []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// Seal seals an agent's secret.
func (v *Vault) Seal(agent int64, secret string) ([]byte, error) {
	nonce := make([]byte, v.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal totp secret: %w", err)
	}
	return v.aead.Seal(nonce, nonce, []byte(secret), bound(agent)), nil
}

// Open gives an agent's secret.
func (v *Vault) Open(agent int64, sealed []byte) (string, error) {
	if len(sealed) < v.aead.NonceSize() {
		return "", errSealed
	}
	nonce, rest := sealed[:v.aead.NonceSize()], sealed[v.aead.NonceSize():]
	secret, err := v.aead.Open(nil, nonce, rest, bound(agent))
	if err != nil {
		return "", errSealed
	}
	return string(secret), nil
}

func bound(agent int64) []byte { return []byte("agent:" + strconv.FormatInt(agent, 10)) }
