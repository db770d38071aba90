package deploy_test

import (
	"io/fs"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/deploy"
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
