package deploy_test

import (
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/deploy"
	"okno/internal/privacy"
)

// Whatever the shared files want of a site, the example shows.
func TestEveryIncludedSiteFileHasAnExample(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(deploy.Asterisk, "asterisk/*.conf")
	require.NoError(t, err)
	wanted := 0
	for _, file := range files {
		content, err := fs.ReadFile(deploy.Asterisk, file)
		require.NoError(t, err)
		for _, include := range regexp.MustCompile(`(?m)^#include site/(\S+)$`).FindAllStringSubmatch(string(content), -1) {
			wanted++
			_, err := fs.Stat(deploy.Asterisk, "asterisk/site.example/"+include[1])
			require.NoError(t, err, "%s includes site/%s", file, include[1])
		}
	}
	require.Greater(t, wanted, 5)
}

// By Asterisk's default a stranger who writes a trunk's name into From would be that trunk.
func TestACarrierIsKnownByItsAddress(t *testing.T) {
	t.Parallel()
	content, err := fs.ReadFile(deploy.Asterisk, "asterisk/pjsip.conf")
	require.NoError(t, err)
	_, carrier, found := strings.Cut(string(content), "\n[carrier](!)\n")
	require.True(t, found)
	carrier, _, _ = strings.Cut(carrier, "\n[")
	require.Regexp(t, `(?m)^identify_by = ip$`, carrier)
	require.NotContains(t, string(content), "anonymous]")
}

// The unit gives a process nothing but its sockets, its clips and its secrets; systemd rates it, where it is there.
func TestTheUnitIsASandbox(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("systemd/okno.service")
	require.NoError(t, err)
	for _, line := range []string{"User=okno", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
		"PrivateDevices=yes", "PrivateUsers=yes", "MemoryDenyWriteExecute=yes", "RestrictNamespaces=yes", "SystemCallFilter=@system-service", "LimitCORE=0",
		"RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "CacheDirectoryMode=0750", "StateDirectoryMode=0700", "UMask=0027"} {
		require.Contains(t, "\n"+string(content), "\n"+line+"\n")
	}
	require.NotRegexp(t, `(?m)^(Environment|ReadWritePaths)=`, string(content), "no secret in the unit, nothing else to write to")
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		return
	}
	said, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--threshold=20", "systemd/okno.service").CombinedOutput()
	require.NoError(t, err, "exposure is above 2.0: %s", said)
}

// What an installation is given for its Postgres is what Okno asks for at its start.
func TestPostgresIsSetToLogNoValues(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("postgres/okno.conf")
	require.NoError(t, err)
	settings := map[string]string{}
	for _, line := range strings.Split(string(file), "\n") {
		if name, value, ok := strings.Cut(line, " = "); ok && !strings.HasPrefix(line, "#") {
			settings[name] = strings.Trim(value, "'")
		}
	}
	require.Empty(t, privacy.LoggedValues(settings))
}
