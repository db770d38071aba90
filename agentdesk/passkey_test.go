package agentdesk_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/floor/floortest"
	"okno/internal/passkey"
	"okno/internal/postgres/pgtest"
	"okno/internal/totp"
)

// The site of the tests' desks.
var site = passkey.Site{ID: "desk.example", Origins: []string{"https://desk.example"}}

// token is a security key for attacks, which a real one does not do; Chromium's is in TestASecurityKeyInABrowser.
type token struct {
	private *ecdsa.PrivateKey
	id      []byte
	count   uint32
	flags   byte // user present, user verified
	site    string
	origin  string
}

func newToken(t *testing.T) *token {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return &token{private: private, id: []byte(rand.Text()), flags: 0x01 | 0x04, site: site.ID, origin: site.Origins[0]}
}

func (k *token) data(more []byte) []byte {
	sum := sha256.Sum256([]byte(k.site))
	data := append(sum[:], k.flags)
	if more != nil {
		data[32] |= 0x40
	}
	return append(binary.BigEndian.AppendUint32(data, k.count), more...)
}

var url64 = base64.RawURLEncoding.EncodeToString

func (k *token) client(t *testing.T, kind string, options m) []byte {
	t.Helper()
	said, err := json.Marshal(m{"type": kind, "challenge": options["challenge"], "origin": k.origin, "crossOrigin": false})
	require.NoError(t, err)
	return said
}

// makes answers what a page was asked to have made.
func (k *token) makes(t *testing.T, options m) m {
	t.Helper()
	point, err := k.private.PublicKey.Bytes()
	require.NoError(t, err)
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	require.NoError(t, err)
	more := make([]byte, 16) // AAGUID
	more = binary.BigEndian.AppendUint16(more, uint16(len(k.id)))
	attestation, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": k.data(append(append(more, k.id...), public...))})
	require.NoError(t, err)
	return m{"id": url64(k.id), "rawId": url64(k.id), "type": "public-key", "clientExtensionResults": m{},
		"response": m{"clientDataJSON": url64(k.client(t, "webauthn.create", options)), "attestationObject": url64(attestation)}}
}

// signs answers what a page was asked to have signed.
func (k *token) signs(t *testing.T, options m) m {
	t.Helper()
	k.count++
	client := k.client(t, "webauthn.get", options)
	hash := sha256.Sum256(client)
	data := k.data(nil)
	digest := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	require.NoError(t, err)
	return m{"id": url64(k.id), "rawId": url64(k.id), "type": "public-key", "clientExtensionResults": m{},
		"response": m{"clientDataJSON": url64(client), "authenticatorData": url64(data), "signature": url64(signature)}}
}

// registers sets a key up in a login, and gives the status, the code and the recovery codes.
func (s *strong) registers(t *testing.T, cookie string, k *token) (int, string, []any) {
	t.Helper()
	status, begun := asksAt(t, s.nodes[0].URL, cookie, http.MethodPost, "/desk/passkeys/begin", nil)
	code, _ := begun["code"].(string)
	if status != http.StatusOK {
		return status, code, nil
	}
	status, answer := asksAt(t, s.nodes[1].URL, cookie, http.MethodPost, "/desk/passkeys",
		m{"name": "a key", "kept": begun["kept"], "response": k.makes(t, begun["options"].(m))})
	code, _ = answer["code"].(string)
	recovery, _ := answer["recovery"].([]any)
	return status, code, recovery
}

// asked gives what a login's key is to sign.
func (s *strong) asked(t *testing.T, name string) m {
	t.Helper()
	status, begun := asksAt(t, s.nodes[0].URL, "", http.MethodPost, "/desk/login/key", m{"login": name, "password": floortest.Password})
	require.Equal(t, http.StatusOK, status, begun)
	return begun
}

