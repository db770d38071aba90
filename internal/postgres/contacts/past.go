package contacts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
)

const anyInteraction = `SELECT EXISTS (SELECT FROM interactions)`

const nextInteractions = `SELECT nextval('interactions_id_seq') FROM generate_series(1, $1::int)`

// forgotten stands for words that nobody kept.
const forgotten = "…"

const agentsByLogin = `SELECT login, id FROM agents`

// CopyPast adds conversations that are over, in the order in which they began, by COPY, and gives their number. Where there are conversations
// none is added: their ids grow with the time. version is of the dialogue that spoke in them, and times are what agents spent their time on.
func (w Steps) CopyPast(ctx context.Context, version string, all []contact.Past, times []contact.Time) (added int, err error) {
	var taken bool
	if err = w.tx.QueryRow(ctx, anyInteraction).Scan(&taken); err == nil && !taken {
		added, err = len(all), w.copyPast(ctx, version, all, times)
	}
	if err != nil {
		return 0, fmt.Errorf("copy past contacts: %w", err)
	}
	return added, nil
}

func (w Steps) copyPast(ctx context.Context, version string, all []contact.Past, times []contact.Time) error {
	rows, err := w.tx.Query(ctx, nextInteractions, len(all))
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	if rows, err = w.tx.Query(ctx, agentsByLogin); err != nil {
		return err
	}
	agents := map[string]int64{}
	var login string
	var agent int64
	if _, err = pgx.ForEachRow(rows, []any{&login, &agent}, func() error {
		agents[login] = agent
		return nil
	}); err != nil {
		return err
	}
	var interactions, keys, entries, contacts, asks, spent [][]any
	for i, p := range all {
		key, wrapped, err := w.ring.NewDataKey()
		if err != nil {
			return err
		}
		index, sealed := datakeys.SealNumber(w.ring, key, ids[i], p.Number)
		interactions = append(interactions, []any{ids[i], p.Channel, index, sealed, idOrNil(p.CitizenID), "none", p.Language, p.StartedAt, p.EndedAt, p.EndedAt, p.Outcome, version})
		keys = append(keys, datakeys.InteractionRow(ids[i], wrapped))
		for _, service := range p.Asked {
			asks = append(asks, []any{p.StartedAt, ids[i], p.Channel, p.Language, service})
		}
		said := "wrote"
		if p.Channel == string(dialogue.Voice) {
			said = "said"
		}
		for _, stop := range p.Stops {
			entries = append(entries, []any{ids[i], stop.At, conversation.Okno, said, key.Seal(datakeys.EntryOf(ids[i], conversation.Okno, said), []byte(forgotten)), stop.Node})
		}
		if p.Queue != "" {
			contacts = append(contacts, []any{ids[i], p.Queue, p.Channel, p.Language, p.Reason, "sample", string(contact.Ended), idOrNil(agents[p.Agent]), p.QueuedAt,
				postgres.OrNil(p.ConnectedAt), postgres.OrNil(p.ConnectedAt), postgres.OrNil(p.ReleasedAt), p.WrappedAt, string(p.Came), p.Disposition})
		}
	}
	for _, t := range times {
		spent = append(spent, []any{agents[t.Agent], t.Since, t.Until, t.Doing, t.Reason, true, t.Load, 100, t.Queues})
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"interactions", []string{"id", "channel", "number_index", "sealed_number", "citizen_id", "verification", "language", "started_at", "active_at", "ended_at",
			"outcome", "dialogue"}, interactions},
		{"data_keys", datakeys.Columns, keys},
		{"entries", []string{"interaction_id", "at", "speaker", "kind", "sealed", "node"}, entries},
		{"agent_times", []string{"agent_id", "since", "until", "doing", "reason", "desk", "load", "capacity", "queues"}, spent},
		{"service_asks", []string{"at", "interaction_id", "channel", "language", "service"}, asks},
		{"contacts", []string{"interaction_id", "queue", "channel", "language", "reason", "effect", "state", "agent_id", "queued_at", "accepted_at", "connected_at",
			"released_at", "ended_at", "outcome", "disposition"}, contacts},
	} {
		if _, err := w.tx.CopyFrom(ctx, pgx.Identifier{table.name}, table.columns, pgx.CopyFromRows(table.rows)); err != nil {
			return fmt.Errorf("copy %s: %w", table.name, err)
		}
	}
	return nil
}

func idOrNil(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
