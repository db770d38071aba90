package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/sms/smpp"
	"okno/sms/smstest"
)

// office is an ESME that answers everything alike.
type office smpp.Status

func (o office) HandlePoison(smpp.Poison)      {}
func (o office) HandleMessage(r *smpp.Request) { r.Answer(smpp.Status(o), "") }

func phonesOf(t *testing.T, o smpp.Handler) (url string, session *smpp.Session) {
	t.Helper()
	smsc := smstest.New(smstest.Config{Log: zerolog.Nop()})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); smsc.Serve(ctx, listener) }()
	t.Cleanup(func() { cancel(); <-ended })
	server := httptest.NewServer(newPhones(ctx, smsc, "http://page.test"))
	t.Cleanup(func() { cancel(); server.Close() })

	session, err = smpp.Dial(t.Context(), listener.Addr().String(), smpp.Bind{Mode: smpp.Transceiver},
		smpp.Options{Handler: o, Log: zerolog.Nop()})
	require.NoError(t, err)
	go session.Run(ctx)
	return server.URL, session
}

func post(t *testing.T, url, json string) int {
	t.Helper()
	answer, err := http.Post(url+"/mo", "application/json", strings.NewReader(json))
	require.NoError(t, err)
	defer answer.Body.Close()
	return answer.StatusCode
}

func TestPhoneSendsAndShowsItsThread(t *testing.T) {
	t.Parallel()
	url, session := phonesOf(t, office(smpp.OK))
	live, err := http.Get(url + "/events?number=%2B77010000001")
	require.NoError(t, err)
	defer live.Body.Close()
	require.Equal(t, "text/event-stream", live.Header.Get("Content-Type"))
	lines := bufio.NewScanner(live.Body)
	next := func() (m smstest.Message) {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				require.NoError(t, json.Unmarshal([]byte(data), &m))
				return m
			}
		}
		t.Fatal("the stream ended")
		return m
	}
	require.Equal(t, http.StatusNoContent, post(t, url, `{"from":"+77010000001","to":"1414","text":"КӨМЕК"}`))
	require.Equal(t, smstest.Queued, next().State)
	require.Equal(t, smstest.Acknowledged, next().State)

	_, err = session.Submit(t.Context(), smpp.Message{Dest: smpp.Address{Number: "77010000001"}, Short: []byte("hi")})
	require.NoError(t, err)
	require.Equal(t, "hi", next().Text)

	answer, err := http.Get(url + "/messages?number=77010000001")
	require.NoError(t, err)
	defer answer.Body.Close()
	var thread []smstest.Message
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&thread))
	require.Len(t, thread, 2)
	require.Equal(t, "КӨМЕК", thread[0].Text)
	require.Equal(t, smstest.Received, thread[1].State)
}

// screens is an ESME that shows one page, and then the last.
type screens struct{ session *smpp.Session }

func (s *screens) HandlePoison(smpp.Poison) {}
func (s *screens) HandleMessage(r *smpp.Request) {
	m, op := r.Message, smpp.USSRRequest
	info := m.TLVs[smpp.TagITSSessionInfo]
	if m.TLVs[smpp.TagUSSDServiceOp][0] == smpp.USSRConfirm {
		op, info = smpp.PSSRResponse, []byte{info[0], info[1] | 1}
	}
	go func() {
		_, _ = s.session.Submit(context.Background(), smpp.Message{ServiceType: smpp.ServiceUSSD, Source: m.Dest, Dest: m.Source,
			Short: append([]byte("you keyed "), m.Short...), TLVs: smpp.TLVs{smpp.TagUSSDServiceOp: {op}, smpp.TagITSSessionInfo: info}})
	}()
	r.Answer(smpp.OK, "")
}

func TestPhonePlaysUSSD(t *testing.T) {
	t.Parallel()
	s := &screens{}
	url, session := phonesOf(t, s)
	s.session = session
	key := func(text string) (int, string) {
		answer, err := http.Post(url+"/ussd", "application/json", strings.NewReader(`{"from":"+77010000001","text":"`+text+`"}`))
		require.NoError(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, strings.TrimSpace(string(body))
	}
	status, _ := key("1")
	require.Equal(t, http.StatusNotFound, status)
	_, page := key("*1414#")
	require.JSONEq(t, `{"text":"you keyed *1414#","last":false}`, page)
	_, page = key("2")
	require.JSONEq(t, `{"text":"you keyed 2","last":true}`, page)
	status, _ = key("2")
	require.Equal(t, http.StatusNotFound, status)
}

func TestPhoneIsToldWhatWentWrong(t *testing.T) {
	t.Parallel()
	url, _ := phonesOf(t, office(smpp.PermanentAppError))
	require.Equal(t, http.StatusConflict, post(t, url, `{"from":"77010000001","to":"1414","text":"x"}`))
	require.Equal(t, http.StatusBadRequest, post(t, url, `{"from":"","to":"1414","text":"x"}`))
	require.Equal(t, http.StatusBadRequest, post(t, url, `nonsense`))
}

func TestPageElsewhereMayUseIt(t *testing.T) {
	t.Parallel()
	url, _ := phonesOf(t, office(smpp.OK))
	request, err := http.NewRequest(http.MethodOptions, url+"/mo", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusNoContent, answer.StatusCode)
	require.Equal(t, "http://page.test", answer.Header.Get("Access-Control-Allow-Origin"))
}

func TestStopsCleanly(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, flags{Listen: "127.0.0.1:0", HTTP: "127.0.0.1:0"}, zerolog.Nop()) }()
	cancel()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("does not stop")
	}
}

func TestPortInUseIsOneClearError(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	err = run(t.Context(), flags{Listen: listener.Addr().String(), HTTP: "127.0.0.1:0"}, zerolog.Nop())
	require.ErrorContains(t, err, "address already in use")
}
