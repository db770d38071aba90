package client

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/otp"
)

func TestAdmit(t *testing.T) {
	t.Parallel()
	now := time.Now()
	home, own := netip.MustParsePrefix("192.0.2.0/24"), Fingerprint([]byte("own"))
	good := Client{Name: "portal", Addresses: []netip.Prefix{home}, Certificates: []string{own}}
	key := Key{ExpiresAt: now.Add(time.Hour)}
	from := Presented{Address: netip.MustParseAddr("192.0.2.7"), Certificate: own}
	for want, spoil := range map[error]func(*Client, *Key, *Presented){
		nil:            func(*Client, *Key, *Presented) {},
		ErrExpired:     func(_ *Client, k *Key, _ *Presented) { k.ExpiresAt = now },
		ErrSuspended:   func(c *Client, _ *Key, _ *Presented) { c.Suspended = true },
		ErrAddress:     func(_ *Client, _ *Key, p *Presented) { p.Address = netip.MustParseAddr("192.0.3.7") },
		ErrCertificate: func(_ *Client, _ *Key, p *Presented) { p.Certificate = "" },
	} {
		c, k, p := good, key, from
		spoil(&c, &k, &p)
		require.ErrorIs(t, Admit(c, k, p, now), want)
	}
	require.NoError(t, Admit(Client{}, key, Presented{}, now), "nothing is asked for")
	require.ErrorIs(t, Admit(good, key, Presented{Certificate: own}, now), ErrAddress, "nobody knows where it comes from")
}

const file = `
clients:
  - name: portal
    title: eGov
    addresses: [192.0.2.0/24, "2001:db8::1"]
    certificates: ["AB:CD:00000000000000000000000000000000000000000000000000000000000:0"]
    budget: 500
    purposes:
      - name: sign-in
        title: {kk: кіру, ru: вход, en: sign-in}
        origins: [egov.example]
        life: 3m
`

func TestAFileIsRead(t *testing.T) {
	t.Parallel()
	read, err := Read(strings.NewReader(file))
	require.NoError(t, err)
	clients, purposes, problems := read.Check(func(string) int { return 1 })
	require.Empty(t, problems)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/128")}, clients[0].Addresses)
	require.Equal(t, DefaultScopes, clients[0].Scopes)
	require.Equal(t, "abcd"+strings.Repeat("0", 60), clients[0].Certificates[0])
	require.Equal(t, 500, clients[0].Budget)
	p := purposes["portal"][0]
	require.Equal(t, 3*time.Minute, p.Life)
	require.Equal(t, []otp.Channel{otp.SMS, otp.Voice, otp.Operator}, p.Channels)
}

// Everything that is wrong is said at once, with the client, the purpose and the language.
func TestAFileIsChecked(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string][2]string{
		"line 5: unknown key adresses":                              {"addresses:", "adresses:"},
		`client portal: "192.0.2.0/33" is no address`:               {"192.0.2.0/24", "192.0.2.0/33"},
		"client portal: title is missing, or longer":                {"title: eGov", "title: " + strings.Repeat("x", 41)},
		"okno is Okno's own name":                                   {"name: portal", "name: okno"},
		"a client's name is up to 63":                               {"name: portal", "name: \"a/b\""},
		"client portal: unknown scope all":                          {"budget: 500", "scopes: [all]"},
		"client portal: budget is less than nothing":                {"budget: 500", "budget: -1"},
		"client portal: a certificate is named by":                  {"AB:CD", "AB:CE:CD"},
		"client portal: purpose sign-in: life is":                   {"life: 3m", "life: 3h"},
		"client portal: purpose sign-in: language ru: its message":  {"title: eGov", "title: Министерство всего"},
		"client portal: purpose sign-in: language kk: its title is": {"kk: кіру, ", ""},
		"client portal: purpose sign-in: is there twice":            {"        life: 3m\n", "      - name: sign-in\n        title: {kk: к, ru: в, en: s}\n"},
		"client portal: is there twice":                             {"clients:\n", "clients:\n  - name: portal\n"},
		"there are no clients in it":                                {file, "clients: []"},
		"the file is empty":                                         {file, ""},
	} {
		segments := func(s string) int { return 1 + len([]rune(s))/71 }
		read, err := Read(strings.NewReader(strings.Replace(file, spoil[0], spoil[1], 1)))
		if err == nil {
			_, _, problems := read.Check(segments)
			err = errors.Join(problems...)
		}
		require.ErrorContains(t, err, want)
	}
}
