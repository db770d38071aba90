package dialogue

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each finding that the check adds has the values that its text wants, and each text belongs to a finding.
func TestEachFindingHasItsValues(t *testing.T) {
	t.Parallel()
	added := map[string]bool{"segments": true, "segments_latin": true} // which of both is for the caller to say
	files := token.NewFileSet()
	places := map[string]int{"add": 1, "addAt": 2, "because": 1, "inText": 0} // how many arguments come before the code
	for _, known := range yamlSays {
		require.Contains(t, findings, known.code)
		require.Equal(t, len(findings[known.code].parameters()), known.words.NumSubexp(), known.code)
		added[known.code] = true
	}
	for _, file := range []string{"check.go", "check_levels.go", "check_spoken.go", "check_texts.go", "load.go", "template.go", "texts.go", "unreadable.go"} {
		source, err := parser.ParseFile(files, file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(source, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch called := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = called.Sel.Name
			case *ast.Ident:
				name = called.Name
			}
			before, adds := places[name]
			if !adds {
				return true
			}
			code, ok := call.Args[before].(*ast.BasicLit)
			if !ok {
				return true // passed on
			}
			key, err := strconv.Unquote(code.Value)
			require.NoError(t, err)
			require.Contains(t, findings, key, files.Position(call.Pos()))
			given := len(call.Args[before+1:])
			if name == "inText" {
				given++ // flatten gives the text
			}
			require.Equal(t, len(findings[key].parameters()), given, files.Position(call.Pos()))
			added[key] = true
			return true
		})
	}
	require.Len(t, added, len(findings))
}

// A value is said as it is, even one that looks like a parameter.
func TestAFindingSaysItsValues(t *testing.T) {
	t.Parallel()
	f := newFinding("texts/ru.yaml", 7, "form", "status.tell", "{language:date}", "en")
	require.Equal(t, "texts/ru.yaml:7: text status.tell asks for a form of {language:date} that en does not have; leave it out, or write the text so that it needs another", f.String())
	require.Equal(t, map[string]string{"text": "status.tell", "value": "{language:date}", "language": "en"}, f.Values)
	require.Equal(t, []string{"text", "language", "file"}, FindingCodes()["text_missing"])
}
