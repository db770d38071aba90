package contacts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/floor/floortest"
	"okno/internal/lease"
)

// Pages are spread over the Asterisks that reach each other, stay where they are, and leave one that is gone.
func TestPagesAreSpreadOverAsterisks(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 3)
	serves := func(name, address, secret string) {
		t.Helper()
		_, held, _, err := h.DB.AcquireLease(t.Context(), lease.Lease{Name: "voice:" + name, Holder: "node-1", Instance: name}, time.Hour)
		require.NoError(t, err)
		require.True(t, held || name == "ast1") // the house has that one
		require.NoError(t, h.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: name, SIPURL: "ws://" + name, Address: address, Secret: secret}))
	}
	opened := func(agent int, name string) string {
		t.Helper()
		a, err := h.DB.OpenAccount(t.Context(), call.Account{Name: name, Kind: call.AgentPage, AgentID: h.Agents[agent].ID, Secret: "secret"}, time.Hour)
		require.NoError(t, err)
		require.Equal(t, "ws://"+a.Asterisk, a.URL)
		where, err := h.DB.AsteriskOfAccount(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, a.Asterisk, where)
		return a.Asterisk
	}
	serves("ast1", "10.0.0.1:5060", "first")
	serves("ast2", "10.0.0.2:5060", "second")
	require.Equal(t, "ast1", opened(0, "agent-a"))
	require.Equal(t, "ast2", opened(1, "agent-b"))
	require.Equal(t, "ast1", opened(2, "agent-c"))
	require.Equal(t, "ast2", opened(1, "agent-b"))

	serves("ast2", "10.0.0.2:5060", "another process's")
	peers, err := h.DB.Peers(t.Context())
	require.NoError(t, err)
	require.Equal(t, []call.Asterisk{{Name: "ast1", Address: "10.0.0.1:5060", Secret: "first"}, {Name: "ast2", Address: "10.0.0.2:5060", Secret: "second"}}, peers)

	require.NoError(t, h.DB.LoseAsterisk(t.Context(), "ast1"))
	require.Equal(t, "ast2", opened(0, "agent-a"))
	serves("ast1", "10.0.0.1:5060", "first")
	require.Equal(t, "ast2", opened(0, "agent-a"))

	// Those that do not reach each other have all pages at one of them.
	serves("ast1", "", "first")
	serves("ast2", "", "second")
	require.Equal(t, "ast1", opened(2, "agent-d"))
	require.Equal(t, "ast1", opened(2, "agent-e"))

	where, err := h.DB.AsteriskOfAccount(t.Context(), "nobody")
	require.NoError(t, err)
	require.Empty(t, where)
}
