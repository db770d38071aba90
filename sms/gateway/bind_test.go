package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/edge"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/sms/smpp"
	"okno/sms/smstest/foreign"
	"okno/sms/smstest/selfsigned"
)

func TestBindIsForWhomItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	_, err := r.bind(smpp.Transceiver, "minjust", "wrong")
	require.ErrorIs(t, err, smpp.InvalidPassword)
	_, err = r.bind(smpp.Transceiver, "nobody", secret)
	require.ErrorIs(t, err, smpp.InvalidPassword)
	for _, mode := range []smpp.Mode{smpp.Transceiver, smpp.Transmitter, smpp.Receiver} {
		r.office(mode)
	}
	_, err = r.bind(smpp.Transceiver, "minjust", secret)
	require.ErrorIs(t, err, smpp.AlreadyBound, "a fourth of three")
	require.Equal(t, "agency.refuse password,agency.refuse password,agency.bind ,agency.bind ,agency.bind ,agency.refuse binds",
		pgtest.Value[string](t, r.url, `
			SELECT string_agg(action || ' ' || coalesce(detail ->> 'refusal', ''), ',' ORDER BY id) FROM audit WHERE actor <> 'cli'`))

	r.store.away.Store(true)
	_, err = r.bind(smpp.Transceiver, "minjust", secret)
	require.ErrorIs(t, err, smpp.SystemError)
	r.store.away.Store(false)
}

func TestABindThatEndedMakesRoom(t *testing.T) {
	t.Parallel()
	account := ministry
	account.Binds = 1
	r := newRig(t, account).run()
	for range 3 {
		o := r.office(smpp.Transceiver)
		require.ErrorIs(t, o.stop(), smpp.ErrClosed)
		r.eventually("room", func() bool {
			again, err := r.bind(smpp.Transmitter, "minjust", secret)
			if err == nil {
				require.ErrorIs(t, again.stop(), smpp.ErrClosed)
			}
			return err == nil
		})
		r.eventually("room again", func() bool {
			again, err := r.bind(smpp.Transmitter, "minjust", secret)
			if err == nil {
				again.session.Close() // without a farewell
			}
			return err == nil
		})
		r.eventually("room once more", func() bool {
			again, err := r.bind(smpp.Transmitter, "minjust", secret)
			if err == nil {
				again.stop()
			}
			return err == nil
		})
	}
}

func TestSuspendedAgencyIsOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry).run()
	o := r.office(smpp.Transceiver)
	suspend := func(suspended bool) {
		require.NoError(t, r.db.Do(t.Context(), func(w *store.Work) error { return w.SuspendAccount(t.Context(), "minjust", suspended) }))
	}
	suspend(true)
	select {
	case <-o.session.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("a suspended agency stays bound")
	}
	_, err := r.bind(smpp.Transceiver, "minjust", secret)
	require.ErrorIs(t, err, smpp.BindFailed)
	suspend(false)
	r.office(smpp.Transceiver)
}

func TestPasswordIsNotLogged(t *testing.T) {
	t.Parallel()
	r := newRig(t, ministry)
	var log bytes.Buffer
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r.addr = listener.Addr().String()
	g := New(Options{Store: r.store, Log: zerolog.New(zerolog.SyncWriter(&log)), tune: r.tune})
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { ended <- g.Serve(ctx, listener) }()
	_, err = r.bind(smpp.Transceiver, "minjust", "wr0ngpass")
	require.Error(t, err)
	o := r.office(smpp.Transceiver)
	o.submit(notice(phone1, "a secret text"))
	o.stop()
	cancel()
	require.NoError(t, <-ended)
	require.Contains(t, log.String(), "minjust")
	for _, hidden := range []string{secret, "wr0ngpass", "a secret text", phone1} {
		require.NotContains(t, log.String(), hidden)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate := selfsigned.For(t, "127.0.0.1")
	conf := Config{edge.Listener{Listen: "127.0.0.1:0", Certificate: certificate.File, Key: certificate.KeyFile}}
	require.NoError(t, conf.Check())
	listener, err := conf.Open(testLog())
	require.NoError(t, err)
	r := newRig(t, ministry).serve(listener)

	session, err := smpp.Dial(t.Context(), r.addr, smpp.Bind{Mode: smpp.Transceiver, SystemID: "minjust", Password: secret},
		smpp.Options{Handler: &office{rig: r}, TLS: &tls.Config{RootCAs: certificate.Roots, ServerName: "127.0.0.1"}})
	require.NoError(t, err)
	session.Close()
	_, err = r.bind(smpp.Transceiver, "minjust", secret)
	require.Error(t, err, "without TLS")

	a := foreign.StartAgency(t)
	require.Zero(t, a.Bind("ssmpp://"+r.addr, "bind_transceiver", "minjust", secret))
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	require.NoError(t, Config{}.Check())
	require.ErrorContains(t, Config{edge.Listener{Listen: "2775"}}.Check(), "host:port")
	require.ErrorContains(t, Config{edge.Listener{Listen: ":2775", Key: "k"}}.Check(), "certificate and key")
	_, err := Config{edge.Listener{Listen: "127.0.0.1:0", Certificate: "/nowhere", Key: "/nowhere"}}.Open(testLog())
	require.ErrorContains(t, err, "sms.gateway.certificate")
}
