package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The bill names exactly what is linked, and is the same each time.
func TestTheBillNamesWhatIsLinked(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "okno")
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "okno/cmd/okno").CombinedOutput()
	require.NoError(t, err, "%s", said)
	const lock = "../../agentdesk/web/package-lock.json"
	var first, second bytes.Buffer
	require.NoError(t, run(&first, binary, lock))
	require.NoError(t, run(&second, binary, lock))
	require.Equal(t, first.String(), second.String())
	require.Regexp(t, `"serialNumber": "urn:uuid:[0-9a-f-]{36}"`, first.String())

	var d document
	require.NoError(t, json.Unmarshal(first.Bytes(), &d))
	require.Equal(t, "CycloneDX", d.Format)
	named, refs := map[string]bool{}, map[string]bool{}
	for _, c := range d.Components {
		require.NotEmpty(t, c.Version, c.Name)
		require.Regexp(t, `^pkg:(golang|npm)/`, c.PURL)
		require.False(t, refs[c.Ref], "%s twice", c.Ref)
		refs[c.Ref] = true
		named[c.Name+" "+c.Version] = true
	}
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{with .Replace}}{{.Path}} {{.Version}}{{else}}{{.Path}} {{.Version}}{{end}}{{end}}{{end}}", "okno/cmd/okno").Output()
	require.NoError(t, err)
	modules := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		if line = strings.TrimSpace(line); line != "" {
			modules[line] = true
			require.True(t, named[line], "%s is linked and not named", line)
		}
	}
	require.True(t, modules["github.com/jackc/pgx/v5 v5.12.0"])
	pages := 0
	for ref := range refs {
		if strings.HasPrefix(ref, "pkg:npm/") {
			pages++
		}
	}
	require.Len(t, refs, len(modules)+1+pages, "and nothing else, but the standard library")
	require.True(t, named["jssip 3.13.8"])
	require.False(t, named["typescript 7.0.2"], "what only builds the pages is not in them")
	require.Regexp(t, regexp.MustCompile(`pkg:npm/%40preact/signals@`), first.String())
}
