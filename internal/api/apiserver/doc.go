// Package apiserver is the router of Okno's API, made from its document: paths, parameters, and the scopes that each operation wants.
package apiserver

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 --config=generate.yaml ../openapi.yaml
