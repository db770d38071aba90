package messages

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/postgres/audit"
)

const addLinks = `INSERT INTO sms_links (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`

// AddLinks makes links known, so that something can be ordered of them. What is ordered already stays.
func (s *Store) AddLinks(ctx context.Context, names []string) error {
	if _, err := s.db.Exec(ctx, addLinks, names); err != nil {
		return fmt.Errorf("add links: %w", err)
	}
	return nil
}

const linkOrders = `SELECT name, ordered FROM sms_links`

// LinkOrders gives what is ordered of each link.
func (s *Store) LinkOrders(ctx context.Context) (map[string]message.Order, error) {
	rows, err := s.db.Query(ctx, linkOrders)
	if err != nil {
		return nil, fmt.Errorf("read link orders: %w", err)
	}
	orders := map[string]message.Order{}
	var name string
	var order message.Order
	_, err = pgx.ForEachRow(rows, []any{&name, &order}, func() error {
		orders[name] = order
		return nil
	})
	return orders, err
}

const orderLink = `UPDATE sms_links SET ordered = $2, ordered_by = $3, ordered_at = now() WHERE name = $1`

// OrderLink orders something of a link, on all nodes. by is as in the journal. message.ErrNoLink.
func (w Steps) OrderLink(ctx context.Context, name string, order message.Order, by string) error {
	tag, err := w.tx.Exec(ctx, orderLink, name, order, by)
	if err == nil && tag.RowsAffected() == 0 {
		err = message.ErrNoLink
	}
	if err != nil {
		return fmt.Errorf("order link %s: %w", name, err)
	}
	w.tx.Hint(news.Links)
	return audit.Record(ctx, w.tx, by, "sms.link", "link:"+name, map[string]any{"ordered": order})
}

const tellNode = `
INSERT INTO sms_nodes (name, told_at, standing) VALUES ($1, now(), $2)
ON CONFLICT (name) DO UPDATE SET told_at = now(), standing = excluded.standing`

// TellNode keeps how the links of a node stand.
func (s *Store) TellNode(ctx context.Context, name string, standing json.RawMessage) error {
	if _, err := s.db.Exec(ctx, tellNode, name, standing); err != nil {
		return fmt.Errorf("tell node: %w", err)
	}
	return nil
}

const smsNodes = `SELECT name, told_at, standing FROM sms_nodes WHERE told_at > now() - $1::interval ORDER BY name`

// SMSNodes gives how the links stand on each node that has told so within an age.
func (s *Store) SMSNodes(ctx context.Context, age time.Duration) ([]message.Node, error) {
	rows, err := s.db.Query(ctx, smsNodes, age)
	if err != nil {
		return nil, fmt.Errorf("read sms nodes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[message.Node])
}
