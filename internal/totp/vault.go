package totp

import (
	"errors"
	"fmt"

	"okno/internal/seal"
)

// Vault seals the secrets of authenticators, each bound to its agent.
type Vault struct {
	key    *seal.DataKey
	macKey []byte
}

// errSealed says that what is kept was not sealed by this key for this agent.
var errSealed = errors.New("totp secret does not open: another key, or another agent's")

// NewVault has a key of 32 bytes, which is derived from the configuration's secret.
func NewVault(secret []byte) (*Vault, error) {
	key, err := seal.DataKeyOf(seal.Derive(secret, "seal"))
	if err != nil {
		return nil, fmt.Errorf("make totp cipher: %w", err)
	}
	return &Vault{key: key, macKey: seal.Derive(secret, "recovery")}, nil
}

// Seal seals an agent's secret.
func (v *Vault) Seal(agent int64, secret string) ([]byte, error) {
	return v.key.Seal(place(agent), []byte(secret)), nil
}

// Open gives an agent's secret.
func (v *Vault) Open(agent int64, sealed []byte) (string, error) {
	secret, err := v.key.Open(place(agent), sealed)
	if err != nil {
		return "", errSealed
	}
	return string(secret), nil
}

func place(agent int64) string { return fmt.Sprintf("agent:%d", agent) }
