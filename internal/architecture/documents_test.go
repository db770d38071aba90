package architecture_test

import (
	"bufio"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the project's folder, from this package's.
const root = "../.."

// documents are the Markdown files of the project.
func documents(t *testing.T) []string {
	t.Helper()
	found := []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			path, err = filepath.Rel(root, path)
			found = append(found, path)
		}
		return err
	})
	require.NoError(t, err)
	return found
}

// testsOf are the names of all tests, benchmarks and fuzz targets.
func testsOf(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w+)\(`)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && (name == "node_modules" || strings.HasPrefix(name, ".") && name != ".." && name != ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		content, err := os.ReadFile(path)
		for _, match := range declared.FindAllSubmatch(content, -1) {
			names[string(match[1])] = true
		}
		return err
	})
	require.NoError(t, err)
	return names
}

var (
	quoted = regexp.MustCompile("`([^`\\s]+)`")
	link   = regexp.MustCompile(`\]\(([^)#]+)`)
	// file is a path of the project: from a folder at the top, to a file by its ending or a folder.
	file = regexp.MustCompile(`^(?:cmd|ivr|sms|agentdesk|internal|scripts|migrations|deploy|docs)/[\w./-]*\w$`)
	test = regexp.MustCompile(`^(?:Test|Benchmark|Fuzz)[A-Z]\w+$`)
)

// What a document names is there, its links lead somewhere, and its lines can be read side by side with code.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	tests := testsOf(t)
	for _, document := range documents(t) {
		content, err := os.Open(filepath.Join(root, document))
		require.NoError(t, err)
		code := false
		lines := bufio.NewScanner(content)
		for n := 1; lines.Scan(); n++ {
			line := lines.Text()
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				code = !code
			}
			if !code && !strings.HasPrefix(line, "|") && len([]rune(line)) >= 120 {
				t.Errorf("%s:%d has %d characters", document, n, len([]rune(line)))
			}
			for _, match := range quoted.FindAllStringSubmatch(line, -1) {
				name := match[1]
				if test.MatchString(name) && !tests[name] {
					t.Errorf("%s:%d names %s, which is no test", document, n, name)
				}
				if file.MatchString(name) && !strings.Contains(name, "NAME") && !strings.Contains(name, "NN_") {
					if _, err := os.Stat(filepath.Join(root, name)); err != nil {
						t.Errorf("%s:%d names %s, which is not there", document, n, name)
					}
				}
			}
			for _, match := range link.FindAllStringSubmatch(line, -1) {
				if strings.Contains(match[1], "://") {
					continue
				}
				if _, err := os.Stat(filepath.Join(root, filepath.Dir(document), match[1])); err != nil {
					t.Errorf("%s:%d links to %s, which is not there", document, n, match[1])
				}
			}
		}
		require.NoError(t, lines.Err())
		require.NoError(t, content.Close())
	}
}
