package sms

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/smstest"
)

func TestDestinationsGoByTheLongestPrefix(t *testing.T) {
	t.Parallel()
	a, linkA := smsc(t, "a", smstest.Config{})
	b, linkB := smsc(t, "b", smstest.Config{})
	rest, linkC := smsc(t, "rest", smstest.Config{})
	linkA.Prefixes = []string{"7701", "7702"}
	linkB.Prefixes = []string{"+77015"}
	r := newRig(t, linkA, linkB, linkC)
	r.run()
	for to, by := range map[string]*smstest.SMSC{
		"+77010000001": a, "+77020000001": a, "+77015000001": b, "+77770000001": rest, "+998901234567": rest,
	} {
		r.send(message.Reply, to, "hi", time.Hour)
		r.eventually(to, func() bool { return len(by.Received(to)) == 1 })
	}
}

func TestLinkThatIsDownHoldsBackOnlyItsOwn(t *testing.T) {
	t.Parallel()
	_, up := smsc(t, "up", smstest.Config{})
	down := Link{Name: "down", Addr: "127.0.0.1:1", Prefixes: []string{"7702"}}
	r := newRig(t, up, down)
	r.run()
	r.send(message.OTP, "+77020000001", "hi", time.Hour)
	r.send(message.Notice, phone1, "hi", time.Hour)
	r.eventuallyStates(phone1, message.Delivered)
	require.Equal(t, []message.SegmentState{message.Queued}, r.states("+77020000001"))
	require.EqualError(t, r.channel.Ready(), "sms links down: down (not connected)")
}

func TestReadyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, link := smsc(t, "a", smstest.Config{SystemID: "okno", Password: "other"})
	r := newRig(t, link)
	r.run()
	r.eventually("the reason", func() bool {
		err := r.channel.Ready()
		return err != nil && strings.Contains(err.Error(), "a (smpp status 0x0E (invalid password))")
	})
}

// Nothing could be acknowledged, so the SMSC is left its messages.
func TestNoBindWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	away := func(message.Ledger) error { return errors.New("no database") }
	r.store.before.Store(&away)
	r.run()
	r.eventually("the reason", func() bool {
		err := r.channel.Ready()
		return err != nil && err.Error() == "sms links down: a (waiting for the database)"
	})
	r.store.before.Store(nil)
	r.eventually("a bind", func() bool { return r.channel.Ready() == nil && s.Binds() == 1 })
}

func TestBackoffStaysLongWhereRetriesMakeItWorse(t *testing.T) {
	t.Parallel()
	b := newBackoff(time.Second)
	for range 3 {
		pause := b.after(fmt.Errorf("bind: %w", smpp.AlreadyBound), 0)
		require.GreaterOrEqual(t, pause, 30*time.Second)
		require.LessOrEqual(t, pause, 60*time.Second)
	}
	b = newBackoff(time.Second)
	var last time.Duration
	for range 12 {
		last = b.after(smpp.ErrSilent, 0)
	}
	require.GreaterOrEqual(t, last, 30*time.Second)
	require.LessOrEqual(t, b.after(smpp.ErrSilent, time.Minute), time.Second)
}

func TestPairOfBinds(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	link.Bind = "pair"
	r := newRig(t, link)
	r.run()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "HELP"))
	r.eventually("an answer", func() bool { return len(s.Received(phone1)) == 1 })
	r.eventuallyStates(phone1, message.Delivered)
	require.Equal(t, 2, s.Binds())
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	good := Link{Name: "a", Addr: "127.0.0.1:2775"}
	require.NoError(t, Config{ShortNumber: "1414", Links: []Link{good}}.Check())
	require.NoError(t, Config{}.Check())
	for want, c := range map[string]Config{
		"short_number is missing":    {Links: []Link{good}},
		"needs a name of its own":    {ShortNumber: "1414", Links: []Link{good, good}},
		`addr "x" is not host:port`:  {ShortNumber: "1414", Links: []Link{{Name: "a", Addr: "x"}}},
		`bind "both" is none of`:     {ShortNumber: "1414", Links: []Link{{Name: "a", Addr: "x:1", Bind: "both"}}},
		`prefix "77x" is not`:        {ShortNumber: "1414", Links: []Link{{Name: "a", Addr: "x:1", Prefixes: []string{"77x"}}}},
		"window and rate cannot be ": {ShortNumber: "1414", Links: []Link{{Name: "a", Addr: "x:1", Window: -1}}},
	} {
		require.ErrorContains(t, c.Check(), want)
	}
}

// Whatever a bind is down for has a code of its own, and no value is lost.
func TestEachReasonOfADownBindHasItsCode(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{notYet.code: true, drained.code: true, stopped.code: true}
	for _, c := range []struct {
		err         error
		code, value string
	}{
		{nil, "ended", ""},
		{x509.HostnameError{Host: "smsc.example", Certificate: &x509.Certificate{}}, "wrong_name", "smsc.example"},
		{&tls.CertificateVerificationError{Err: io.EOF}, "untrusted", ""},
		{errNoDatabase, "no_database", ""},
		{smpp.Status(0x0D), "status", "0x0D"},
		{smpp.Status(0x445), "status", "0x445"},
		{context.DeadlineExceeded, "no_answer", ""},
		{smpp.ErrUnbound, "unbound", ""},
		{smpp.ErrSilent, "silent", ""},
		{smpp.ErrStalled, "stalled", ""},
		{io.EOF, "unconnected", ""},
	} {
		why := downFor(c.err)
		require.Equal(t, []any{c.code, c.value}, []any{why.code, why.value}, "%v", c.err)
		require.NotEmpty(t, why.said)
		seen[why.code] = true
	}
	require.ElementsMatch(t, DownCodes(), slices.Collect(maps.Keys(seen)))
}
