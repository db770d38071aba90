package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"okno/internal/announcement"
	"okno/internal/dialogue"
	"okno/internal/postgres/store"
)

// emergencyCommand switches what every caller hears first, when nobody has time to log in at a desk.
type emergencyCommand struct {
	On   emergencyOn   `cmd:"" help:"Have callers hear something before anything else, from now on."`
	Off  emergencyOff  `cmd:"" help:"Switch an announcement off; without a number, all of them."`
	Show emergencyShow `cmd:"" help:"Show what is on." default:"1"`
}

type emergencyOn struct {
	overrides
	Text   map[dialogue.Language]string `required:"" help:"What is said, once for each language: --text kk=… --text ru=… --text en=…" placeholder:"LANGUAGE=WORDS" mapsep:"none"`
	Prefix []string                     `help:"Only who calls from numbers that begin so, +77272; may be repeated." placeholder:"PREFIX"`
}

func (c emergencyOn) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		var id int64
		err := db.Do(ctx, func(w *store.Work) (err error) {
			id, err = w.SwitchOn(ctx, announcement.Announcement{Texts: c.Text, Prefixes: c.Prefix}, operator())
			return err
		})
		if err == nil {
			_, err = fmt.Fprintf(os.Stdout, "%d is on\n", id)
		}
		return err
	})
}

type emergencyOff struct {
	overrides
	ID int64 `arg:"" optional:"" help:"Its number, as show has it."`
}

func (c emergencyOff) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		var off []int64
		err := db.Do(ctx, func(w *store.Work) error {
			off = nil
			on, err := w.Announcements(ctx)
			if err != nil {
				return err
			}
			if c.ID != 0 {
				on = []announcement.Announcement{{ID: c.ID}}
			}
			for _, a := range on {
				if err := w.EndAnnouncement(ctx, a.ID, operator()); err != nil {
					return err
				}
				off = append(off, a.ID)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, id := range off {
			fmt.Printf("%d is off\n", id)
		}
		if len(off) == 0 {
			fmt.Println("none was on")
		}
		return nil
	})
}

type emergencyShow struct{ overrides }

func (c emergencyShow) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		on, err := db.Announcements(ctx)
		if err != nil {
			return err
		}
		for _, a := range on {
			where := "everybody"
			if len(a.Prefixes) > 0 {
				where = strings.Join(a.Prefixes, " ")
			}
			fmt.Printf("%d since %s by %s, for %s\n", a.ID, a.OnAt.Local().Format("2006-01-02 15:04"), a.By, where)
			for _, l := range dialogue.Languages {
				fmt.Printf("  %s: %s\n", l, a.Texts[l])
			}
		}
		if len(on) == 0 {
			fmt.Println("nothing is on")
		}
		return nil
	})
}
