// Command sbom prints what a build of Okno consists of, as CycloneDX 1.6: the Go modules and the standard library that are linked into
// the binary, by its own word, and the npm packages that are bundled into the pages, by the lock file. The same input gives the same
// bytes, so that two builds can be compared.
package main

import (
	"cmp"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// document is a bill of materials (CycloneDX 1.6).
type document struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Serial     string      `json:"serialNumber"` // of the content: no clock and no chance in it
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version,omitempty"`
	PURL       string     `json:"purl,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Licenses   []license  `json:"licenses,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type license struct {
	Expression string `json:"expression"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sbom BINARY PACKAGE-LOCK")
		os.Exit(2)
	}
	if err := run(os.Stdout, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, binary, lock string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(lock)
	if err != nil {
		return err
	}
	pages, err := packages(content)
	if err != nil {
		return fmt.Errorf("%s: %w", lock, err)
	}
	d, err := describe(info, pages)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(d)
}

func describe(info *debug.BuildInfo, pages []component) (document, error) {
	components := slices.Concat([]component{{Type: "library", Ref: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"), Name: "std",
		Version: strings.TrimPrefix(info.GoVersion, "go"), PURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")}}, modules(info.Deps), pages)
	slices.SortFunc(components, func(a, b component) int { return cmp.Compare(a.Ref, b.Ref) })
	d := document{Format: "CycloneDX", Spec: "1.6", Version: 1, Components: components,
		Metadata: metadata{component{Type: "application", Ref: "okno", Name: info.Main.Path}}}
	plain, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	d.Serial = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, plain).String()
	return d, nil
}

// modules are those of a binary. What replaces a module is what is linked.
func modules(deps []*debug.Module) []component {
	found := make([]component, 0, len(deps))
	for _, m := range deps {
		if m.Replace != nil {
			m = m.Replace
		}
		purl := "pkg:golang/" + m.Path + "@" + m.Version
		c := component{Type: "library", Ref: purl, Name: m.Path, Version: m.Version, PURL: purl}
		if m.Sum != "" { // a hash of hashes (golang.org/x/mod/sumdb/dirhash), of no file's
			c.Properties = []property{{"okno:go.sum", m.Sum}}
		}
		found = append(found, c)
	}
	return found
}

// packages are those of a lock file of npm that are not for development only.
func packages(lock []byte) ([]component, error) {
	var file struct {
		Packages map[string]struct {
			Version   string `json:"version"`
			Integrity string `json:"integrity"`
			License   string `json:"license"`
			Dev       bool   `json:"dev"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(lock, &file); err != nil {
		return nil, err
	}
	var found []component
	for path, p := range file.Packages {
		_, name, nested := cutLast(path, "node_modules/")
		if !nested || p.Dev {
			continue
		}
		purl := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version
		c := component{Type: "library", Ref: purl, Name: name, Version: p.Version, PURL: purl}
		if encoded, ok := strings.CutPrefix(p.Integrity, "sha512-"); ok {
			sum, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil {
				return nil, fmt.Errorf("%s: integrity: %w", name, err)
			}
			c.Hashes = []hash{{"SHA-512", hex.EncodeToString(sum)}}
		}
		if p.License != "" {
			c.Licenses = []license{{p.License}}
		}
		found = append(found, c)
	}
	return found, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
