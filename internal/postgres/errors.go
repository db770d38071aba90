package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"okno/internal/fault"
)

// Codes of Postgres, appendix A of its manual.
const (
	notNullViolation     = "23502"
	foreignKeyViolation  = "23503"
	uniqueViolation      = "23505"
	checkViolation       = "23514"
	tooLong              = "22001"
	outOfRange           = "22003"
	badEncoding          = "22021" // a zero byte, for one
	badText              = "22P02"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	tooManyConnections   = "53300"
	diskFull             = "53100"
	readOnly             = "25006" // a replica that was not promoted, or a disk that is full
	adminShutdown        = "57P01"
	crashShutdown        = "57P02"
	cannotConnectNow     = "57P03"
	queryCanceled        = "57014" // by statement_timeout
)

// faults are what the codes come to. Every other code is ours.
var faults = map[string]struct {
	kind fault.Kind
	text string
}{
	notNullViolation:     {fault.Invalid, "is missing"},
	foreignKeyViolation:  {fault.Invalid, "is unknown, or something refers to it"},
	uniqueViolation:      {fault.Conflict, "exists already"},
	checkViolation:       {fault.Invalid, "is not allowed"},
	tooLong:              {fault.Invalid, "is too long"},
	outOfRange:           {fault.Invalid, "is out of range"},
	badEncoding:          {fault.Invalid, "has letters that no text may have"},
	badText:              {fault.Invalid, "cannot be read"},
	serializationFailure: {fault.Unavailable, "others were at it; try again"},
	deadlockDetected:     {fault.Unavailable, "others were at it; try again"},
	tooManyConnections:   {fault.Unavailable, textAway},
	diskFull:             {fault.Unavailable, textAway},
	readOnly:             {fault.Unavailable, textAway},
	adminShutdown:        {fault.Unavailable, textAway},
	crashShutdown:        {fault.Unavailable, textAway},
	cannotConnectNow:     {fault.Unavailable, textAway},
	queryCanceled:        {fault.Unavailable, textAway},
}

// textAway is what people are told while the database is away.
const textAway = "not available now; try again"

// away says whether the database was not reached, or was lost on the way.
func away(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
}

// explain gives an error that came from the values, from others at work, or from a database that is away, its kind and field.
// Others pass.
func explain(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		if away(err) {
			return &fault.Error{Kind: fault.Unavailable, Text: textAway, Err: err}
		}
		return err
	}
	f, ok := faults[e.Code]
	if !ok {
		return err
	}
	field := fieldOf(e)
	text := f.text
	if field != "" {
		text = field + " " + text
	}
	return &fault.Error{Kind: f.kind, Field: field, Text: text, Err: err}
}

// fieldOf is the column at fault: named, or out of the constraint's name, which is table_column_kind.
func fieldOf(e *pgconn.PgError) string {
	if e.ColumnName != "" || e.ConstraintName == "" {
		return e.ColumnName
	}
	field := strings.TrimPrefix(e.ConstraintName, e.TableName+"_")
	for _, kind := range []string{"_fkey", "_check", "_key", "_pkey", "_idx"} {
		field = strings.TrimSuffix(field, kind)
	}
	return field
}

func codeOf(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Violates says whether an error is that a row breaks a constraint, or a unique index, of a name.
func Violates(err error, constraint string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.ConstraintName == constraint
}

func mayRetry(err error) bool {
	code := codeOf(err)
	return code == serializationFailure || code == deadlockDetected
}

// rolledBack says whether an error of a commit means for certain that nothing of it is in force.
func rolledBack(err error) bool {
	return errors.Is(err, pgx.ErrTxCommitRollback) || mayRetry(err) || strings.HasPrefix(codeOf(err), "23")
}

// NoRows turns pgx's "nothing found" into the domain's.
func NoRows(err, domain error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return domain
	}
	return err
}