func (s *strong) logInBy(t *testing.T, node int, name string, key m) (int, string) {
	t.Helper()
	status, answer := asksAt(t, s.nodes[node].URL, "", http.MethodPost, "/desk/login", m{"login": name, "password": floortest.Password, "key": key})
	code, _ := answer["code"].(string)
	return status, code
}

func TestAKeyIsASecondFactor(t *testing.T) {
	t.Parallel()
	s := newStrong(t)
	s.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	cookie, elsewhere := cookieAt(t, s.nodes[0].URL, "chief"), cookieAt(t, s.nodes[1].URL, "chief")
	key, second := newToken(t), newToken(t)
	status, code, recovery := s.registers(t, cookie, key)
	require.Equal(t, http.StatusOK, status, code)
	require.Len(t, recovery, totp.Recovery)
	status, code, _ = s.registers(t, elsewhere, second)
	require.Equal(t, []any{http.StatusForbidden, "prove"}, []any{status, code}, "a login without the factor adds none")
	status, answer := asksAt(t, s.nodes[0].URL, elsewhere, http.MethodPost, "/desk/factor", nil)
	require.Equal(t, []any{http.StatusForbidden, "prove"}, []any{status, answer["code"]}, "nor TOTP")
	status, code, recovery = s.registers(t, cookie, second)
	require.Equal(t, http.StatusOK, status, code)
	require.Empty(t, recovery, "they stay")
	_, code, _ = s.registers(t, cookie, key)
	require.Equal(t, "key_known", code)

	status, code = s.logInBy(t, 0, "chief", nil)
	require.Equal(t, []any{http.StatusUnauthorized, "second_factor"}, []any{status, code})
	begun := s.asked(t, "chief")
	status, code = s.logInBy(t, 1, "chief", m{"kept": begun["kept"], "response": key.signs(t, begun["options"].(m))})
	require.Equal(t, http.StatusOK, status, code)

	_, begun = asksAt(t, s.nodes[1].URL, elsewhere, http.MethodPost, "/desk/factor/key", nil)
	status, _ = asksAt(t, s.nodes[0].URL, elsewhere, http.MethodPost, "/desk/factor/prove",
		m{"key": m{"kept": begun["kept"], "response": second.signs(t, begun["options"].(m))}})
	require.Equal(t, http.StatusNoContent, status)
	status, _ = asksAt(t, s.nodes[0].URL, elsewhere, http.MethodPost, "/desk/queues/general/dismiss", m{"since": time.Now(), "reason": "a flood of junk"})
	require.Equal(t, http.StatusOK, status)

	_, answer = asksAt(t, s.nodes[0].URL, cookie, http.MethodGet, "/desk/passkeys", nil)
	keys := answer["passkeys"].([]any)
	require.Len(t, keys, 2)
	var gone, last atomic.Int64
	var work sync.WaitGroup
	for i, k := range keys {
		work.Go(func() {
			status, answer := asksAt(t, s.nodes[i].URL, cookie, http.MethodPost, "/desk/passkeys/"+k.(m)["id"].(string)+"/remove", nil)
			if status == http.StatusNoContent {
				gone.Add(1)
			} else if answer["code"] == "last_factor" {
				last.Add(1)
			}
		})
	}
	work.Wait()
	require.Equal(t, []int64{1, 1}, []int64{gone.Load(), last.Load()}, "the last one stays, whoever removes both at once")
}

