package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"okno/internal/exchange"
)

// The sample agency does what every agency has to; one that takes anything is found out.
func TestTheSampleAgencyConforms(t *testing.T) {
	t.Parallel()
	secret := exchange.NewSecret()
	webhook, err := webhooks.NewWebhook(secret)
	require.NoError(t, err)
	begun := 0
	a := &agencysim{seen: map[string]bool{}, last: map[string]report{}, told: map[string]time.Time{}}
	good := httptest.NewServer(a.handler(webhook, func(string) { begun++ }))
	defer good.Close()
	for _, c := range exchange.Try(t.Context(), good.Client(), exchange.Endpoint{URL: good.URL, Secrets: []string{secret}, Answers: true}, time.Now()) {
		require.True(t, c.OK, "%s: %s", c.Name, c.Said)
	}
	require.Zero(t, begun, "a test is no case")

	careless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer careless.Close()
	failed := 0
	for _, c := range exchange.Try(t.Context(), careless.Client(), exchange.Endpoint{URL: careless.URL, Secrets: []string{secret}}, time.Now()) {
		if !c.OK {
			failed++
		}
	}
	require.Equal(t, 5, failed)
	for _, c := range exchange.Try(t.Context(), careless.Client(), exchange.Endpoint{URL: "http://127.0.0.1:1", Secrets: []string{secret}}, time.Now()) {
		require.False(t, c.OK)
		require.Equal(t, "not reached", c.Said)
	}
}
