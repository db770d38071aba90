// Package api is Okno over HTTP for portals, kiosks and agencies, after the OpenAPI document beside it. A client proves
// itself by its key; every error is a problem (RFC 9457).
package api
