package contacts

import (
	"context"
	"fmt"

	"okno/internal/acd"
	"okno/internal/fault"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

var errSettingsChanged error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has changed these settings meanwhile"}

// ChangeQueue replaces the settings of a queue that somebody saw, or adds a queue where was is nil. to was checked. [fault.Conflict] when the
// queue was changed meanwhile, or is there already; else the errors of KeepQueues.
func (w Steps) ChangeQueue(ctx context.Context, name string, was *acd.Settings, to acd.Settings, by, why string) error {
	if _, err := w.tx.Exec(ctx, lockQueues); err != nil {
		return fmt.Errorf("change queue %s: %w", name, err)
	}
	kept, err := w.settings(ctx)
	if err != nil {
		return fmt.Errorf("change queue %s: %w", name, err)
	}
	is, there := kept[name]
	if there != (was != nil) || there && len(is.Form().Changes(was.Form())) > 0 {
		return errSettingsChanged
	}
	_, err = w.KeepQueues(ctx, acd.File{Queues: map[string]acd.Settings{name: to}}, by, why)
	return err
}

// ChangePauseLimits replaces the limits that somebody saw: all of them. to was checked. [fault.Conflict] when they were changed meanwhile.
func (w Steps) ChangePauseLimits(ctx context.Context, was, to acd.PauseLimits, by, why string) error {
	kept, err := w.lockedPauseLimits(ctx)
	if err != nil {
		return fmt.Errorf("change limits of pauses: %w", err)
	}
	if len(kept.Form().Changes(was.Form())) > 0 {
		return errSettingsChanged
	}
	all := acd.PauseLimits{}
	for role := range kept {
		all[role] = nil
	}
	for role, own := range to {
		all[role] = own
	}
	_, err = w.KeepPauseLimits(ctx, all, by, why)
	return err
}

const lockAbilities = `SELECT skills, capacity FROM agents WHERE id = $1 FOR NO KEY UPDATE`

// ChangeAbilities replaces skills and capacity of an agent that somebody saw. to was checked. [fault.Conflict] when they were changed meanwhile,
// acd.ErrNoAgent.
func (w Steps) ChangeAbilities(ctx context.Context, agent int64, was, to acd.Abilities, by string) error {
	var is acd.Abilities
	if err := w.tx.QueryRow(ctx, lockAbilities, agent).Scan(&is.Skills, &is.Capacity); err != nil {
		return fmt.Errorf("read abilities of agent %d: %w", agent, postgres.NoRows(err, acd.ErrNoAgent))
	}
	if !is.Equal(was) {
		return &fault.Error{Kind: fault.Conflict, Text: "somebody else has changed this account meanwhile"}
	}
	if to.Skills == nil {
		to.Skills = map[string]int{} // the column is not null
	}
	if is.Equal(to) {
		return nil
	}
	if err := w.setSkills(ctx, agent, to.Skills); err != nil {
		return err
	}
	if err := w.setCapacity(ctx, agent, to.Capacity); err != nil {
		return err
	}
	return audit.Record(ctx, w.tx, by, "agent.abilities", streams.Agent(agent), map[string]any{"skills": to.Skills, "capacity": to.Capacity,
		"was": map[string]any{"skills": is.Skills, "capacity": is.Capacity}})
}
