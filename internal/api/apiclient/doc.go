// Package apiclient is the Go client of Okno's API, made from its document. A key is sent by [WithKey].
package apiclient

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 --config=generate.yaml ../openapi.yaml

import (
	"context"
	"net/http"
)

// WithKey has each request sent with a client's key.
func WithKey(key string) ClientOption {
	return WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+key)
		return nil
	})
}
