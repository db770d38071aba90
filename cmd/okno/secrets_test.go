package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASecretComesFromAFileAndIsNeverPrinted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte("p: #${x} secret of 16 letters\n"), 0o600))
	c := defaultConfig()
	require.NoError(t, c.parse("database_url: postgres://x\nsecret: ${file:"+file+"}\n", environment))
	require.NoError(t, c.check())
	require.Equal(t, "p: #${x} secret of 16 letters", c.Secret, "without the line break at its end, and filled in once")

	const hidden = "0123456789abcdef"
	for content, want := range map[string]string{
		"secret: ${file:/nowhere/secret}\n":                                      "line 1: open /nowhere/secret",
		"http: {connections: \"${OKNO_SECRET}\"}\n":                              "line 1",
		"http: {connections: " + hidden + "}\n":                                  "line 1",
		"sms: {links: \"${OKNO_SECRET}\"}\n":                                     "line 1",
		"sms: {links: [{password: {x: " + hidden + "}}]}\n":                      "line 1",
		"roles: " + hidden + "\n":                                                "line 1",
		"voice: {asterisks: [" + hidden + "]}\n":                                 "line 1",
		"sms: {links: [{name: a, bind_timeout: " + hidden + ", addr: \"h:1\"}]}": "line 1",
	} {
		c := defaultConfig()
		err := c.parse(content, environment)
		require.ErrorContains(t, err, want, content)
		require.NotContains(t, err.Error(), hidden[:6], content)
	}
	// A database's password stands in no error about its URL.
	_, err := openDatabase(config{DatabaseURL: "postgres://okno:" + hidden + "@host:port/okno"}, nil)
	require.Error(t, err)
	require.NotContains(t, err.Error(), hidden)
}

func TestListenersOffLoopbackWantTLS(t *testing.T) {
	t.Parallel()
	const good = "database_url: postgres://x\nsecret: 0123456789abcdef\n"
	for content, want := range map[string]string{
		good + "http: {listen: \"0.0.0.0:8080\"}\n":                                          "http: listen \"0.0.0.0:8080\" is not a loopback address",
		good + "http: {listen: \":8080\", plaintext: true, internal: {listen: \":9414\"}}\n": "http.internal: listen \":9414\" is not a loopback address",
		good + "sms: {gateway: {listen: \"10.0.0.1:2776\"}}\n":                               "sms.gateway: listen \"10.0.0.1:2776\" is not a loopback address",
		good + "http: {listen: \"\"}\n":                                                      "http.listen is missing",
		good + "http: {hosts: [\"https://desk.example\"]}\n":                                 "http.hosts",
		good + "http: {connect: [\"wss://sip.example; script-src *\"]}\n":                    "http.connect",
		good + "http: {proxies: [\"everywhere\"]}\n":                                         "http.proxies",
		good + "http: {listen: \"0.0.0.0:8080\", plaintext: true}\n":                         "",
		good + "http: {listen: \"0.0.0.0:8080\", certificate: /c.pem, key: /k.pem}\n":        "",
		good + "http: {hosts: [\"desk.example\"], proxies: [\"10.0.0.0/8\", \"::1\"]}\n":     "",
		good + "http: {connect: [\"wss://sip.example\"], internal: {listen: \"\"}}\n":        "",
		good + "sms: {gateway: {listen: \"10.0.0.1:2776\", plaintext: true}}\n":              "",
		good + "voice: {asterisks: [{name: a, ari_url: \"http://10.0.0.1:8088/ari\"}]}\n":    "",
	} {
		c := defaultConfig()
		err := c.parse(content, environment)
		if err == nil {
			err = c.check()
		}
		if want == "" {
			require.NoError(t, err, content)
			continue
		}
		require.ErrorContains(t, err, want, content)
	}
}
