package seal

// DataKeys are keys of one purpose while its secret is replaced: the first seals, all open.
type DataKeys []*DataKey

// DataKeysOf are the data keys of secrets of 32 bytes, the current one first.
func DataKeysOf(raw ...[]byte) (DataKeys, error) {
	keys := make(DataKeys, 0, len(raw))
	for _, one := range raw {
		k, err := DataKeyOf(one)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// Seal is [DataKey.Seal] by the current key.
func (k DataKeys) Seal(place string, plain []byte) []byte { return k[0].Seal(place, plain) }

// Open is [DataKey.Open] by whichever key has sealed. [ErrBroken].
func (k DataKeys) Open(place string, sealed []byte) ([]byte, error) {
	for _, one := range k {
		if plain, err := one.Open(place, sealed); err == nil {
			return plain, nil
		}
	}
	return nil, ErrBroken
}
