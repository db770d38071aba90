package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/job"
	"okno/internal/postgres/store"
	"okno/ivr/voice"
	"okno/sms/text"
)

type catalogueCommand struct {
	Check   catalogueCheck   `cmd:"" help:"Find what keeps a file from being imported; without a file, what of the catalogue that is in use is stale or incomplete."`
	Import  catalogueImport  `cmd:"" help:"Import a file (YAML or CSV): services in it are added or renewed, others stay. All of it, or nothing."`
	Export  catalogueExport  `cmd:"" help:"Write the catalogue to standard output, in the form that import reads."`
	Show    catalogueShow    `cmd:"" help:"Show what was told of a service on a day."`
	History catalogueHistory `cmd:"" help:"List the versions of a service: who changed it, when and why."`
}

type catalogueCheck struct {
	overrides
	File string `arg:"" optional:"" type:"existingfile" help:"Catalogue in YAML, or services in CSV."`
}

func (c catalogueCheck) Run(ctx context.Context) error {
	if c.File != "" {
		_, services, err := readCatalogue(c.File, nil)
		if err == nil {
			fmt.Printf("%d services, no problems\n", len(services))
		}
		return err
	}
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		found, err := findings(ctx, db, newMonitor(cfg.Voice.telephonePack(zerolog.Nop())))
		if err != nil {
			return err
		}
		for _, f := range found {
			fmt.Println(f)
		}
		if len(found) > 0 {
			return silentError{}
		}
		fmt.Println("nothing is stale or incomplete")
		return nil
	})
}

// newMonitor looks for clips in the pack of this machine; nil: it has no telephones.
func newMonitor(pack *voice.Pack) catalogue.Monitor {
	m := catalogue.Monitor{Segments: text.Segments}
	if pack != nil {
		m.HasClip = func(l dialogue.Language, text string) bool { return pack.Has(voice.Phrase{Language: l, Text: text}) }
	}
	return m
}

// findings of the catalogue that is kept.
func findings(ctx context.Context, db *store.Store, m catalogue.Monitor) ([]catalogue.Finding, error) {
	cache := catalogue.NewCache(db, nil, time.Now, zerolog.Nop())
	if err := cache.Fill(ctx); err != nil {
		return nil, err
	}
	return m.Look(ctx, cache.Index(), db)
}

// readCatalogue gives a file that may be imported, or tells every problem of it. known are the agencies that are kept already.
func readCatalogue(name string, known map[string]map[dialogue.Language]string) (catalogue.File, []catalogue.Service, error) {
	f, err := os.Open(name)
	if err != nil {
		return catalogue.File{}, nil, err
	}
	defer f.Close()
	var file catalogue.File
	table := strings.EqualFold(filepath.Ext(name), ".csv")
	if table {
		file, err = catalogue.ReadCSV(f)
	} else {
		file, err = catalogue.ReadYAML(f)
	}
	if err != nil {
		return file, nil, fmt.Errorf("%s: %w", name, err)
	}
	if table && known == nil { // nobody can tell which agencies there are
		known = map[string]map[dialogue.Language]string{}
		for _, s := range file.Services {
			known[s.Agency] = nil
		}
	}
	services, problems := file.Check(text.Segments, known)
	for _, problem := range problems {
		fmt.Fprintf(os.Stderr, "%s: %s\n", name, problem)
	}
	if len(problems) > 0 {
		return file, nil, silentError{}
	}
	return file, services, nil
}

type catalogueImport struct {
	overrides
	File   string `arg:"" type:"existingfile" help:"Catalogue in YAML, or services in CSV."`
	DryRun bool   `help:"Show what would change, and change nothing."`
	Why    string `help:"Why it is changed, for whoever reads the history."`
}

// errDryRun undoes an import.
var errDryRun = errors.New("a dry run")

func (c catalogueImport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		agencies, err := db.Agencies(ctx)
		if err != nil {
			return err
		}
		file, services, err := readCatalogue(c.File, agencies)
		if err != nil {
			return err
		}
		var changes []catalogue.Change
		err = db.Do(ctx, func(w *store.Work) (err error) {
			if changes, err = file.Keep(ctx, w, services, operator(), c.Why); err == nil && c.DryRun {
				err = errDryRun
			}
			return err
		})
		if err != nil && !errors.Is(err, errDryRun) {
			return err
		}
		added := 0
		for _, change := range changes {
			if c.DryRun {
				fmt.Println(change)
			}
			if change.New {
				added++
			}
		}
		fmt.Printf("%d services added, %d renewed, %d as they were%s\n", added, len(changes)-added, len(services)-len(changes), dryRun(c.DryRun))
		return nil
	})
}

