package cases_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
)

func TestCheckMerge(t *testing.T) {
	t.Parallel()
	a := cases.Case{ID: 1, State: cases.InProgress, CitizenID: 7, Agency: "moj", Contact: "+77010000001"}
	b := cases.Case{ID: 2, State: cases.Registered, CitizenID: 7, Agency: "moj", Contact: "+77010000002"}
	with := func(c cases.Case, change func(*cases.Case)) cases.Case {
		change(&c)
		return c
	}
	number := func(of string) func(*cases.Case) { return func(c *cases.Case) { c.CitizenID, c.Contact = 0, of } }
	for name, c := range map[string]struct {
		a, b    cases.Case
		anyones bool
		want    error
	}{
		"one citizen":                    {a, b, false, nil},
		"into one that is closed":        {a, with(b, func(c *cases.Case) { c.State = cases.Closed }), false, nil},
		"itself":                         {a, a, true, cases.ErrLinkItself},
		"a duplicate":                    {with(a, func(c *cases.Case) { c.DuplicateOf, c.State = 3, cases.Closed }), b, true, cases.ErrDuplicate},
		"settled":                        {with(a, func(c *cases.Case) { c.State = cases.Ready }), b, true, cases.ErrMove},
		"into a duplicate":               {a, with(b, func(c *cases.Case) { c.DuplicateOf = 1 }), true, cases.ErrOtherDuplicate},
		"into one that was withdrawn":    {a, with(b, func(c *cases.Case) { c.State = cases.Withdrawn }), true, cases.ErrWithdrawn},
		"another citizen":                {a, with(b, func(c *cases.Case) { c.CitizenID = 8 }), false, cases.ErrMergeOthers},
		"another citizen, by a chief":    {a, with(b, func(c *cases.Case) { c.CitizenID = 8 }), true, nil},
		"another agency":                 {a, with(b, func(c *cases.Case) { c.Agency = "mvd" }), false, cases.ErrMergeOthers},
		"another agency, by a chief":     {a, with(b, func(c *cases.Case) { c.Agency = "mvd" }), true, nil},
		"one number, of nobody":          {with(a, number("+77010000003")), with(b, number("+77010000003")), false, nil},
		"two numbers, of nobody":         {with(a, number("+77010000003")), with(b, number("+77010000004")), false, cases.ErrMergeOthers},
		"no number at all":               {with(a, number("")), with(b, number("")), false, cases.ErrMergeOthers},
		"a citizen's and a number's own": {a, with(b, number("+77010000001")), false, cases.ErrMergeOthers},
	} {
		require.ErrorIs(t, c.a.CheckMerge(c.b, c.anyones), c.want, name)
	}
}
