package smpp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

// Dial connects to an SMSC and binds. A refusal is a Status. The session then
// waits for Run; whoever does not call it must end it with Close.
func Dial(ctx context.Context, addr string, bind Bind, opts Options) (*Session, error) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opts.BindTimeout)
	defer cancel()
	conn, err := connect(ctx, addr, opts.TLS)
	if err != nil {
		return nil, fmt.Errorf("smpp connect: %w", err)
	}
	reader := bufio.NewReaderSize(conn, 16<<10)
	err = within(ctx, conn, func() error { return requestBind(conn, reader, bind) })
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("smpp bind: %w", err)
	}
	return newSession(conn, reader, bind, true, opts), nil
}

func connect(ctx context.Context, addr string, conf *tls.Config) (net.Conn, error) {
	if conf == nil {
		return (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	}
	return (&tls.Dialer{Config: conf}).DialContext(ctx, "tcp", addr)
}

// Close ends a session without a farewell.
func (s *Session) Close() { s.end(ErrAbandoned) }

// within runs a handshake on conn for as long as ctx lasts.
func within(ctx context.Context, conn net.Conn, handshake func() error) error {
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	err := handshake()
	if !stop() {
		return context.Cause(ctx)
	}
	return err
}

// bindSequence is the number of the bind request, before the session counts its own.
const bindSequence = 1

func requestBind(conn net.Conn, reader *bufio.Reader, bind Bind) error {
	frame, err := encode(PDU{Command: Command(bind.Mode), Sequence: bindSequence, Body: &bind})
	if err != nil {
		return err
	}
	if _, err := conn.Write(frame); err != nil {
		return err
	}
	for {
		frame, _, err := readFrame(reader)
		if err != nil {
			return err
		}
		p, err := decode(frame)
		switch {
		case p.Command == Command(bind.Mode)|responseBit, p.Command == genericNack:
			if p.Command == genericNack && p.Status == OK {
				return BindFailed
			}
			return p.Status.err() // the header alone decides, whatever the body is like
		case err == nil && p.Command == enquireLink:
			answer, _ := encode(PDU{Command: enquireLink | responseBit, Sequence: p.Sequence})
			if _, err := conn.Write(answer); err != nil {
				return err
			}
		}
	}
}

// Accept hears an ESME's bind on a fresh connection and lets authorise answer
// it; any status but OK ends the connection and is the error.
func Accept(ctx context.Context, conn net.Conn, systemID string, authorise func(Bind) Status,
	opts Options) (*Session, error) {
	opts = opts.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opts.BindTimeout)
	defer cancel()
	reader := bufio.NewReaderSize(conn, 16<<10)
	var bind *Bind
	err := within(ctx, conn, func() (err error) {
		bind, err = answerBind(conn, reader, systemID, authorise)
		return err
	})
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("smpp accept: %w", err)
	}
	return newSession(conn, reader, *bind, false, opts), nil
}

var errNoBind = errors.New("first PDU is no bind")

func answerBind(conn net.Conn, reader *bufio.Reader, systemID string,
	authorise func(Bind) Status) (*Bind, error) {
	frame, _, err := readFrame(reader)
	if err != nil {
		return nil, err
	}
	p, err := decode(frame)
	bind, ok := p.Body.(*Bind)
	if err != nil || !ok {
		nack, _ := encode(PDU{Command: genericNack, Status: WrongBindState, Sequence: p.Sequence})
		conn.Write(nack)
		return nil, errNoBind
	}
	status := authorise(*bind)
	answer, err := encode(PDU{Command: p.Command | responseBit, Status: status, Sequence: p.Sequence,
		Body: &BindResp{SystemID: systemID}})
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(answer); err != nil {
		return nil, err
	}
	return bind, status.err()
}
