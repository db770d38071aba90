package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// report writes demo.json, and tells a person what there is and what to try.
func (d *demo) report(ctx context.Context) error {
	if err := d.writeJSON(); err != nil {
		return err
	}
	db, err := openDatabase(config{DatabaseURL: d.postgres.URL(), Secret: d.secret}, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	mine, err := db.CaseNumbers(ctx, "+77010000002")
	if err != nil || len(mine) == 0 {
		return fmt.Errorf("the sample region has no cases: %w", err)
	}
	base := "http://" + d.http
	fmt.Fprintf(d.out, `
okno: ready

  Desk        %s/desk/     log in as aliya, boris, dana, timur or saule (supervisor), password %s
  Phone       %s/phone/    a citizen's phone, for any number you type in; +77010000002 is Иван Петров
  API         %s/api/v1/openapi.yaml    key of the sample portal: %s
  Agencies    %s    SMPP: bind as %s, password %s
  Health      %s/readyz    %s/metrics
`, base, samplePassword, base, base, d.portal, d.gateway, sampleAgency.SystemID, sampleAgencyPassword, "http://"+d.internal, "http://"+d.internal)
	if d.asterisk != nil {
		fmt.Fprintf(d.out, "  SIP         sip:1414@%s    from this machine, without a password\n", d.asterisk.SIP())
	}
	fmt.Fprintf(d.out, `  Logs        %s

Five things to try, with the phone in one tab and the desk in another:
  1. On the phone page, turn on +77010000002 and call 1414: press 2, and key the case number %s.
  2. Write the SMS  СТАТУС %s  and then  ИНФО брак  and answer the list with a number.
  3. Log in to the desk, become available, press 0 in the call, accept, talk; then file an outcome.
  4. Write  ОПЕРАТОР  by SMS and answer it at the desk.
  5. Kill Okno in mid-call (kill -9 %d): the call goes on when it is back.

Ctrl-C stops everything.
`, filepath.Join(d.data, "log"), mine[0], mine[0], d.okno.PID())
	return nil
}

// writeJSON tells programs where the parts are.
func (d *demo) writeJSON() error {
	report := map[string]any{"http": "http://" + d.http, "internal": "http://" + d.internal, "smpp": d.smpp, "gateway": d.gateway, "smsc": "http://" + d.smsc, "database_url": d.postgres.URL(), "portal_key": d.portal}
	pids := map[string]int{"okno": d.okno.PID(), "smscsim": d.smscsim.PID(), "postgres": d.postgres.PID()}
	for _, a := range d.agencies {
		pids[a.process] = a.running.PID()
	}
	if d.asterisk != nil {
		report["sip"], report["ari"] = d.asterisk.SIP(), d.asterisk.ARI()
		pids["asterisk"] = d.asterisk.PID()
	}
	report["pids"] = pids
	content, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	// Written beside and renamed, so that nobody reads half of it.
	file := filepath.Join(d.data, "demo.json")
	if err := os.WriteFile(file+".new", append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// supervise brings Okno back when it dies, as a service manager would, and ends when another part does.
func (d *demo) supervise(ctx context.Context) error {
	const least, most = 200 * time.Millisecond, 10 * time.Second
	pause, begun := least, time.Now()
	var asterisk <-chan struct{}
	if d.asterisk != nil {
		asterisk = d.asterisk.Done()
	}
	for {
		select {
		case <-ctx.Done():
			fmt.Fprintln(d.out, "okno: stopping")
			return nil
		case <-asterisk:
			return fmt.Errorf("asterisk ended; see %s", d.asterisk.Messages())
		case <-d.postgres.Done():
			return fmt.Errorf("postgres ended; see %s", filepath.Join(d.data, "run", "postgres.log"))
		case <-d.smscsim.Done():
			return fmt.Errorf("smscsim ended; see %s", filepath.Join(d.data, "log", "smscsim.log"))
		case <-d.okno.Done():
		}
		if time.Since(begun) > time.Minute {
			pause = least
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		pause, begun = min(2*pause, most), time.Now()
		if err := d.startOkno(); err != nil {
			return err
		}
		if err := d.writeJSON(); err != nil {
			return err
		}
		fmt.Fprintf(d.out, "okno: was killed and is back, as process %d\n", d.okno.PID())
	}
}
