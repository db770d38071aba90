package main

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func environment(name string) (string, bool) {
	found, ok := map[string]string{"OKNO_SECRET": "0123456789abcdef", "OKNO_KEY": "fedcba9876543210", "OKNO_SSO": "sso", "SMPP_A": "p: #${x}", "ARI_1": "ari"}[name]
	return found, ok
}

func TestTheExampleIsValidAndShowsEveryKey(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../deploy/okno.example.yaml")
	require.NoError(t, err)
	c := defaultConfig()
	require.NoError(t, c.parse(string(content), environment))
	require.NoError(t, c.check())
	require.Equal(t, "p: #${x}", c.SMS.Links[0].Password, "a secret can hold any character, and is filled in once")

	var shown map[string]any
	require.NoError(t, yaml.Unmarshal(content, &shown))
	for _, key := range keysOf(reflect.TypeOf(config{}), "") {
		require.True(t, has(shown, strings.Split(key, ".")), "the example does not show %s", key)
	}
}

// keysOf lists the keys of a configuration: "sms.links.window".
func keysOf(t reflect.Type, prefix string) []string {
	var keys []string
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous { // inline
			keys = append(keys, keysOf(field.Type, prefix)...)
			continue
		}
		key := prefix + field.Tag.Get("yaml")
		keys = append(keys, key)
		inner := field.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			keys = append(keys, keysOf(inner, key+".")...)
		}
	}
	return keys
}

func has(tree any, path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch node := tree.(type) {
	case map[string]any:
		inner, ok := node[path[0]]
		return ok && has(inner, path[1:])
	case []any:
		return len(node) > 0 && has(node[0], path)
	}
	return false
}

func TestAConfigurationThatIsWrongSaysWhere(t *testing.T) {
	t.Parallel()
	const good = "database_url: postgres://x\nsecret: 0123456789abcdef\n"
	for content, want := range map[string]string{
		good + "smss: {}\n": "line 3: unknown key smss",
		good + "sms:\n  links:\n    - {name: a, adr: x}\n":                                                         "line 5: unknown key adr",
		good + "roles: [voice, coffee]\n":                                                                          `unknown role "coffee"`,
		good + "roles: 7\n":                                                                                        "line 3",
		good + "sms: {links: [{name: a, addr: nowhere}]}\n":                                                        "not host:port",
		good + "sms: {links: [{name: a, password: \"${NOPE}\"}]}\n":                                                "the environment has no NOPE",
		good + "sms: {links: [{name: a, addr: \"h:1\", receipts: false, receipts_within: 2m}]}\n":                  "link 1 (a): receipts_within needs receipts",
		good + "sms: {transliterate: [notices]}\n":                                                                 `transliterate "notices" is none of otp, reply, notice`,
		good + "sms: {flood: {messages: -1}}\n":                                                                    "flood cannot be negative",
		good + "desk: {second_factor: [boss]}\n":                                                                   `desk.second_factor: unknown role "boss"`,
		"secret: 0123456789abcdef\n":                                                                               "database_url is missing",
		good + "desk: {sso: {issuer: \"http://sso.example\"}}\n":                                                   "desk.sso.issuer",
		good + "desk: {sso: {issuer: \"https://sso.example\"}}\n":                                                  "desk.sso: client_id and client_secret",
		good + "desk: {sso: {issuer: \"https://a\", client_id: a, client_secret: b, redirect: \"https://d/x\"}}\n": "desk.sso.redirect",
		good + "desk: {sso: {issuer: \"https://a\", client_id: a, client_secret: b, redirect: \"https://d/desk/sso/callback\"}}\n":                                   "desk.sso.groups",
		good + "desk: {sso: {issuer: \"https://a\", client_id: a, client_secret: b, redirect: \"https://d/desk/sso/callback\", groups: [{group: a, role: boss}]}}\n": `"a" has the role "boss"`,
		"database_url: postgres://x\nsecret: short\n":                                                                                "secret is missing or shorter",
		good + "voice: {asterisks: [{name: a}]}\n":                                                                                   "a name and an ari_url",
		good + "voice: {asterisks: [{name: a, ari_url: \"http://127.0.0.1/ari\", outward: {most: -1}}]}\n":                           "asterisk a: outward",
		good + "voice: {asterisks: [{name: a, ari_url: \"http://127.0.0.1/ari\", area: \"+7\"}]}\n":                                  "no area's code",
		good + "voice: {asterisks: [{name: a, ari_url: \"http://a/ari\", sip: \"a:5060\"}, {name: b, ari_url: \"http://b/ari\"}]}\n": "asterisk b: sip",
		good + "voice: {asterisks: [{name: \"a b\", ari_url: \"http://a/ari\", sip: \"a:5060\"}]}\n":                                 "letters, digits",
		good + "attachments: {dir: /a, s3: {endpoint: \"https://a\"}}\n":                                                             "dir or s3, not both",
		good + "attachments: {s3: {endpoint: \"http://a\"}}\n":                                                                       "attachments.s3.endpoint",
		good + "speech: {recognition: {de: \"ws://a\"}}\n":                                                                           "\"de\" is no language",
		good + "speech: {recognition: {ru: \"http://a\"}}\n":                                                                         "speech.recognition: ru: no URL of a server",
		good + "speech: {answers: true}\n":                                                                                           "wants a server",
		good + "speech: {confidence: 60}\n":                                                                                          "0 to 1",
		good + "\tx: 1\n":                                                                                                            "tab character",
	} {
		c := defaultConfig()
		err := c.parse(content, environment)
		if err == nil {
			err = c.check()
		}
		require.ErrorContains(t, err, want, content)
		require.NotContains(t, err.Error(), "\n", "one line")
	}
}
