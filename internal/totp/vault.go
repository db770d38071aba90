package totp

import (
	"errors"
	"fmt"

	"okno/internal/seal"
)

// Vault seals the secrets of authenticators, each bound to its agent.
type Vault struct {
	keys    seal.DataKeys
	macKeys [][]byte
}

// errSealed says that what is kept was not sealed by this key for this agent.
var errSealed = errors.New("totp secret does not open: another key, or another agent's")

// NewVault has a key of 32 bytes, which is derived from the configuration's secret, and those that are accepted beside it: they seal nothing.
func NewVault(secret []byte, accepted ...[]byte) (*Vault, error) {
	v := &Vault{}
	for _, secret := range append([][]byte{secret}, accepted...) {
		key, err := seal.DataKeyOf(seal.Derive(secret, "seal"))
		if err != nil {
			return nil, fmt.Errorf("make totp cipher: %w", err)
		}
		v.keys, v.macKeys = append(v.keys, key), append(v.macKeys, seal.Derive(secret, "recovery"))
	}
	return v, nil
}

// Seal seals an agent's secret.
func (v *Vault) Seal(agent int64, secret string) ([]byte, error) {
	return v.keys.Seal(place(agent), []byte(secret)), nil
}

// Open gives an agent's secret.
func (v *Vault) Open(agent int64, sealed []byte) (string, error) {
	secret, err := v.keys.Open(place(agent), sealed)
	if err != nil {
		return "", errSealed
	}
	return string(secret), nil
}

// Reseal seals an agent's secret by the current key, and gives nil where that has sealed it before.
func (v *Vault) Reseal(agent int64, sealed []byte) ([]byte, error) {
	if _, err := v.keys[:1].Open(place(agent), sealed); err == nil {
		return nil, nil
	}
	secret, err := v.Open(agent, sealed)
	if err != nil {
		return nil, err
	}
	return v.Seal(agent, secret)
}

func place(agent int64) string { return fmt.Sprintf("agent:%d", agent) }
