package seal

import "crypto/cipher"

// DataKey seals what belongs to one person or one conversation.
type DataKey struct{ aead cipher.AEAD }

// NonceSize is the bytes of the nonce in front of what is sealed.
const NonceSize = 12

// DataKeyOf is the data key of 32 bytes that are secret.
func DataKeyOf(raw []byte) (*DataKey, error) {
	aead, err := gcm(raw)
	if err != nil {
		return nil, err
	}
	return &DataKey{aead}, nil
}

// Seal seals a value (AES-256-GCM, a random nonce of 96 bits in front). place says what the value is and whose, such as "citizen:7": what
// was sealed for one place does not open at another.
func (k *DataKey) Seal(place string, plain []byte) []byte {
	return k.aead.Seal(nil, nil, plain, []byte(place))
}

// Open gives a value back. [ErrBroken].
func (k *DataKey) Open(place string, sealed []byte) ([]byte, error) {
	plain, err := k.aead.Open(nil, nil, sealed, []byte(place))
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}
