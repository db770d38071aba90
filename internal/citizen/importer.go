package citizen

import (
	"context"
	"errors"

	"okno/internal/message"
	"okno/internal/tablefile"
)

// ErrOthers says that a number of a register is another citizen's.
var ErrOthers = errors.New("one of them is bound to another citizen")

// errDry undoes what was done only to see whether it can be.
var errDry = errors.New("a dry run")

// ImportWork is the unit of work of an import.
type ImportWork interface {
	CitizenByNational(ctx context.Context, kind, number string) (int64, error)
	// SaveCitizen adds or renews a citizen.
	SaveCitizen(ctx context.Context, c Citizen) (int64, error)
	Known(ctx context.Context, number string) (Known, error)
	Bind(ctx context.Context, b Binding) (Bound, error)
	LowerTrust(ctx context.Context, number string, why Distrust, by string) (bool, error)
	EnqueueMT(ctx context.Context, m message.MT) error
}

// ImportUnits runs fn in one transaction, and commits it if fn gives no error.
type ImportUnits func(ctx context.Context, fn func(ImportWork) error) error

// Importer takes over registers and operators' lists: all of one, or nothing.
type Importer struct {
	units     ImportUnits
	registrar *Registrar
}

// NewImporter takes its parts.
func NewImporter(units ImportUnits, registrar *Registrar) *Importer {
	return &Importer{units, registrar}
}

// Import says how a register is taken over.
type Import struct {
	By   string
	Move bool // numbers of other citizens become those of the register; they and their numbers are told
	Dry  bool // only see whether all of it can be
}

// Imported is what was changed.
type Imported struct{ Added, Renewed, Bound int }

// Register takes over a register. Taken over again, it changes nothing. A number in which the trust was lowered stays so: a register may be
// older. [tablefile.LineError] with [ErrOthers].
func (i *Importer) Register(ctx context.Context, all []Registered, how Import) (done Imported, err error) {
	err = i.run(ctx, how.Dry, func(w ImportWork) error {
		done = Imported{}
		var problems []error
		for _, one := range all {
			if err := i.register(ctx, w, one, how, &done); errors.Is(err, ErrOthers) {
				problems = append(problems, &tablefile.LineError{Line: one.Line, Field: "numbers", Err: ErrOthers})
			} else if err != nil {
				return err
			}
			if tablefile.Full(problems) {
				break
			}
		}
		return errors.Join(problems...)
	})
	return done, err
}

func (i *Importer) register(ctx context.Context, w ImportWork, one Registered, how Import, done *Imported) error {
	id, err := w.CitizenByNational(ctx, one.Kind, one.NationalNumber)
	if err != nil {
		return err
	}
	if id == 0 {
		done.Added++
	} else {
		done.Renewed++
	}
	c := one.Citizen
	c.Numbers = nil
	if id, err = w.SaveCitizen(ctx, c); err != nil {
		return err
	}
	for _, number := range one.Numbers {
		known, err := w.Known(ctx, number)
		switch {
		case err != nil:
			return err
		case known.CitizenID == id:
			continue
		case known.CitizenID != 0 && !how.Move:
			return ErrOthers
		}
		bound, err := w.Bind(ctx, Binding{Citizen: id, Number: number, Proof: ByImport, By: how.By})
		if err != nil {
			return err
		}
		done.Bound++
		if bound.Was == 0 {
			continue // a first import tells nobody
		}
		for _, mt := range i.registrar.TellBound(bound) {
			if err := w.EnqueueMT(ctx, mt); err != nil {
				return err
			}
		}
	}
	return nil
}

// Distrust takes over an operator's list, and gives how many numbers of it were trusted before.
func (i *Importer) Distrust(ctx context.Context, all []Distrusted, how Import) (lowered int, err error) {
	err = i.run(ctx, how.Dry, func(w ImportWork) error {
		lowered = 0
		for _, one := range all {
			is, err := w.LowerTrust(ctx, one.Number, one.Why, how.By)
			if err != nil {
				return err
			}
			if is {
				lowered++
			}
		}
		return nil
	})
	return lowered, err
}

func (i *Importer) run(ctx context.Context, dry bool, fn func(ImportWork) error) error {
	err := i.units(ctx, func(w ImportWork) error {
		if err := fn(w); err != nil || !dry {
			return err
		}
		return errDry
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}
