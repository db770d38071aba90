// Package architecture_test holds what keeps Okno's packages apart: which of them may import which, and where each vendor's
// library is at home.
package architecture_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// imports are one package's, those of its tests apart: a test may look behind a store, but never out of its channel.
type imports struct {
	ImportPath                string
	Imports                   []string
	TestImports, XTestImports []string
}

// channels are the ways in. They never import each other: what they share is in the domain, and cmd/okno joins them.
var channels = []string{"okno/ivr", "okno/sms", "okno/agentdesk", "okno/internal/api"}

// infrastructure is what lies in internal beside the domain.
var infrastructure = []string{"okno/internal/postgres", "okno/internal/news", "okno/internal/api", "okno/internal/sandbox", "okno/internal/architecture",
	"okno/internal/floor/floortest"}

// homes are the only places that know a vendor's library.
var homes = map[string][]string{
	"github.com/CyCoreSystems/ari": {"okno/ivr"},
	"github.com/fiorix/go-smpp":    {"okno/sms"},
	"github.com/gorilla/websocket": {"okno/agentdesk", "okno/ivr", "okno/internal/speech", "okno/cmd/bench"}, // the bench has a bare server of it
	"github.com/jackc/pgx":         {"okno/internal/postgres"},
	"github.com/pressly/goose":     {"okno/internal/postgres"},
	"github.com/riverqueue":        {"okno/internal/postgres/jobs"},
	"database/sql":                 {"okno/internal/postgres"},
	"github.com/nats-io":           {"okno/internal/news"},
	"github.com/chromedp":          {"okno/cmd/okno", "okno/cmd/bench"},
	"github.com/evanw/esbuild":     {"okno/agentdesk/web/build"},
	"github.com/alecthomas/kong":   {"okno/cmd"},
	"github.com/pquerna/otp":       {"okno/internal/totp"},
	"github.com/boombuler/barcode": {"okno/internal/totp"},
	"github.com/makiuchi-d":        {"okno/internal/totp"},
	"github.com/sony/gobreaker":    {"okno/internal/exchange"},
	"github.com/standard-webhooks": {"okno/internal/exchange", "okno/cmd/agencysim", "okno/internal/postgres/exchange"},
	"github.com/go-webauthn":       {"okno/internal/passkey"},
	"github.com/coreos/go-oidc":    {"okno/internal/sso"},
	"golang.org/x/oauth2":          {"okno/internal/sso"},
	"github.com/zitadel/oidc":      {"okno/internal/sso/ssotest"},
	"github.com/nyaruka":           {"okno/internal/phone"},
	"github.com/santhosh-tekuri":   {"okno/agentdesk/protocol"},
	"github.com/pkg/sftp":          {"okno/internal/folder"},
	"github.com/minio/minio-go":    {"okno/internal/attachment/s3"},
	"github.com/johannesboyne":     {"okno/internal/attachment/s3/s3test"},
	"github.com/oapi-codegen":      {"okno/internal/api/apiclient", "okno/internal/api/apiserver"},
	"github.com/pb33f":             {"okno/internal/api"},
	"golang.org/x/crypto/ssh":      {"okno/internal/folder"},
}

// aggregates are the packages of the store above its core, and which others each may use. The arrows have no loop. Only store
// knows them all.
var aggregates = map[string][]string{
	"appointments":  {"audit", "cases"},
	"audit":         nil,
	"calendars":     {"audit"},
	"catalogue":     {"audit", "datakeys"},
	"leases":        nil,
	"lockout":       {"audit"},
	"retention":     {"audit"},
	"jobs":          {"audit"},
	"datakeys":      nil,
	"searchindex":   nil,
	"search":        {"audit", "cases", "contacts", "datakeys", "identity", "searchindex"},
	"streams":       {"datakeys"},
	"cases":         {"audit", "datakeys", "messages", "searchindex", "streams"},
	"identity":      {"audit", "datakeys", "lockout", "messages", "searchindex", "streams"},
	"memos":         {"datakeys", "streams"},
	"messages":      {"audit"},
	"conversations": {"audit", "datakeys", "streams"},
	"notifications": {"audit", "identity", "messages"},
	"evaluations":   {"audit", "datakeys", "streams"},
	"exchange":      {"audit", "cases", "datakeys", "identity"},
	"guesses":       {"audit"},
	"reports":       nil,
	"webhooks":      {"audit"},
	"privacy":       {"audit", "datakeys", "identity", "lockout", "notifications", "transcripts"},
	"smppaccounts":  {"audit", "guesses", "messages"},
	"inbound":       {"cases", "catalogue", "datakeys", "identity", "lockout", "messages"},
	"transcripts":   {"audit", "contacts", "datakeys", "searchindex", "streams"},
	"contacts":      {"audit", "cases", "datakeys", "identity", "messages", "streams"},
}

