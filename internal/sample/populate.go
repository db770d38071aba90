package sample

import (
	"context"
	"time"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
)

// PopulateWork is what populating does in one transaction.
type PopulateWork interface {
	// SamplePopulated says whether the population's cases are there.
	SamplePopulated(ctx context.Context) (bool, error)
	SaveCitizen(ctx context.Context, c citizen.Citizen) (int64, error)
	// ImportCases adds cases that are not there yet, and gives how many those are.
	ImportCases(ctx context.Context, source string, all []cases.Imported, by string) (added int, err error)
	// CopyPast adds conversations that are over, in which a version of the dialogue spoke, with what agents spent their time on, unless there
	// are conversations already.
	CopyPast(ctx context.Context, version string, all []contact.Past, times []contact.Time) (added int, err error)
}

// Populate fills a region that is loaded with invented citizens, and with the cases and conversations of the last 90 days, so that each page and
// report has something to show: 200, 2,000 and 3,000 in all; of the conversations nobody kept the words, only where the dialogue waited. A region that is populated stays as it is. Nobody is told of these cases, and no agency.
func Populate(ctx context.Context, w PopulateWork, now time.Time) error {
	if populated, err := w.SamplePopulated(ctx); err != nil || populated {
		return err
	}
	region, err := Read()
	if err != nil {
		return err
	}
	file, err := Catalogue()
	if err != nil {
		return err
	}
	p := populate(region, file.Services, now)
	ids := make([]int64, len(p.Citizens))
	for i, c := range p.Citizens {
		if ids[i], err = w.SaveCitizen(ctx, c); err != nil {
			return err
		}
	}
	for i := range p.Cases {
		p.Cases[i].CitizenID = ids[p.Cases[i].CitizenID-1]
	}
	for i := range p.Contacts {
		p.Contacts[i].CitizenID = ids[p.Contacts[i].CitizenID-1]
	}
	lines, err := dialogue.Source(line.Files)
	if err != nil {
		return err
	}
	if _, err = w.CopyPast(ctx, dialogue.Version(lines), p.Contacts, p.Times); err == nil {
		_, err = w.ImportCases(ctx, By, p.Cases, By)
	}
	return err
}
