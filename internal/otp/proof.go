package otp

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"okno/internal/seal"
)

// ProofLife is how long a proof is worth anything: as long as a person needs to choose a new password.
const ProofLife = 5 * time.Minute

// issuer is who says that the password was right.
const issuer = "okno"

// Proof is a signed statement that a citizen has met a challenge: a JWT (RFC 7519) with an EdDSA signature (RFC 8037).
type Proof struct {
	Token     string
	ExpiresAt time.Time
}

// Ring holds the keys that sign proofs. The first signs; the others' signatures are still good: a key is replaced by putting a new
// one before it, and taken out when the last proof that it has signed has expired.
type Ring struct {
	keys []proofKey
}

type proofKey struct {
	id      string
	private ed25519.PrivateKey
}

// NewRing derives a key from each secret, of at least 16 bytes. A key's id is of its public key, so that nobody has to think of one.
func NewRing(secrets ...[]byte) (*Ring, error) {
	if len(secrets) == 0 {
		return nil, errors.New("no key to sign proofs with")
	}
	r := &Ring{}
	for _, secret := range secrets {
		private := ed25519.NewKeyFromSeed(seal.Derive(secret, "okno otp proof"))
		sum := sha256.Sum256(private.Public().(ed25519.PublicKey))
		r.keys = append(r.keys, proofKey{hex.EncodeToString(sum[:8]), private})
	}
	return r, nil
}

// claims are RFC 7519's, and amr of RFC 8176. The audience is the client for which the password was sent: nobody else accepts it.
type claims struct {
	Issuer   string   `json:"iss"`
	Audience string   `json:"aud"`
	ID       string   `json:"jti"` // the challenge: whoever uses a proof once notes it
	Number   string   `json:"phone_number"`
	Purpose  string   `json:"purpose"`
	Origin   string   `json:"origin,omitempty"`
	Methods  []string `json:"amr"`
	IssuedAt int64    `json:"iat"`
	Expires  int64    `json:"exp"`
}

// methods are how a challenge was met (RFC 8176 §2).
var methods = map[Channel]string{SMS: "sms", Voice: "tel"}

// Sign gives the proof that a challenge was met.
func (r *Ring) Sign(c Challenge, now time.Time) (Proof, error) {
	expires := now.Add(ProofLife)
	key := r.keys[0]
	header, err := json.Marshal(map[string]string{"alg": "EdDSA", "typ": "JWT", "kid": key.id})
	if err != nil {
		return Proof{}, fmt.Errorf("sign proof: %w", err)
	}
	body, err := json.Marshal(claims{Issuer: issuer, Audience: c.Client, ID: c.PublicID, Number: c.Number, Purpose: c.Purpose, Origin: c.Origin,
		Methods: []string{"otp", methods[c.Channel]}, IssuedAt: now.Unix(), Expires: expires.Unix()})
	if err != nil {
		return Proof{}, fmt.Errorf("sign proof: %w", err)
	}
	signed := encode(header) + "." + encode(body)
	return Proof{signed + "." + encode(ed25519.Sign(key.private, []byte(signed))), expires.Truncate(time.Second)}, nil
}

// KeySet is a JWK set (RFC 7517).
type KeySet struct {
	Keys []Key `json:"keys"`
}

// Key is a public key (RFC 8037 §2).
type Key struct {
	Type  string `json:"kty"`
	Curve string `json:"crv"`
	ID    string `json:"kid"`
	Use   string `json:"use"`
	Alg   string `json:"alg"`
	X     string `json:"x"`
}

// Keys are the public keys, by which anybody verifies proofs.
func (r *Ring) Keys() KeySet {
	var set KeySet
	for _, k := range r.keys {
		set.Keys = append(set.Keys, Key{Type: "OKP", Curve: "Ed25519", ID: k.id, Use: "sig", Alg: "EdDSA",
			X: encode(k.private.Public().(ed25519.PublicKey))})
	}
	return set
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
