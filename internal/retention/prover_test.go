package retention

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheVerdictIsOfTheNewestProofs(t *testing.T) {
	t.Parallel()
	now := time.Now()
	at := func(ago time.Duration, table string, overdue int64) Proof {
		return Proof{Table: table, LookedAt: now.Add(-ago), Overdue: overdue}
	}
	for name, c := range map[string]struct {
		proofs []Proof
		says   string
	}{
		"kept":            {[]Proof{at(time.Hour, "a", 0), at(time.Hour, "b", 0)}, ""},
		"broken":          {[]Proof{at(time.Hour, "a", 0), at(time.Hour, "b", 7)}, "1 rules are not kept, first b with 7 rows"},
		"broken and kept": {[]Proof{at(25*time.Hour, "b", 7), at(time.Hour, "b", 0)}, ""},
		"nobody looked":   {[]Proof{at(72*time.Hour, "a", 0)}, "nobody has looked since"},
		"never":           {nil, "nobody has looked"},
		"not looked at":   {[]Proof{{Table: "a", Deleted: 5}, at(time.Hour, "b", 0)}, ""},
	} {
		err := Verdict(c.proofs, now)
		if c.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.says, name)
	}
}
