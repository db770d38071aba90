package api

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The page of the documentation is made of the document once, when the API is: it has no script, and reaches for nothing elsewhere.

// docsOperation is a method of a path, as the page shows it.
type docsOperation struct {
	ID, Method, Path, Scope, Summary, Description string
	Parameters                                    []docsField
	Request, Answers                              []docsBody
}

type docsBody struct{ Name, Description, Schema string }

type docsField struct{ Name, In, Description, Schema string }

type docsPage struct {
	Title, Version, Description string
	Operations                  []docsOperation
	Schemas                     []docsBody
}

var docsTemplate = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} API</title></head>
<body>
<h1>{{.Title}} API, version {{.Version}}</h1>
<p>{{.Description}}</p>
<p>This page is made of <a href="/api/v1/openapi.yaml">openapi.yaml</a>, the contract.</p>
<nav aria-label="Operations"><ul>
{{range .Operations}}<li><a href="#{{.ID}}"><code>{{.Method}} {{.Path}}</code></a> {{.Summary}}</li>
{{end}}</ul></nav>
<main>
{{range .Operations}}<section aria-labelledby="{{.ID}}">
<h2 id="{{.ID}}"><code>{{.Method}} {{.Path}}</code></h2>
<p><strong>{{.Summary}}.</strong> {{.Description}}</p>
<p>{{if .Scope}}Scope: <code>{{.Scope}}</code>{{else}}Without a key{{end}}</p>
{{if .Parameters}}<h3>Parameters</h3><dl>
{{range .Parameters}}<dt><code>{{.Name}}</code> ({{.In}})</dt><dd>{{.Description}}<pre>{{.Schema}}</pre></dd>
{{end}}</dl>{{end}}
{{range .Request}}<h3>Body: <code>{{.Name}}</code></h3><pre>{{.Schema}}</pre>
{{end}}<h3>Answers</h3><dl>
{{range .Answers}}<dt>{{.Name}}</dt><dd>{{.Description}}{{if .Schema}}<pre>{{.Schema}}</pre>{{end}}</dd>
{{end}}</dl></section>
{{end}}<h2>Schemas</h2>
{{range .Schemas}}<section aria-labelledby="schema-{{.Name}}"><h3 id="schema-{{.Name}}">{{.Name}}</h3><pre>{{.Schema}}</pre></section>
{{end}}</main></body></html>
`))

// docs makes the page of the document.
func docs(document []byte) ([]byte, error) {
	d, err := readDocument(document)
	if err != nil {
		return nil, err
	}
	info := d.at(d.root, "info")
	page := docsPage{Title: text(info, "title"), Version: text(info, "version"), Description: text(info, "description")}
	d.operations(func(method, path string, o, shared *yaml.Node) {
		page.Operations = append(page.Operations, d.operation(method, path, o, shared))
	})
	each(d.at(d.root, "components", "schemas"), func(name string, schema *yaml.Node) {
		page.Schemas = append(page.Schemas, docsBody{Name: name, Schema: source(schema)})
	})
	var out bytes.Buffer
	if err := docsTemplate.Execute(&out, page); err != nil {
		return nil, fmt.Errorf("make the page of the documentation: %w", err)
	}
	return out.Bytes(), nil
}

// docsReader reads the document as it is written, in its order.
type docsReader struct{ root *yaml.Node }

func readDocument(document []byte) (docsReader, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return docsReader{}, fmt.Errorf("read openapi.yaml: %w", err)
	}
	return docsReader{root.Content[0]}, nil
}

// operations visits each operation, with the parameters that its path shares.
func (d docsReader) operations(visit func(method, path string, o, shared *yaml.Node)) {
	each(d.at(d.root, "paths"), func(path string, methods *yaml.Node) {
		shared := d.at(methods, "parameters")
		each(methods, func(method string, o *yaml.Node) {
			if method != "parameters" {
				visit(strings.ToUpper(method), base+path, o, shared)
			}
		})
	})
}

// scope is what an operation wants of a client; "" of one that wants no key.
func (d docsReader) scope(o *yaml.Node) string {
	if security := d.at(o, "security"); security != nil && len(security.Content) > 0 {
		if scopes := d.at(security.Content[0], "key"); scopes != nil && len(scopes.Content) > 0 {
			return scopes.Content[0].Value
		}
	}
	return ""
}

// at gives what is under keys, references followed; nil if it is not there.
func (d docsReader) at(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		if n = d.follow(n); n == nil {
			return nil
		}
		var found *yaml.Node
		each(n, func(name string, value *yaml.Node) {
			if name == key {
				found = value
			}
		})
		n = found
	}
	return d.follow(n)
}

func (d docsReader) follow(n *yaml.Node) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode || len(n.Content) != 2 || n.Content[0].Value != "$ref" {
		return n
	}
	return d.at(d.root, strings.Split(strings.TrimPrefix(n.Content[1].Value, "#/"), "/")...)
}

func (d docsReader) operation(method, path string, n, shared *yaml.Node) docsOperation {
	o := docsOperation{ID: text(n, "operationId"), Method: method, Path: path, Scope: d.scope(n), Summary: text(n, "summary"), Description: text(n, "description")}
	for _, list := range []*yaml.Node{shared, d.at(n, "parameters")} {
		if list == nil {
			continue
		}
		for _, p := range list.Content {
			p = d.follow(p)
			o.Parameters = append(o.Parameters, docsField{text(p, "name"), text(p, "in"), text(p, "description"), source(d.at(p, "schema"))})
		}
	}
	each(d.at(n, "requestBody", "content"), func(kind string, content *yaml.Node) {
		o.Request = append(o.Request, docsBody{Name: kind, Schema: source(d.at(content, "schema"))})
	})
	each(d.at(n, "responses"), func(status string, answer *yaml.Node) {
		answer = d.follow(answer)
		one := docsBody{Name: status, Description: text(answer, "description")}
		each(d.at(answer, "content"), func(_ string, content *yaml.Node) {
			one.Schema = source(d.at(content, "schema"))
		})
		o.Answers = append(o.Answers, one)
	})
	return o
}

func each(n *yaml.Node, visit func(key string, value *yaml.Node)) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		visit(n.Content[i].Value, n.Content[i+1])
	}
}

func text(n *yaml.Node, key string) (value string) {
	each(n, func(name string, v *yaml.Node) {
		if name == key {
			value = strings.TrimSpace(v.Value)
		}
	})
	return value
}

func source(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	raw, err := yaml.Marshal(n)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

// registerDocs serves the page. A document that cannot be read is a mistake of the build, which a test finds.
func registerDocs(mux *http.ServeMux) {
	page, err := docs(document)
	mux.HandleFunc("GET /api/docs", func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
}
