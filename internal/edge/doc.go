// Package edge is what stands before every listener of Okno: who may connect and how often, TLS, the limits of a request, the
// headers of an answer, and what no request may hold. It knows nothing of what is served behind it.
package edge
