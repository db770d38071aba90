package contacts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/call"
	"okno/internal/lease"
	"okno/internal/news"
	"okno/internal/postgres"
)

// orderArgs is how the particulars of an order are kept.
type orderArgs struct {
	Contact  int64         `json:"contact,omitempty"`
	Agent    int64         `json:"agent,omitempty"`
	Endpoint string        `json:"endpoint,omitempty"`
	Ring     time.Duration `json:"ring,omitempty"`
	Keys     string        `json:"keys,omitempty"`
	Role     call.Role     `json:"role,omitempty"`
	Mode     call.Mode     `json:"mode,omitempty"`
	Queue    string        `json:"queue,omitempty"`
}

// Orders of one transaction are carried out in the order in which they were written.
const addOrder = `
INSERT INTO call_orders (id, call_id, kind, args, by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp(), now() + make_interval(secs => $6))`

// AddOrder writes an order to a call, with a life, and hints to the owner of the call.
func (w Steps) AddOrder(ctx context.Context, o call.Order, life time.Duration) error {
	args, err := json.Marshal(orderArgs{o.Contact, o.Agent, o.Endpoint, o.Ring, o.Keys, o.Role, o.Mode, o.Queue})
	if err == nil {
		_, err = w.tx.Exec(ctx, addOrder, o.ID, o.Interaction, o.Kind, args, o.By, life.Seconds())
	}
	if err != nil {
		return fmt.Errorf("order %s of interaction %d: %w", o.Kind, o.Interaction, err)
	}
	w.tx.Hint(news.Orders)
	return nil
}

const orderColumns = `o.id, o.call_id, o.kind, o.args, o.by, o.created_at, o.expires_at, o.state`

func scanOrder(row pgx.Row) (call.Order, error) {
	var o call.Order
	var raw []byte
	if err := row.Scan(&o.ID, &o.Interaction, &o.Kind, &raw, &o.By, &o.CreatedAt, &o.ExpiresAt, &o.State); err != nil {
		return o, err
	}
	var args orderArgs
	err := json.Unmarshal(raw, &args)
	o.Contact, o.Agent, o.Endpoint, o.Ring, o.Keys, o.Role, o.Mode = args.Contact, args.Agent, args.Endpoint, args.Ring, args.Keys, args.Role, args.Mode
	o.Queue = args.Queue
	return o, err
}

const takeOrders = `
UPDATE call_orders o SET state = 'taken', fence = $2
FROM calls k
WHERE k.asterisk = $1 AND k.ended_at IS NULL AND o.call_id = k.interaction_id AND o.state = 'new' AND o.expires_at > now()
RETURNING ` + orderColumns

// TakeOrders takes the new orders to the calls of an Asterisk, as its owner.
func (s *Store) TakeOrders(ctx context.Context, l lease.Lease, asterisk string) ([]call.Order, error) {
	return s.collectOrders(ctx, l, takeOrders, asterisk, l.Fence)
}

const takenOrders = `
SELECT ` + orderColumns + ` FROM calls k JOIN call_orders o ON o.call_id = k.interaction_id AND o.state = 'taken'
WHERE k.asterisk = $1 AND k.ended_at IS NULL ORDER BY o.created_at FOR UPDATE OF o`

// TakenOrders gives the orders that an owner before took and did not end.
func (s *Store) TakenOrders(ctx context.Context, l lease.Lease, asterisk string) ([]call.Order, error) {
	return s.collectOrders(ctx, l, takenOrders, asterisk)
}

func (s *Store) collectOrders(ctx context.Context, l lease.Lease, query string, args ...any) (orders []call.Order, err error) {
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		if err := tx.Owned(ctx, l); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		orders, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (call.Order, error) { return scanOrder(row) })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take orders: %w", err)
	}
	slices.SortFunc(orders, func(a, b call.Order) int { return a.CreatedAt.Compare(b.CreatedAt) }) // one may undo the other
	return orders, nil
}

const orderByID = `SELECT ` + orderColumns + ` FROM call_orders o WHERE o.id = $1`

// Order gives an order, and keeps others from its interaction until the work is done: so nobody but its owner, who takes it, changes
// it. [call.ErrOver] for one that never was.
func (w Steps) Order(ctx context.Context, id string) (call.Order, error) {
	for {
		o, err := scanOrder(w.tx.QueryRow(ctx, orderByID, id))
		if err != nil {
			return o, fmt.Errorf("find order: %w", postgres.NoRows(err, call.ErrOver))
		}
		if w.tx.HasTurn(o.Interaction) {
			return o, nil
		}
		if err := w.tx.TakeTurn(ctx, o.Interaction); err != nil {
			return o, err
		}
	}
}

const endOrder = `
UPDATE call_orders SET state = $2, answer = $3, ended_at = now() WHERE id = $1 AND state IN ('new', 'taken')`

// EndOrder answers an order, once.
func (w Steps) EndOrder(ctx context.Context, id string, state call.OrderState, answer string) error {
	if _, err := w.tx.Exec(ctx, endOrder, id, state, answer); err != nil {
		return fmt.Errorf("end order: %w", err)
	}
	return nil
}

const cancelOrders = `
UPDATE call_orders SET state = 'cancelled', ended_at = now() WHERE call_id = $1 AND state IN ('new', 'taken') RETURNING id`

// CancelOrders cancels the open orders to a call. Its owner is told, for one of them may ring a phone.
func (w Steps) CancelOrders(ctx context.Context, interaction int64) error {
	tag, err := w.tx.Exec(ctx, cancelOrders, interaction)
	if err != nil {
		return fmt.Errorf("cancel orders of interaction %d: %w", interaction, err)
	}
	if tag.RowsAffected() > 0 {
		w.tx.Hint(news.Orders)
	}
	return nil
}

const cancelConnects = `
UPDATE call_orders SET state = 'cancelled', ended_at = now() WHERE call_id = $1 AND kind IN ('connect', 'dial', 'supervise', 'callback') AND state IN ('new', 'taken')`

// CancelConnects cancels the orders to ring an agent's phone, one outside or the citizen's for a call.
func (w Steps) CancelConnects(ctx context.Context, interaction int64) error {
	if _, err := w.tx.Exec(ctx, cancelConnects, interaction); err != nil {
		return fmt.Errorf("cancel connect of interaction %d: %w", interaction, err)
	}
	w.tx.Hint(news.Orders)
	return nil
}

const openConnects = `
SELECT o.id FROM call_orders o WHERE o.id = ANY ($1) AND o.state = 'taken'`

// StillOpen gives those of some orders that nobody has cancelled.
func (s *Store) StillOpen(ctx context.Context, ids []string) (map[string]bool, error) {
	rows, err := s.db.Query(ctx, openConnects, ids)
	if err != nil {
		return nil, fmt.Errorf("look at orders: %w", err)
	}
	open := map[string]bool{}
	var id string
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		open[id] = true
		return nil
	})
	return open, err
}

// orderOverdue is how long an order may be under way after its time: longer than a phone rings.
const orderOverdue = 2 * time.Minute

// Orders that nobody took in time, or that their owner took and never answered: the owner is gone, and no other has come.
const overdueOrders = `
SELECT id FROM call_orders WHERE state = 'new' AND expires_at <= now()
UNION ALL
SELECT id FROM call_orders WHERE state = 'taken' AND expires_at <= now() - make_interval(secs => $1)
LIMIT 100`
