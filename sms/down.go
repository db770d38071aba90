package sms

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"okno/sms/smpp"
)

// down is why a bind is not up: its code, for a page that has words of its own, the value in them, and the words of /readyz. The zero value: it
// is up.
type down struct{ code, value, said string }

// Reasons without a value. The first four are no failure of the link's.
var (
	notYet      = down{code: "not_yet", said: "not bound yet"}
	drained     = down{code: "drained", said: "drained"}
	stopped     = down{code: "stopped", said: "stopped"}
	ended       = down{code: "ended", said: "ended"}
	untrusted   = down{code: "untrusted", said: "the certificate is not trusted"}
	noDatabase  = down{code: "no_database", said: errNoDatabase.Error()}
	noAnswer    = down{code: "no_answer", said: "no answer to the bind"}
	unbound     = down{code: "unbound", said: smpp.ErrUnbound.Error()}
	silent      = down{code: "silent", said: smpp.ErrSilent.Error()}
	stalled     = down{code: "stalled", said: smpp.ErrStalled.Error()}
	unconnected = down{code: "unconnected", said: "not connected"}
)

var errNoDatabase = errors.New("waiting for the database")

// downFor says what is wrong with a link whose session ended so. An error that nobody expects is not told: it may have anything in it.
func downFor(err error) down {
	var status smpp.Status
	var badName x509.HostnameError
	var certificate *tls.CertificateVerificationError
	switch {
	case err == nil:
		return ended
	case errors.As(err, &badName):
		return down{"wrong_name", badName.Host, fmt.Sprintf("the certificate is not for %q", badName.Host)}
	case errors.As(err, &certificate):
		return untrusted
	case errors.Is(err, errNoDatabase):
		return noDatabase
	case errors.As(err, &status):
		return down{"status", fmt.Sprintf("0x%02X", uint32(status)), status.Error()}
	case errors.Is(err, context.DeadlineExceeded):
		return noAnswer
	case errors.Is(err, smpp.ErrUnbound):
		return unbound
	case errors.Is(err, smpp.ErrSilent):
		return silent
	case errors.Is(err, smpp.ErrStalled):
		return stalled
	}
	return unconnected
}

// DownCodes lists the codes of why a bind is down.
func DownCodes() []string {
	codes := []string{"wrong_name", "status"}
	for _, d := range []down{notYet, drained, stopped, ended, untrusted, noDatabase, noAnswer, unbound, silent, stalled, unconnected} {
		codes = append(codes, d.code)
	}
	return codes
}