type catalogueExport struct {
	overrides
	Format string `enum:"yaml,csv" default:"yaml" help:"yaml, with the agencies; or csv, the services as a table."`
}

func (c catalogueExport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		agencies, err := db.Agencies(ctx)
		if err != nil {
			return err
		}
		services, err := db.Services(ctx)
		if err != nil {
			return err
		}
		if c.Format == "csv" {
			return catalogue.WriteCSV(os.Stdout, services)
		}
		return catalogue.WriteYAML(os.Stdout, catalogue.NewFile(agencies, services))
	})
}

type catalogueShow struct {
	overrides
	Code string    `arg:"" help:"The service's code."`
	On   time.Time `format:"2006-01-02" help:"The day, at its end in UTC; default: now."`
}

func (c catalogueShow) Run(ctx context.Context) error {
	at := time.Now()
	if !c.On.IsZero() {
		at = c.On.AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		e, err := db.EditionAt(ctx, c.Code, at)
		if err != nil {
			return err
		}
		fmt.Printf("# version %d, told from %s, by %s: %s\n", e.Service.Version, e.At.UTC().Format(time.RFC3339), e.By, e.Why)
		if !e.Service.ValidOn(at) {
			fmt.Println("# outside its validity on that day: callers heard that the information was being renewed")
		}
		return catalogue.WriteYAML(os.Stdout, catalogue.NewFile(nil, []catalogue.Service{e.Service}))
	})
}

type catalogueHistory struct {
	overrides
	Code string `arg:"" help:"The service's code."`
}

func (c catalogueHistory) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		all, err := db.Editions(ctx, c.Code)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("there never was a service %s", c.Code)
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, "VERSION\tTOLD FROM\tBY\tWHY\tCHANGED")
		for i, e := range all {
			changed := ""
			if i+1 < len(all) {
				for _, change := range catalogue.Changes([]catalogue.Service{all[i+1].Service}, []catalogue.Service{e.Service}) {
					names := []string{}
					for _, field := range change.Fields {
						names = append(names, field.Name)
					}
					changed = strings.Join(names, ", ")
				}
			}
			fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\n", e.Service.Version, e.At.UTC().Format(time.RFC3339), e.By, e.Why, changed)
		}
		return out.Flush()
	})
}

// countQuestions counts what citizens asked the catalogue for.
func (n *node) countQuestions(ctx context.Context, _ job.CountQuestions) error {
	return n.db.CountAsks(ctx, time.Now())
}

// look finds what of the newest catalogue is stale or incomplete.
func (n *node) look(ctx context.Context) ([]catalogue.Finding, error) {
	return newMonitor(n.pack).Look(ctx, n.services.Index(), n.db)
}

// deskServices gives the desk the newest catalogue.
type deskServices struct{ n *node }

func (d deskServices) Service(code string) (catalogue.Service, bool) {
	return d.n.services.Index().Service(code)
}

func (d deskServices) Search(query string, l dialogue.Language, most int) []catalogue.Service {
	return d.n.services.Index().Search(query, l, most)
}

func (d deskServices) Categories() []string { return d.n.services.Index().Categories() }

func (d deskServices) CodeDigits() int { return d.n.services.Index().CodeDigits() }

func (d deskServices) Findings(ctx context.Context) ([]catalogue.Finding, error) {
	return d.n.look(ctx)
}

// catalogueMetrics counts findings when it is asked.
type catalogueMetrics struct {
	look func(ctx context.Context) ([]catalogue.Finding, error)
}

var findingsDesc = prometheus.NewDesc("okno_catalogue_findings", "What of the catalogue is stale or incomplete, by kind.", []string{"kind"}, nil)

// Describe names the metric.
func (c catalogueMetrics) Describe(ch chan<- *prometheus.Desc) { ch <- findingsDesc }

// Collect looks. While the database is away there is no value, rather than an old one.
func (c catalogueMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	found, err := c.look(ctx)
	if err != nil {
		return
	}
	for kind, n := range catalogue.Counts(found) {
		ch <- prometheus.MustNewConstMetric(findingsDesc, prometheus.GaugeValue, float64(n), string(kind))
	}
}
