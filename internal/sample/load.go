package sample

import (
	"context"
	"errors"
	"fmt"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/appointment"
	"okno/internal/calendar"
	"okno/internal/canned"
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
)

// Work is what loading does in one transaction.
type Work interface {
	people
	catalogue.Keeper
	KeepRules(ctx context.Context, f cases.RuleFile, by, why string) (changed bool, err error)
	KeepOffices(ctx context.Context, f appointment.File, by, why string) (changed []string, err error)
	KeepCalendars(ctx context.Context, f calendar.File, by, why string) (changed []string, err error)
	caseWork
}

type people interface {
	SaveQueue(ctx context.Context, name string, title map[string]string) error
	SaveAgent(ctx context.Context, a acd.Agent, passwordHash string) (int64, error)
	SaveCitizen(ctx context.Context, c citizen.Citizen) (int64, error)
	SaveCanned(ctx context.Context, r canned.Reply, by string) error
	// SampleLoaded says whether the region's cases are there.
	SampleLoaded(ctx context.Context) (bool, error)
}

type caseWork interface {
	OpenCase(ctx context.Context, o cases.Opening) (cases.Case, error)
	MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error)
}

// By marks what the sample did, in moves and audit.
const By = "sample"

// Load loads the region, unless it is there. hash is of the password that all sample agents get; segments counts an SMS.
func Load(ctx context.Context, w Work, hash string, segments func(string) int, now time.Time) error {
	if loaded, err := w.SampleLoaded(ctx); err != nil || loaded {
		return err
	}
	region, err := Read()
	if err != nil {
		return err
	}
	if err := loadCatalogue(ctx, w, segments); err != nil {
		return err
	}
	calendars, err := Calendars()
	if err != nil {
		return err
	}
	if _, err := w.KeepCalendars(ctx, calendars, By, "the sample region"); err != nil {
		return err
	}
	offices, err := Offices()
	if err != nil {
		return err
	}
	if _, err := w.KeepOffices(ctx, offices, By, "the sample region"); err != nil {
		return err
	}
	for name, title := range region.Queues {
		if err := w.SaveQueue(ctx, name, title); err != nil {
			return err
		}
	}
	rules, err := CaseRules()
	if err != nil {
		return err
	}
	if _, err := w.KeepRules(ctx, rules, By, "the sample region"); err != nil {
		return err
	}
	for _, a := range region.Agents {
		agent := acd.Agent{Login: a.Login, Name: a.Name, Role: access.Role(a.Role), Languages: a.Languages, Queues: a.Queues}
		if _, err := w.SaveAgent(ctx, agent, hash); err != nil {
			return err
		}
	}
	for code, texts := range region.Replies {
		if err := w.SaveCanned(ctx, canned.Reply{Code: code, Texts: texts}, By); err != nil {
			return err
		}
	}
	owners := map[string]int64{}
	for _, c := range region.Citizens {
		id, err := w.SaveCitizen(ctx, citizen.Citizen{NationalNumber: c.NationalNumber, Name: c.Name, Language: c.Language, Numbers: c.Numbers})
		if err != nil {
			return err
		}
		for _, number := range c.Numbers {
			owners[number] = id
		}
	}
	for _, c := range region.Cases {
		if err := loadCase(ctx, w, c, owners[c.Citizen], now); err != nil {
			return err
		}
	}
	return nil
}

func loadCatalogue(ctx context.Context, w Work, segments func(string) int) error {
	file, err := Catalogue()
	if err != nil {
		return err
	}
	services, problems := file.Check(segments, nil)
	if len(problems) > 0 {
		return fmt.Errorf("sample catalogue: %w", errors.Join(problems...))
	}
	_, err = file.Keep(ctx, w, services, By, "the sample region")
	return err
}

func loadCase(ctx context.Context, w Work, c Case, owner int64, now time.Time) error {
	opened, err := w.OpenCase(ctx, cases.Opening{Kind: cases.Application, Service: c.Service, CitizenID: owner, Contact: c.Citizen,
		Subject: c.Subject, DueOn: c.Due(now), By: By})
	if err != nil {
		return err
	}
	for _, to := range path(c.State) {
		if opened, err = w.MoveCase(ctx, opened, to, c.Due(now), By, "sample"); err != nil {
			return err
		}
	}
	return nil
}
