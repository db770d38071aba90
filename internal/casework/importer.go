package casework

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/tablefile"
)

// ImportWork is what taking a register over does in one transaction.
type ImportWork interface {
	// CitizenByNational gives 0 for nobody. citizen.ErrNationalNumber.
	CitizenByNational(ctx context.Context, kind, number string) (int64, error)
	// ImportCases adds the cases whose keys are new, and gives how many those are.
	ImportCases(ctx context.Context, source string, all []cases.Imported, by string) (added int, err error)
}

// Importer takes registers of cases over. A register that broke off, or that was mended, is taken over again: what there is already stays.
type Importer struct {
	units    func(ctx context.Context, fn func(ImportWork) error) error
	services func(code string) bool
	agencies func(code string) bool
	clock    func() time.Time
}

// NewImporter takes its parts; services and agencies say which codes there are.
func NewImporter(units func(ctx context.Context, fn func(ImportWork) error) error, services, agencies func(code string) bool, clock func() time.Time) *Importer {
	return &Importer{units, services, agencies, clock}
}

// Report is what came of a register.
type Report struct {
	Added   int
	Before  int   // were there already
	LeftOut int   // lines
	Err     error // why, line by line: the first fifty. A [tablefile.LineError] each
}

// importedAtOnce is how many cases one transaction adds.
const importedAtOnce = 1000

var (
	errNoService = errors.New("there is no such service")
	errNoAgency  = errors.New("there is no such agency")
	errNoCitizen = errors.New("no such citizen is registered: import the register of citizens first")
	errDryRun    = errors.New("a dry run")
)

// Import takes over a register of a source. Lines that cannot be are left out and told, all others are added, by transactions of a thousand;
// progress is told after each. An error is of the file as a whole, or of the database: what was added until then stays, and is not added again.
func (i *Importer) Import(ctx context.Context, source string, file io.Reader, by string, dry bool, progress func(Report)) (r Report, err error) {
	register, err := cases.OpenRegister(file, i.clock())
	if err != nil {
		return r, err
	}
	var problems []error
	for more := true; more; {
		var batch []cases.Imported
		for len(batch) < importedAtOnce {
			var c cases.Imported
			if c, more = register.Next(); !more {
				break
			}
			batch = append(batch, c)
		}
		if err := i.add(ctx, source, batch, by, dry, &r, &problems); err != nil {
			return r, err
		}
		if progress != nil {
			progress(r)
		}
	}
	if formal := register.Err(); formal != nil {
		problems = append(problems, formal)
		if joined, ok := formal.(interface{ Unwrap() []error }); ok {
			r.LeftOut += len(joined.Unwrap())
		}
	}
	r.Err = errors.Join(problems...)
	return r, nil
}

func (i *Importer) add(ctx context.Context, source string, batch []cases.Imported, by string, dry bool, r *Report, problems *[]error) error {
	if len(batch) == 0 {
		return nil
	}
	var added, good int
	var wrong []error
	err := i.units(ctx, func(w ImportWork) (err error) {
		known := make([]cases.Imported, 0, len(batch))
		wrong = wrong[:0]
		for _, c := range batch {
			field, problem, err := i.lookUp(ctx, w, &c)
			if err != nil {
				return err
			}
			if problem != nil {
				wrong = append(wrong, &tablefile.LineError{Line: c.Line, Field: field, Err: problem})
				continue
			}
			known = append(known, c)
		}
		good = len(known)
		if added, err = w.ImportCases(ctx, source, known, by); err == nil && dry {
			err = errDryRun
		}
		return err
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return fmt.Errorf("lines from %d on: %w", batch[0].Line, err)
	}
	r.Added, r.Before, r.LeftOut = r.Added+added, r.Before+good-added, r.LeftOut+len(wrong)
	for _, problem := range wrong {
		if !tablefile.Full(*problems) {
			*problems = append(*problems, problem)
		}
	}
	return nil
}

// lookUp finds whose a case is, and what it is about; problem is what of the line cannot be.
func (i *Importer) lookUp(ctx context.Context, w ImportWork, c *cases.Imported) (field string, problem, err error) {
	if c.Service != "" && !i.services(c.Service) {
		return "service", errNoService, nil
	}
	if c.Agency != "" && !i.agencies(c.Agency) {
		return "agency", errNoAgency, nil
	}
	if c.NationalNumber == "" {
		return "", nil, nil
	}
	c.CitizenID, err = w.CitizenByNational(ctx, c.NationalKind, c.NationalNumber)
	switch {
	case errors.Is(err, citizen.ErrNationalNumber):
		return "national_number", citizen.ErrNationalNumber, nil
	case err == nil && c.CitizenID == 0:
		return "national_number", errNoCitizen, nil
	}
	return "", nil, err
}
