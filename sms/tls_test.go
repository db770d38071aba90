package sms

import (
	"context"
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smstest"
	"okno/sms/smstest/selfsigned"
)

// secured is an operator with a certificate for a name, and the file of who signed it: itself.
func secured(t *testing.T, name string) (*smstest.SMSC, Link) {
	t.Helper()
	certificate := selfsigned.For(t, name)
	s := smstest.New(smstest.Config{Log: zerolog.Nop()})
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	listener := tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{certificate.Pair}})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	return s, Link{Name: "a", Addr: plain.Addr().String(), TLS: true, ServerName: name, CAFile: certificate.File}
}

func TestTLSWithTheSMSCsName(t *testing.T) {
	t.Parallel()
	s, link := secured(t, "smsc.operator.example")
	r := newRig(t, link)
	r.run()
	r.send(message.Reply, phone1, "hi", time.Hour)
	r.eventuallyStates(phone1, message.Delivered)
	require.Len(t, s.Received(phone1), 1)
}

func TestTLSRefusesAnotherCertificate(t *testing.T) {
	t.Parallel()
	for why, change := range map[string]func(*Link){
		`the certificate is not for "smsc.other.example"`: func(l *Link) { l.ServerName = "smsc.other.example" },
		`the certificate is not for "127.0.0.1"`:          func(l *Link) { l.ServerName = "" },
		"the certificate is not trusted":                  func(l *Link) { l.CAFile = "" },
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			s, link := secured(t, "smsc.operator.example")
			change(&link)
			r := newRig(t, link)
			r.run()
			r.eventually("the reason", func() bool {
				err := r.channel.Ready()
				return err != nil && err.Error() == "sms links down: a ("+why+")"
			})
			require.Zero(t, s.Binds())
		})
	}
	_, link := secured(t, "smsc.operator.example")
	link.CAFile = "/nowhere.pem"
	_, err := New(Options{Config: Config{ShortNumber: "1414", Links: []Link{link}}})
	require.ErrorContains(t, err, "sms: link a: ca_file: open /nowhere.pem")
}
