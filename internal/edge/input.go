package edge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"okno/internal/fault"
)

// errText is what no text may have: Postgres keeps no zero byte, and what is no UTF-8 would be something else when it is read.
func errText(field string) error {
	return &fault.Error{Kind: fault.Invalid, Field: field, Text: field + " has letters that no text may have"}
}

// Text says whether a text can be kept, and names the field if not.
func Text(field, text string) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return errText(field)
	}
	return nil
}

// checkURL says what is wrong with a request's path and query.
func checkURL(u *url.URL) error {
	if err := Text("path", u.Path); err != nil {
		return err
	}
	query, err := url.QueryUnescape(u.RawQuery)
	if err != nil {
		return errText("query")
	}
	return Text("query", query)
}

// ErrJSON says that a body is not the JSON that was expected.
var ErrJSON = errors.New("the body is not the JSON that is expected here")

// ReadJSON reads a body of at most so many bytes into a value. ErrJSON; a [fault.Error] that names the field with a text that
// cannot be kept; *http.MaxBytesError.
func ReadJSON(w http.ResponseWriter, r *http.Request, most int64, strict bool, into any) error {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return ErrJSON
	}
	if err := CheckJSON(raw); err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	if strict {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(into); err != nil {
		return ErrJSON
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return ErrJSON
	}
	return nil
}

// CheckJSON looks for texts that cannot be kept, and names the first one's field: "args.text", "lines.2". Package json would
// turn wrong UTF-8 into another text.
func CheckJSON(raw []byte) error {
	if !utf8.Valid(raw) {
		return errText("body")
	}
	if !strings.Contains(string(raw), `\u0000`) { // the only way in for a zero byte; the rare rest is looked at closely
		return nil
	}
	var tree any
	if json.Unmarshal(raw, &tree) != nil {
		return ErrJSON
	}
	return checkTree("", tree)
}

func checkTree(path string, tree any) error {
	below := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch node := tree.(type) {
	case string:
		if strings.ContainsRune(node, 0) {
			if path == "" {
				path = "body"
			}
			return errText(path)
		}
	case []any:
		for i, item := range node {
			if err := checkTree(below(fmt.Sprint(i)), item); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, item := range node {
			if strings.ContainsRune(name, 0) {
				return errText(below(strings.ReplaceAll(name, "\x00", "")))
			}
			if err := checkTree(below(name), item); err != nil {
				return err
			}
		}
	}
	return nil
}
