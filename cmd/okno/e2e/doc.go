// Package e2e tests Okno from outside: the real programs, started as a person would start them, on a real Asterisk and a
// real Postgres, against peers that others wrote: a second Asterisk as the telephones, npm's smpp as a mobile operator,
// Chromium as operators' and citizens' browsers. It knows the product by its contract: its commands, its configuration, its
// HTTP, what it says and what it writes. There is nothing here but tests.
package e2e