const core = "okno/internal/postgres"

// aggregate gives the name of the aggregate that a package is; "" for any other.
func aggregate(pkg string) string {
	name := strings.TrimPrefix(pkg, core+"/")
	if _, ok := aggregates[name]; !ok {
		return ""
	}
	return name
}

// within says whether a package is the folder or lies in it.
func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

func inAny(pkg string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return within(pkg, folder) })
}

// violations says which imports break the rules of design, in words.
func violations(p imports) []string {
	var found []string
	complain := func(imported, rule string) {
		found = append(found, fmt.Sprintf("%s imports %s: %s", p.ImportPath, imported, rule))
	}
	own := slices.IndexFunc(channels, func(channel string) bool { return within(p.ImportPath, channel) })
	domain := within(p.ImportPath, "okno/internal") && !inAny(p.ImportPath, infrastructure)

	for _, imported := range p.Imports {
		switch {
		case within(imported, "okno/internal/postgres") && !inAny(p.ImportPath, []string{"okno/cmd", "okno/internal/postgres", "okno/internal/floor/floortest"}):
			complain(imported, "stores are declared where they are used, and joined in cmd/okno")
		case within(imported, "okno/internal/sandbox") && !inAny(p.ImportPath, []string{"okno/cmd", "okno/internal/sandbox", "okno/ivr/ivrtest"}):
			complain(imported, "no part of a real installation knows the sandbox")
		case aggregate(p.ImportPath) != "" && within(imported, core) && imported != core &&
			!slices.Contains(aggregates[aggregate(p.ImportPath)], aggregate(imported)):
			complain(imported, "aggregates know the core, and each other only where the table says so")
		case p.ImportPath == core && within(imported, core):
			complain(imported, "the core knows no aggregate")
		case domain && inAny(imported, channels):
			complain(imported, "the domain knows no channel")
		case domain && inAny(imported, infrastructure):
			complain(imported, "the domain knows nothing beneath it")
		case own < 0 && inAny(p.ImportPath, infrastructure) && inAny(imported, channels):
			complain(imported, "only cmd/okno knows channels")
		case within(imported, "okno/cmd"):
			complain(imported, "a program is no library")
		case isTestHelper(imported) && !isTestHelper(p.ImportPath) && !inAny(p.ImportPath, []string{"okno/cmd/smscsim", "okno/cmd/bench"}):
			complain(imported, "it is for tests")
		}
	}
	for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
		for vendor, home := range homes {
			if within(imported, vendor) && !inAny(p.ImportPath, home) {
				complain(imported, "its home is "+strings.Join(home, " and "))
			}
		}
		if own >= 0 && slices.IndexFunc(channels, func(channel string) bool { return within(imported, channel) }) > -1 && !within(imported, channels[own]) {
			complain(imported, "channels never import each other")
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// isTestHelper says whether the package lies in a folder …test: ivrtest, smstest/foreign.
func isTestHelper(pkg string) bool {
	return slices.ContainsFunc(strings.Split(pkg, "/"), func(name string) bool { return strings.HasSuffix(name, "test") })
}

func TestImports(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "okno/...")
	said, err := list.Output()
	require.NoError(t, err)
	seen := map[string]bool{}
	for decoder := json.NewDecoder(bytes.NewReader(said)); ; {
		var p imports
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		seen[p.ImportPath] = true
		for _, violation := range violations(p) {
			t.Error(violation)
		}
	}
	for name := range aggregates {
		require.True(t, seen[core+"/"+name], "%s is gone: the table is about nothing", name)
	}
	for pkg := range seen {
		if name, below := strings.CutPrefix(pkg, core+"/"); below && name != "store" && name != "pgtest" {
			require.Contains(t, aggregates, name, "an aggregate that is not in the table")
		}
	}
	for _, folder := range slices.Concat(channels, infrastructure) {
		require.True(t, seen[folder], "%s is gone: the rules are about nothing", folder)
	}
}

func TestViolationsAreSeen(t *testing.T) {
	t.Parallel()
	for _, broken := range []struct{ pkg, imported, rule string }{
		{"okno/ivr", "okno/sms", "channels never"},
		{"okno/sms/smpp", "okno/ivr/voice", "channels never"},
		{"okno/agentdesk", "okno/ivr", "channels never"},
		{"okno/internal/api", "okno/sms/text", "channels never"},
		{"okno/ivr", "okno/internal/api", "channels never"},
		{"okno/internal/cases", "okno/sms/text", "no channel"},
		{"okno/internal/dialogue", "okno/internal/api", "no channel"},
		{"okno/internal/otp", "okno/internal/postgres", "joined in cmd/okno"},
		{"okno/ivr", "okno/internal/postgres", "joined in cmd/okno"},
		{"okno/internal/acd", "okno/internal/news", "nothing beneath"},
		{"okno/internal/postgres", "okno/agentdesk", "only cmd/okno"},
		{"okno/internal/postgres", "okno/internal/postgres/audit", "core knows no aggregate"},
		{"okno/internal/postgres/cases", "okno/internal/postgres/contacts", "where the table says so"},
		{"okno/internal/postgres/cases", "okno/internal/postgres/store", "where the table says so"},
		{"okno/internal/acd", "github.com/jackc/pgx/v5/pgxpool", "home"},
		{"okno/internal/cases", "database/sql", "home"},
		{"okno/internal/postgres/retention", "github.com/riverqueue/river", "home"},
		{"okno/cmd/okno", "github.com/CyCoreSystems/ari/v6", "home"},
		{"okno/agentdesk", "github.com/fiorix/go-smpp/smpp/pdu", "home"},
		{"okno/internal/api", "github.com/gorilla/websocket", "home"},
		{"okno/sms", "github.com/nats-io/nats.go", "home"},
		{"okno/sms", "github.com/alecthomas/kong", "home"},
		{"okno/ivr", "okno/internal/sandbox", "sandbox"},
		{"okno/sms", "okno/cmd/smscsim", "no library"},
		{"okno/sms", "okno/sms/smstest", "for tests"},
	} {
		found := violations(imports{ImportPath: broken.pkg, Imports: []string{broken.imported}})
		require.Len(t, found, 1, "%s imports %s", broken.pkg, broken.imported)
		require.Contains(t, found[0], broken.rule)
	}
	for _, sound := range []imports{
		{ImportPath: "okno/agentdesk/phone", Imports: []string{"okno/agentdesk", "okno/internal/phone"}},
		{ImportPath: "okno/ivr", Imports: []string{"okno/internal/call", "github.com/CyCoreSystems/ari/v6"}, XTestImports: []string{"okno/internal/postgres/pgtest", "okno/ivr/ivrtest"}},
		{ImportPath: "okno/cmd/okno", Imports: []string{"okno/ivr", "okno/sms", "okno/internal/postgres"}},
	} {
		require.Empty(t, violations(sound), sound.ImportPath)
	}
	require.NotEmpty(t, violations(imports{ImportPath: "okno/sms", XTestImports: []string{"okno/ivr/ivrtest"}}), "a test of a channel stays in it")
	require.NotEmpty(t, violations(imports{ImportPath: "okno/sms", TestImports: []string{"github.com/jackc/pgx/v5"}}), "a test knows no vendor that its package does not")
}
