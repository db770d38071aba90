package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
	"okno/sms/smstest"
)

// Kannel, which others wrote, binds to the simulator, gets a citizen's message, has its application answer it at length, and
// gets the receipts of the answer.
func TestKannelIsServed(t *testing.T) {
	t.Parallel()
	folder := sandbox.FromEnvironment().Kannel
	if folder == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("kannel is missing: run the tests by scripts/test")
		}
		t.Skip("kannel is missing: run the tests by scripts/test")
	}
	const citizen = "+77010000001"
	reply := strings.Repeat("Сіздің өтінішіңіз қаралуда. ", 6)
	heard, receipts := make(chan string, 10), make(chan string, 10)
	mux := http.NewServeMux()
	application := httptest.NewServer(mux)
	t.Cleanup(application.Close)
	mux.HandleFunc("/mo", func(w http.ResponseWriter, r *http.Request) {
		heard <- r.URL.Query().Get("from") + ": " + r.URL.Query().Get("text")
		w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
		w.Header().Set("X-Kannel-Coding", "2")
		w.Header().Set("X-Kannel-DLR-Mask", "3") // delivered, or not
		w.Header().Set("X-Kannel-DLR-Url", application.URL+"/receipt?type=%d")
		fmt.Fprint(w, reply)
	})
	mux.HandleFunc("/receipt", func(_ http.ResponseWriter, r *http.Request) { receipts <- r.URL.Query().Get("type") })

	phones, smpp := simulator(t)
	kannel, err := sandbox.StartKannel(t.Context(), sandbox.KannelConfig{
		Bin: folder, Folder: t.TempDir(), SMSC: smpp, Password: "secret", LogLevel: 1, Service: fmt.Sprintf(`get-url = "%s/mo?from=%%p&text=%%a"
accept-x-kannel-headers = true
concatenation = true
max-messages = 5`, application.URL),
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, kannel.Stop())
		if t.Failed() {
			t.Log(kannel.Said())
		}
	})
	require.Equal(t, http.StatusNoContent, post(t, phones, fmt.Sprintf(`{"from":%q,"to":"1414","text":"HELP [me]"}`, citizen)))
	require.Equal(t, citizen+": HELP [me]", within(t, heard))
	var got []smstest.Message
	require.Eventually(t, func() bool {
		answer, err := http.Get(phones + "/messages?number=" + citizen[1:])
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		return json.NewDecoder(answer.Body).Decode(&got) == nil && len(got) == 2
	}, 20*time.Second, 20*time.Millisecond)
	require.Equal(t, smstest.Acknowledged, got[0].State)
	require.Equal(t, strings.TrimSpace(reply), strings.TrimSpace(got[1].Text))
	require.Greater(t, got[1].Segments, 1)
	require.Equal(t, "1", within(t, receipts), "delivered")
}

// simulator runs the program, and gives the URL of its phones and its port for SMPP.
func simulator(t *testing.T) (phones string, smpp int) {
	t.Helper()
	smpp, err := sandbox.FreePort()
	require.NoError(t, err)
	web, err := sandbox.FreePort()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, flags{Listen: address(smpp), HTTP: address(web), SystemID: "kannel", Password: "secret",
			ReceiptDelay: 50 * time.Millisecond, RetryEvery: 50 * time.Millisecond, Window: 10}, zerolog.Nop())
	}()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	awaitPort(t, web)
	return "http://" + address(web), smpp
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func awaitPort(t *testing.T, port int) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address(port))
		if err != nil {
			return false
		}
		conn.Close()
		return true
	}, 20*time.Second, 20*time.Millisecond, "nothing listens on port %d", port)
}

func within(t *testing.T, from <-chan string) string {
	t.Helper()
	select {
	case s := <-from:
		return s
	case <-time.After(20 * time.Second):
		require.FailNow(t, "it never came")
		return ""
	}
}
