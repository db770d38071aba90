package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/otp"
	"okno/internal/postgres/store"
	"okno/sms/text"
)

// otpConfig is the block otp of okno.yaml.
type otpConfig struct {
	Prefixes  []string `yaml:"prefixes"`
	PrefixDay int      `yaml:"prefix_day"`
	Day       int      `yaml:"day"`
	ProofKeys []string `yaml:"proof_keys"`
}

func defaultOTP() otpConfig {
	return otpConfig{Prefixes: otp.DefaultLimits.Prefixes, PrefixDay: otp.DefaultLimits.PrefixDay, Day: otp.DefaultLimits.Day}
}

func (c otpConfig) check() error {
	for _, key := range c.ProofKeys {
		if len(key) < leastSecret {
			return fmt.Errorf("otp.proof_keys: a key is shorter than %d characters", leastSecret)
		}
	}
	if c.Day < 0 || c.PrefixDay < 0 {
		return fmt.Errorf("otp: day and prefix_day are 0 (no limit) or more")
	}
	return nil
}

// newPasswords makes the service of one-time passwords.
func newPasswords(c config, db *store.Store, vault *otp.Vault, texts otp.Texts, n *node) (*otp.Service, error) {
	keys := c.subkeys("proofs")
	if len(c.OTP.ProofKeys) > 0 {
		keys = nil
		for _, key := range c.OTP.ProofKeys {
			keys = append(keys, []byte(key))
		}
	}
	ring, err := otp.NewRing(keys...)
	if err != nil {
		return nil, err
	}
	writing := c.SMS.Writing()
	return otp.NewService(otp.Options{Store: db, Vault: vault, Ring: ring, Texts: texts, Segments: text.Segments,
		Form:    func(l dialogue.Language, s string) string { return writing.Form(message.OTP, l, "", s) },
		Limits:  otp.Limits{Prefixes: c.OTP.Prefixes, PrefixDay: c.OTP.PrefixDay, Day: c.OTP.Day},
		Metrics: otp.NewMetrics(n.registry), Clock: time.Now, Log: n.log}), nil
}

type otpCommand struct {
	Report otpReport `cmd:"" default:"withargs" help:"Show how many one-time passwords were delivered and verified, by client, prefix and route, and which are held."`
}

type otpReport struct {
	overrides
	Days   int    `default:"1" help:"How far back."`
	Client string `help:"Only of this client."`
}

func (c otpReport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		return printPasswords(ctx, os.Stdout, db, time.Now(), c.Days, c.Client)
	})
}

// passwordReports is the store of what came of passwords.
type passwordReports interface {
	PasswordReport(ctx context.Context, since time.Time, client string) ([]otp.ReportLine, error)
	Holds(ctx context.Context, now time.Time) ([]otp.Block, error)
}

func printPasswords(ctx context.Context, w io.Writer, db passwordReports, now time.Time, days int, client string) error {
	lines, err := db.PasswordReport(ctx, now.AddDate(0, 0, -days), client)
	if err != nil {
		return err
	}
	held, err := db.Holds(ctx, now)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "CLIENT\tPREFIX\tROUTE\tSENT\tDELIVERED\tUNDELIVERED\tVERIFIED")
	for _, l := range lines {
		route := l.Route
		if route == "" {
			route = "none"
		}
		share := func(n int) string { return fmt.Sprintf("%d (%.0f %%)", n, 100*float64(n)/float64(l.Sent)) }
		fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", l.Client, l.Prefix, route, l.Sent, share(l.Delivered), share(l.Undelivered), share(l.Verified))
	}
	if len(held) > 0 {
		fmt.Fprintln(out, "\nHELD\tPREFIX\tUNTIL\tREASON")
	}
	for _, b := range held {
		if client == "" || b.Client == client {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", b.Client, b.Prefix, until(b.Until, now), b.Reason)
		}
	}
	return out.Flush()
}

// passwordMetrics tell of the last day when they are asked: the database knows, whichever node it was.
type passwordMetrics struct {
	db    passwordReports
	clock func() time.Time
}

var (
	passwordsDesc = prometheus.NewDesc("okno_otp_day", "One-time passwords of the last 24 hours that have ended or expired, by client, prefix, route and what came of them.",
		[]string{"client", "prefix", "route", "what"}, nil)
	heldDesc = prometheus.NewDesc("okno_otp_held", "1 while a client's one-time passwords to a prefix are held: too few were verified.",
		[]string{"client", "prefix"}, nil)
)

// Describe names the metrics.
func (m passwordMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- passwordsDesc
	ch <- heldDesc
}

// Collect reads them. While the database is away there are no values, rather than old ones.
func (m passwordMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	now := m.clock()
	lines, err := m.db.PasswordReport(ctx, now.AddDate(0, 0, -1), "")
	if err != nil {
		return
	}
	held, err := m.db.Holds(ctx, now)
	if err != nil {
		return
	}
	for _, l := range lines {
		for what, n := range map[string]int{"sent": l.Sent, "delivered": l.Delivered, "undelivered": l.Undelivered, "verified": l.Verified} {
			ch <- prometheus.MustNewConstMetric(passwordsDesc, prometheus.GaugeValue, float64(n), l.Client, l.Prefix, l.Route, what)
		}
	}
	for _, b := range held {
		ch <- prometheus.MustNewConstMetric(heldDesc, prometheus.GaugeValue, 1, b.Client, b.Prefix)
	}
}
