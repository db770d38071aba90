package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"okno/internal/message"
	"okno/sms"
)

type smsCommand struct {
	Links  smsLinks  `cmd:"" help:"Show each link and bind of the running node that the configuration is of, and what waits."`
	Pause  smsPause  `cmd:"" help:"Let a link take no new segments, on all nodes, until it is resumed; it goes on hearing."`
	Resume smsResume `cmd:"" help:"Let a link that was paused or drained work again."`
	Drain  smsDrain  `cmd:"" help:"Let a link take no new segments, and unbind once what it has submitted is answered."`
	Trace  smsTrace  `cmd:"" help:"Show what has become of the last messages from a number and to it."`
}

type smsLinks struct{ overrides }

func (c smsLinks) Run(ctx context.Context) error {
	config, err := c.load()
	if err != nil {
		return err
	}
	if config.HTTP.Internal.Listen == "" {
		return errors.New("the node has no http.internal listener to ask")
	}
	scheme := "http://"
	if config.HTTP.Internal.Certificate != "" {
		scheme = "https://"
	}
	links, err := askLinks(ctx, scheme+config.HTTP.Internal.Listen)
	if err != nil {
		return err
	}
	return printLinks(os.Stdout, links, time.Now())
}

func askLinks(ctx context.Context, node string) (links sms.Links, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, node+"/sms/links", nil)
	if err != nil {
		return links, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return links, fmt.Errorf("ask %s: %w", node, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return links, fmt.Errorf("ask %s: %s (a node without the role sms has no links)", node, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&links); err != nil {
		return links, fmt.Errorf("ask %s: %w", node, err)
	}
	return links, nil
}

func printLinks(w io.Writer, links sms.Links, now time.Time) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "LINK\tORDERED\tHEALTH\tSHARE\tCOST\tRECEIPTS MEDIAN\tP99")
	for _, l := range links.Links {
		median, p99 := "", ""
		if l.Receipts > 0 {
			median, p99 = seconds(l.ReceiptMedian), seconds(l.ReceiptP99)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%g\t%s\t%s\n", l.Link, l.Ordered, healthOf(l), sharesOf(l), l.Cost, median, p99)
	}
	fmt.Fprintln(out)
	fmt.Fprintln(out, "LINK\tBIND\tSTATE\tFOR\tWINDOW\tRATE\tPER SECOND\tSENT\tLAST ERROR")
	for _, b := range links.Binds {
		since, rate := "", "any"
		if !b.Since.IsZero() {
			since = now.Sub(b.Since).Round(time.Second).String()
		}
		if b.Rate > 0 {
			rate = fmt.Sprint(b.Rate)
		}
		fmt.Fprintf(out, "%s\t%s %d\t%s\t%s\t%d/%d\t%s\t%.1f\t%d\t%s\n",
			b.Link, b.Bind, b.Number, b.State, since, b.InUse, b.Window, rate, b.Second, b.Sent, b.LastError)
	}
	fmt.Fprint(out, "\nwaiting:")
	for _, lane := range message.Lanes {
		fmt.Fprintf(out, " %s %d", lane, links.Backlog[lane])
	}
	fmt.Fprintln(out)
	return out.Flush()
}

func healthOf(l sms.LinkState) string {
	switch {
	case l.Ailment != "":
		return string(l.Ailment)
	case l.Fitness < 1:
		return fmt.Sprintf("coming back %.0f%%", 100*l.Fitness)
	}
	return "fit"
}

func sharesOf(l sms.LinkState) string {
	var shares []string
	for _, s := range l.Shares {
		shares = append(shares, fmt.Sprintf("%s %.0f%%", cmp.Or(s.Prefix, "rest"), 100*s.Share))
	}
	return cmp.Or(strings.Join(shares, ", "), "none")
}

func seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond).String()
}
