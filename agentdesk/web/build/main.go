// Command build bundles the pages' sources into agentdesk/web/dist, which is committed. Run it from the checkout, after
// `npm ci` in agentdesk/web: go run ./agentdesk/web/build
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const root = "agentdesk/web"

func main() {
	for _, page := range []string{"desk", "phone"} {
		if err := build(page); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n", page, err)
			os.Exit(1)
		}
	}
}

// build makes dist/<page> anew from src/<page>.
func build(page string) error {
	out := filepath.Join(root, "dist", page)
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{{InputPath: filepath.Join(root, "src", page, "main.tsx"), OutputPath: page}},
		Outdir:              out,
		EntryNames:          "[name]-[hash]", // a name that changes with its content is cached for ever
		Metafile:            true,
		Bundle:              true,
		Splitting:           true, // what a page needs later is loaded later
		Format:              api.FormatESModule,
		Target:              api.ES2022,
		MinifyWhitespace:    true,
		MinifySyntax:        true,
		MinifyIdentifiers:   true,
		Charset:             api.CharsetUTF8, // what is served says so; escaped, the Kazakh and Russian texts take three times as much
		JSX:                 api.JSXAutomatic,
		JSXImportSource:     "preact",
		LegalComments:       api.LegalCommentsEndOfFile,
		Define:              map[string]string{"process.env.NODE_ENV": `"production"`, "global": "window"},
		Write:               true,
		LogLevel:            api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("%d errors", len(result.Errors))
	}
	content, err := os.ReadFile(filepath.Join(root, "src", page, "index.html"))
	if err != nil {
		return err
	}
	script, style, err := entry(result.Metafile)
	if err != nil {
		return err
	}
	named := strings.NewReplacer(page+".js", filepath.Base(script), page+".css", filepath.Base(style)).Replace(string(content))
	return os.WriteFile(filepath.Join(out, "index.html"), []byte(named), 0o644)
}

// entry gives the script and the style sheet of a page's entry point.
func entry(metafile string) (script, style string, err error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string `json:"entryPoint"`
			CSSBundle  string `json:"cssBundle"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return "", "", err
	}
	for name, output := range meta.Outputs {
		if strings.HasSuffix(output.EntryPoint, "/main.tsx") {
			return name, output.CSSBundle, nil
		}
	}
	return "", "", errors.New("the bundle has no entry point")
}
