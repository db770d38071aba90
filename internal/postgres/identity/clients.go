package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/otp"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

// ErrNoClient says that there is no client of that name.
var ErrNoClient error = &fault.Error{Kind: fault.NotFound, Text: "there is no such client"}

// A client that stands as it is given stays untouched.
const saveClient = `
INSERT INTO clients (name, title, scopes, addresses, certificates, budget, agency, notices_day, notice_prefixes, segment_price)
VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), $8, $9, $10)
ON CONFLICT (name) DO UPDATE SET title = excluded.title, scopes = excluded.scopes, addresses = excluded.addresses,
    certificates = excluded.certificates, budget = excluded.budget, agency = excluded.agency,
    notices_day = excluded.notices_day, notice_prefixes = excluded.notice_prefixes, segment_price = excluded.segment_price
WHERE (clients.title, clients.scopes, clients.addresses, clients.certificates, clients.budget, clients.agency,
       clients.notices_day, clients.notice_prefixes, clients.segment_price)
    IS DISTINCT FROM (excluded.title, excluded.scopes, excluded.addresses, excluded.certificates, excluded.budget, excluded.agency,
       excluded.notices_day, excluded.notice_prefixes, excluded.segment_price)`

// SaveClient adds a client, or changes it, and says whether anything has changed.
func (w Steps) SaveClient(ctx context.Context, c client.Client, by string) (changed bool, err error) {
	if err := c.Check(); err != nil {
		return false, err
	}
	addresses := make([]string, len(c.Addresses))
	for i, a := range c.Addresses {
		addresses[i] = a.String()
	}
	scopes, certificates := append([]client.Scope{}, c.Scopes...), append([]string{}, c.Certificates...)
	tag, err := w.tx.Exec(ctx, saveClient, c.Name, c.Title, scopes, addresses, certificates, c.Budget, c.Agency,
		c.Notices.Day, append([]string{}, c.Notices.Destinations...), c.Notices.Price)
	if err != nil {
		return false, fmt.Errorf("save client %s: %w", c.Name, err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	return true, audit.Record(ctx, w.tx, by, "client.save", "client:"+c.Name, map[string]any{"scopes": scopes, "addresses": addresses,
		"certificates": certificates, "budget": c.Budget, "agency": c.Agency, "notices": c.Notices})
}

const addClient = `INSERT INTO clients (name) VALUES ($1) ON CONFLICT DO NOTHING`

var errClientThere error = &fault.Error{Kind: fault.Conflict, Field: "name", Text: "there is a client of this name already"}

// AddClient adds a client whose name nobody has.
func (w Steps) AddClient(ctx context.Context, c client.Client, by, why string) error {
	if err := c.Check(); err != nil {
		return err
	}
	tag, err := w.tx.Exec(ctx, addClient, c.Name)
	if err != nil {
		return fmt.Errorf("add client %s: %w", c.Name, err)
	}
	if tag.RowsAffected() == 0 {
		return errClientThere
	}
	if _, err := w.SaveClient(ctx, c, by); err != nil {
		return err
	}
	return audit.Record(ctx, w.tx, by, "client.add", "client:"+c.Name, audit.Because(why, nil))
}

const lockClient = `SELECT ` + clientColumns + ` FROM clients c WHERE c.name = $1 FOR UPDATE`

var errClientChanged error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has changed this client meanwhile"}

// ChangeClient changes what is written at the desk of a client that somebody saw: title, scopes, addresses, budget and agency. ErrNoClient;
// [fault.Conflict] when any of them was changed meanwhile.
func (w Steps) ChangeClient(ctx context.Context, was, to client.Client, by, why string) error {
	c, err := scanClient(w.tx.QueryRow(ctx, lockClient, to.Name))
	if err != nil {
		return fmt.Errorf("lock client %s: %w", to.Name, postgres.NoRows(err, ErrNoClient))
	}
	if c.Title != was.Title || !slices.Equal(c.Scopes, was.Scopes) || !slices.Equal(c.Addresses, was.Addresses) || c.Budget != was.Budget || c.Agency != was.Agency {
		return errClientChanged
	}
	c.Title, c.Scopes, c.Addresses, c.Budget, c.Agency = to.Title, to.Scopes, to.Addresses, to.Budget, to.Agency
	changed, err := w.SaveClient(ctx, c, by)
	if err != nil || !changed {
		return err
	}
	return audit.Record(ctx, w.tx, by, "client.change", "client:"+c.Name, audit.Because(why, nil))
}

const savePurpose = `
INSERT INTO otp_purposes (client, name, definition) VALUES ($1, $2, $3)
ON CONFLICT (client, name) DO UPDATE SET definition = excluded.definition, changed_at = now()
WHERE otp_purposes.definition <> excluded.definition`

const dropPurposes = `DELETE FROM otp_purposes WHERE client = $1 AND NOT name = ANY ($2)`

// SavePurpose adds a purpose of a client, or changes it, and says whether anything has changed.
func (w Steps) SavePurpose(ctx context.Context, p otp.Purpose, by string) (changed bool, err error) {
	definition, err := json.Marshal(p)
	if err != nil {
		return false, fmt.Errorf("save purpose %s: %w", p.Name, err)
	}
	tag, err := w.tx.Exec(ctx, savePurpose, p.Client, p.Name, definition)
	if err != nil {
		return false, fmt.Errorf("save purpose %s: %w", p.Name, err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	return true, audit.Record(ctx, w.tx, by, "client.purpose", "client:"+p.Client, map[string]any{"purpose": p.Name})
}

// SavePurposes makes the purposes of a client these, and says whether anything has changed.
func (w Steps) SavePurposes(ctx context.Context, name string, purposes []otp.Purpose, by string) (changed bool, err error) {
	names := make([]string, len(purposes))
	for i, p := range purposes {
		p.Client, names[i] = name, p.Name
		one, err := w.SavePurpose(ctx, p, by)
		if err != nil {
			return false, err
		}
		changed = changed || one
	}
	tag, err := w.tx.Exec(ctx, dropPurposes, name, names)
	if err != nil {
		return false, fmt.Errorf("drop purposes of %s: %w", name, err)
	}
	if tag.RowsAffected() > 0 {
		return true, audit.Record(ctx, w.tx, by, "client.purposes", "client:"+name, map[string]any{"purposes": names})
	}
	return changed, nil
}

const purposesOf = `SELECT definition FROM otp_purposes WHERE client = $1 ORDER BY name`

// Purposes gives a client's purposes.
func (s *Store) Purposes(ctx context.Context, name string) ([]otp.Purpose, error) {
	rows, err := s.db.Query(ctx, purposesOf, name)
	if err != nil {
		return nil, fmt.Errorf("read purposes: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p otp.Purpose, err error) {
		var definition []byte
		if err = row.Scan(&definition); err == nil {
			err = json.Unmarshal(definition, &p)
		}
		return p, err
	})
}

// The newest key goes on for a while, until all have the new one; what was before it ends.
const endKeys = `
UPDATE client_keys SET expires_at = least(expires_at, CASE WHEN id = (SELECT max(id) FROM client_keys WHERE client = $1) THEN $3 ELSE $2 END::timestamptz)
WHERE client = $1 AND expires_at > $2`

const addKey = `INSERT INTO client_keys (client, hash, created_at, expires_at) SELECT name, $2, $3, $4 FROM clients WHERE name = $1 RETURNING id`

// AddKey gives a client a key, by its hash. The one before lives on for the overlap, so that there are two at most. ErrNoClient.
func (w Steps) AddKey(ctx context.Context, name string, hash []byte, now time.Time, life, overlap time.Duration, by, why string) (id int64, err error) {
	if _, err := w.tx.Exec(ctx, endKeys, name, now, now.Add(overlap)); err != nil {
		return 0, fmt.Errorf("end keys of %s: %w", name, err)
	}
	if err := w.tx.QueryRow(ctx, addKey, name, hash, now, now.Add(life)).Scan(&id); err != nil {
		return 0, fmt.Errorf("add key of %s: %w", name, postgres.NoRows(err, ErrNoClient))
	}
	return id, audit.Record(ctx, w.tx, by, "client.key", "client:"+name, audit.Because(why, map[string]any{"key": id, "expires": now.Add(life).UTC().Format(time.RFC3339)}))
}

const endKey = `UPDATE client_keys SET expires_at = least(expires_at, $3) WHERE client = $1 AND id = $2`

// EndKey ends a key of a client at once. ErrNoClient if there is none.
func (w Steps) EndKey(ctx context.Context, name string, id int64, now time.Time, by, why string) error {
	tag, err := w.tx.Exec(ctx, endKey, name, id, now)
	if err != nil {
		return fmt.Errorf("end key of %s: %w", name, err)
	}
	if tag.RowsAffected() == 0 {
		return &fault.Error{Kind: fault.NotFound, Text: "the client has no such key"}
	}
	return audit.Record(ctx, w.tx, by, "client.key_end", "client:"+name, audit.Because(why, map[string]any{"key": id}))
}

const suspendClient = `UPDATE clients SET suspended_at = CASE WHEN $2 THEN coalesce(suspended_at, now()) END WHERE name = $1`

// SuspendClient keeps a client out, or lets it in again. ErrNoClient.
func (w Steps) SuspendClient(ctx context.Context, name string, suspended bool, by, why string) error {
	tag, err := w.tx.Exec(ctx, suspendClient, name, suspended)
	if err != nil {
		return fmt.Errorf("suspend client %s: %w", name, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNoClient
	}
	action := "client.resume"
	if suspended {
		action = "client.suspend"
	}
	return audit.Record(ctx, w.tx, by, action, "client:"+name, audit.Because(why, nil))
}

const clientColumns = `c.name, c.title, c.scopes, c.addresses, c.certificates, c.budget, c.suspended_at IS NOT NULL, coalesce(c.agency, ''),
    c.notices_day, c.notice_prefixes, c.segment_price`

const keyColumns = `k.id, k.created_at, k.expires_at, coalesce(k.last_used_at, 'epoch')`

// scanClient reads a client, and what else there is.
func scanClient(row pgx.Row, more ...any) (c client.Client, err error) {
	var addresses []string
	if err := row.Scan(append([]any{&c.Name, &c.Title, &c.Scopes, &addresses, &c.Certificates, &c.Budget, &c.Suspended, &c.Agency,
		&c.Notices.Day, &c.Notices.Destinations, &c.Notices.Price}, more...)...); err != nil {
		return c, err
	}
	for _, a := range addresses {
		prefix, err := netip.ParsePrefix(a)
		if err != nil {
			return c, fmt.Errorf("address of client %s: %w", c.Name, err)
		}
		c.Addresses = append(c.Addresses, prefix)
	}
	return c, nil
}

const clientByKey = `SELECT ` + clientColumns + `, ` + keyColumns + ` FROM client_keys k JOIN clients c ON c.name = k.client WHERE k.hash = $1`

// ClientByKey gives the client whose key has the hash, whether it may come in or not. client.ErrUnknown.
func (s *Store) ClientByKey(ctx context.Context, keyHash []byte) (c client.Client, k client.Key, err error) {
	c, err = scanClient(s.db.QueryRow(ctx, clientByKey, keyHash), &k.ID, &k.CreatedAt, &k.ExpiresAt, &k.LastUsedAt)
	if err = postgres.NoRows(err, client.ErrUnknown); err != nil && !errors.Is(err, client.ErrUnknown) {
		return c, k, fmt.Errorf("find client: %w", err)
	}
	return c, k, err
}

const noteUse = `UPDATE client_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`

// NoteUse notes when a key was used last.
func (s *Store) NoteUse(ctx context.Context, key int64, at time.Time) error {
	if _, err := s.db.Exec(ctx, noteUse, key, at); err != nil {
		return fmt.Errorf("note use of key: %w", err)
	}
	return nil
}

const clientByName = `SELECT ` + clientColumns + ` FROM clients c WHERE c.name = $1`

// Client gives a client. ErrNoClient.
func (s *Store) Client(ctx context.Context, name string) (client.Client, error) {
	c, err := scanClient(s.db.QueryRow(ctx, clientByName, name))
	return c, postgres.NoRows(err, ErrNoClient)
}

const allClients = `
SELECT ` + clientColumns + `, coalesce(k.id, 0), coalesce(k.created_at, 'epoch'), coalesce(k.expires_at, 'epoch'), coalesce(k.last_used_at, 'epoch')
FROM clients c LEFT JOIN client_keys k ON k.client = c.name WHERE c.name <> 'okno' ORDER BY c.name, k.id`

// Clients gives all clients with their keys, the live and the ended.
func (s *Store) Clients(ctx context.Context) (clients []client.Client, keys map[string][]client.Key, err error) {
	rows, err := s.db.Query(ctx, allClients)
	if err != nil {
		return nil, nil, fmt.Errorf("read clients: %w", err)
	}
	defer rows.Close()
	keys = map[string][]client.Key{}
	for rows.Next() {
		var k client.Key
		c, err := scanClient(rows, &k.ID, &k.CreatedAt, &k.ExpiresAt, &k.LastUsedAt)
		if err != nil {
			return nil, nil, fmt.Errorf("read clients: %w", err)
		}
		if !slices.ContainsFunc(clients, func(known client.Client) bool { return known.Name == c.Name }) {
			clients = append(clients, c)
		}
		if k.ID != 0 {
			keys[c.Name] = append(keys[c.Name], k)
		}
	}
	return clients, keys, rows.Err()
}
