// Command smscsim is a mobile operator's SMSC for the demo, for tests and for
// load. Phones are played through its HTTP API.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"okno/sms/smstest"
)

type flags struct {
	Listen        string        `default:"127.0.0.1:2775" help:"Address for SMPP."`
	HTTP          string        `name:"http" default:"127.0.0.1:2780" help:"Address of the phones' HTTP API."`
	AllowOrigin   string        `help:"Origin of a page elsewhere that may use the HTTP API (CORS), or *."`
	SystemID      string        `help:"What an ESME must present; none: any may bind."`
	Password      string        `env:"SMSCSIM_PASSWORD" help:"Its password."`
	ReceiptDelay  time.Duration `default:"500ms" help:"How long a message is on its way to a phone."`
	Latency       time.Duration `help:"How long a submit_sm waits for its answer."`
	ThrottleEvery int           `help:"Refuse every n-th submit_sm with 0x58."`
	Undeliverable string        `help:"Numbers that end so are never reached."`
	MixedIDs      bool          `name:"mixed-ids" help:"Message ids in hexadecimal, receipts in decimal."`
	RetryEvery    time.Duration `default:"1s" help:"Pause before a message is offered to the ESME again."`
	Window        int           `default:"64" help:"Unanswered deliver_sm a bind."`
}

func main() {
	var f flags
	kong.Parse(&f, kong.Name("smscsim"), kong.Description("A mobile operator's SMSC."))
	log := zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr}).With().Timestamp().Logger()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, f, log); err != nil {
		fmt.Fprintf(os.Stderr, "smscsim: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, f flags, log zerolog.Logger) error {
	smsc := smstest.New(smstest.Config{
		SystemID: f.SystemID, Password: f.Password, ReceiptDelay: f.ReceiptDelay, Latency: f.Latency,
		ThrottleEvery: f.ThrottleEvery, Undeliverable: f.Undeliverable, MixedIDs: f.MixedIDs,
		RetryEvery: f.RetryEvery, Window: f.Window, Log: log,
	})
	smppListener, err := net.Listen("tcp", f.Listen)
	if err != nil {
		return err
	}
	defer smppListener.Close()
	httpListener, err := net.Listen("tcp", f.HTTP)
	if err != nil {
		return err
	}
	defer httpListener.Close()
	log.Info().Str("smpp", smppListener.Addr().String()).Str("http", httpListener.Addr().String()).Msg("ready")

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return smsc.Serve(ctx, smppListener) })
	group.Go(func() error { return serveHTTP(ctx, httpListener, newPhones(ctx, smsc, f.AllowOrigin)) })
	return group.Wait()
}

func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
	})
	err := server.Serve(listener)
	if !stop() {
		<-closed
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
