package retention

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/job"
)

// Proof is what is known of a rule on a day.
type Proof struct {
	Day      time.Time // in UTC
	Table    string
	Keeps    time.Duration
	Deleted  int64     // on that day
	LookedAt time.Time // zero: nobody has looked yet
	Oldest   time.Time // of what was there then; zero: nothing
	Overdue  int64     // rows that the rule should have ended more than [Grace] before
}

// Grace is how long a row may stay after its time: the sweeper comes every [Period], and may have much to do.
const Grace = time.Hour

// ProofPeriod is how often rules are proved.
const ProofPeriod = 24 * time.Hour

// ProofStore looks at what the sweeper left.
type ProofStore interface {
	// ProveRetention looks at each table that has a rule with a time, keeps what it found with the day, and writes a line of the journal.
	ProveRetention(ctx context.Context, now time.Time) ([]Proof, error)
}

// Prover does the job [job.ProveRetention].
type Prover struct {
	store ProofStore
	clock func() time.Time
	log   zerolog.Logger
}

// NewProver takes its store.
func NewProver(store ProofStore, clock func() time.Time, log zerolog.Logger) *Prover {
	return &Prover{store, clock, log}
}

// Prove looks once. What is overdue is logged as an error; the job has done its work all the same.
func (p *Prover) Prove(ctx context.Context, _ job.ProveRetention) error {
	proofs, err := p.store.ProveRetention(ctx, p.clock())
	if err != nil {
		return err
	}
	for _, r := range Broken(proofs) {
		p.log.Error().Str("table", r.Table).Int64("rows", r.Overdue).Dur("keeps", r.Keeps).Msg("rows stay longer than their rule")
	}
	return nil
}

// Broken gives those proofs that show a rule which was not kept.
func Broken(proofs []Proof) (broken []Proof) {
	for _, p := range proofs {
		if p.Overdue > 0 {
			broken = append(broken, p)
		}
	}
	return broken
}

// Verdict is an error that names the rules which the newest proofs show broken, or that there is no proof of the last two days.
func Verdict(proofs []Proof, now time.Time) error {
	var newest time.Time
	for _, p := range proofs {
		if p.LookedAt.After(newest) {
			newest = p.LookedAt
		}
	}
	if now.Sub(newest) > 2*ProofPeriod {
		return fmt.Errorf("nobody has looked since %s: does a node with the role worker run?", newest.Format(time.DateOnly))
	}
	var last []Proof
	for _, p := range proofs {
		if newest.Sub(p.LookedAt) < ProofPeriod/2 {
			last = append(last, p)
		}
	}
	if broken := Broken(last); len(broken) > 0 {
		return fmt.Errorf("%d rules are not kept, first %s with %d rows", len(broken), broken[0].Table, broken[0].Overdue)
	}
	return nil
}