// What an attacker who has the password does without the key.
func TestAForgedKeyIsRefused(t *testing.T) {
	t.Parallel()
	s := newStrong(t)
	s.hires(t, acd.Agent{Login: "boris", Name: "Борис", Role: "agent", Languages: []string{"ru"}})
	key, his := newToken(t), newToken(t)
	cookie, other := cookieAt(t, s.nodes[0].URL, "aliya"), cookieAt(t, s.nodes[0].URL, "boris")
	for what, change := range map[string]func(k *token){
		"another origin": func(k *token) { k.origin = "https://evil.example" },
		"another site":   func(k *token) { k.site = "evil.example" },
		"not verified":   func(k *token) { k.flags = 0x01 },
	} {
		bad := newToken(t)
		change(bad)
		status, code, _ := s.registers(t, cookie, bad)
		require.Equal(t, []any{http.StatusUnauthorized, "wrong_key"}, []any{status, code}, what)
	}
	_, _, _ = s.registers(t, cookie, key)
	_, _, _ = s.registers(t, other, his)
	for what, forge := range map[string]func(begun m) m{
		"another origin": func(begun m) m {
			phished := *key
			phished.origin = "https://evil.example"
			return phished.signs(t, begun["options"].(m))
		},
		"not verified": func(begun m) m {
			found := *key
			found.flags = 0x01
			return found.signs(t, begun["options"].(m))
		},
		"another's key": func(begun m) m { return his.signs(t, begun["options"].(m)) },
		"another challenge": func(m) m {
			return key.signs(t, m{"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
		},
		"rubbish": func(m) m { return m{"id": "x"} },
	} {
		pgtest.Exec(t, s.URL, `DELETE FROM guesses`)
		begun := s.asked(t, "aliya")
		status, code := s.logInBy(t, 0, "aliya", m{"kept": begun["kept"], "response": forge(begun)})
		require.Equal(t, []any{http.StatusUnauthorized, "wrong_key"}, []any{status, code}, what)
	}
	pgtest.Exec(t, s.URL, `DELETE FROM guesses`)
	begun := s.asked(t, "boris")
	status, code := s.logInBy(t, 0, "aliya", m{"kept": begun["kept"], "response": key.signs(t, begun["options"].(m))})
	require.Equal(t, []any{http.StatusUnauthorized, "wrong_key"}, []any{status, code}, "the ceremony of somebody else")

	begun = s.asked(t, "aliya")
	signed := m{"kept": begun["kept"], "response": key.signs(t, begun["options"].(m))}
	s.now.Add(int64((passkey.CeremonyLife + time.Minute).Seconds()))
	_, code = s.logInBy(t, 0, "aliya", signed)
	require.Equal(t, "wrong_key", code, "late")

	// Who has only the key has nothing; and keys are tried no faster than passwords.
	status, answer := asksAt(t, s.nodes[0].URL, "", http.MethodPost, "/desk/login/key", m{"login": "aliya", "password": "a wrong password"})
	require.Equal(t, []any{http.StatusUnauthorized, "wrong_login"}, []any{status, answer["code"]})
}

// What a key has signed opens one login, whoever sends it at the same time, on whichever node, and also by a key that does not count.
func TestASignatureIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newStrong(t)
	key := newToken(t)
	_, code, _ := s.registers(t, cookieAt(t, s.nodes[0].URL, "aliya"), key)
	require.Empty(t, code)
	for _, counts := range []bool{false, true} {
		begun := s.asked(t, "aliya")
		if key.count = 6; !counts {
			key.count = ^uint32(0) // so that it says 0
		}
		signed := m{"kept": begun["kept"], "response": key.signs(t, begun["options"].(m))}
		var in atomic.Int64
		var work sync.WaitGroup
		for i := range 4 {
			work.Go(func() {
				if status, _ := s.logInBy(t, i%2, "aliya", signed); status == http.StatusOK {
					in.Add(1)
				}
			})
		}
		work.Wait()
		require.EqualValues(t, 1, in.Load(), counts)
		pgtest.Exec(t, s.URL, `DELETE FROM guesses`)
	}

	// Both a copy and its original sign: the one that counts less is refused, and the journal tells.
	for _, count := range []uint32{2, 6} {
		begun := s.asked(t, "aliya")
		key.count = count
		_, code := s.logInBy(t, 0, "aliya", m{"kept": begun["kept"], "response": key.signs(t, begun["options"].(m))})
		require.Equal(t, "key_cloned", code)
	}
	require.Equal(t, 2, pgtest.Value[int](t, s.URL, `SELECT count(*) FROM audit WHERE action = 'agent.passkey_cloned'`))
}
