package otp

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
)

// A proof is verified by a library that has nothing to do with Okno, from the key set as it goes over the wire.
func TestProofsAreVerifiedByAStranger(t *testing.T) {
	t.Parallel()
	older, newer := []byte("the key of last year"), []byte("the key of this year")
	before, err := NewRing(older)
	require.NoError(t, err)
	after, err := NewRing(newer, older)
	require.NoError(t, err)
	now := time.Now()
	challenge := Challenge{PublicID: "c1", Client: "portal", Purpose: "password-change", Number: "+77010000001", Channel: SMS}
	wire, err := json.Marshal(after.Keys())
	require.NoError(t, err)
	var keys jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal(wire, &keys))
	require.Len(t, keys.Keys, 2)
	for name, ring := range map[string]*Ring{"signed before the rotation": before, "signed after it": after} {
		proof, err := ring.Sign(challenge, now)
		require.NoError(t, err)
		token, err := jwt.ParseSigned(proof.Token, []jose.SignatureAlgorithm{jose.EdDSA})
		require.NoError(t, err, name)
		var standard jwt.Claims
		own := map[string]any{}
		require.NoError(t, token.Claims(keys, &standard, &own), name)
		require.NoError(t, standard.Validate(jwt.Expected{Issuer: "okno", AnyAudience: jwt.Audience{"portal"}, Time: now}))
		require.Equal(t, "c1", standard.ID)
		require.Equal(t, "password-change", own["purpose"])
		require.Equal(t, "+77010000001", own["phone_number"])
		require.ErrorIs(t, standard.ValidateWithLeeway(jwt.Expected{AnyAudience: jwt.Audience{"kiosk"}, Time: now}, 0), jwt.ErrInvalidAudience)
		require.ErrorIs(t, standard.ValidateWithLeeway(jwt.Expected{Time: now.Add(ProofLife + time.Second)}, 0), jwt.ErrExpired)
	}
	stranger, err := NewRing([]byte("the key of somebody else"))
	require.NoError(t, err)
	forged, err := stranger.Sign(challenge, now)
	require.NoError(t, err)
	token, err := jwt.ParseSigned(forged.Token, []jose.SignatureAlgorithm{jose.EdDSA})
	require.NoError(t, err)
	require.Error(t, token.Claims(keys, &jwt.Claims{}))
	_, err = NewRing()
	require.Error(t, err)
}
