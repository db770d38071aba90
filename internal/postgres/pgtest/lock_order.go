package pgtest

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
)

// lockOrder is a tracer that fails a test whose transactions break an order of tables. It sees what statements name: not the
// locks of foreign keys, and not the order of the rows of one table.
type lockOrder struct {
	fail  func(format string, args ...any)
	order []string

	mu       sync.Mutex
	open     map[*pgx.Conn]*touched // the transaction that each connection is in
	reported map[[2]string]bool
}

// touched is what a transaction has touched so far: the latest table in the order, and the statement that did it.
type touched struct {
	tables    map[string]bool
	latest    int
	statement string
	saved     []savepoint
}

type savepoint struct {
	name string
	touched
}

func newLockOrder(t testing.TB) *lockOrder {
	return &lockOrder{fail: t.Errorf, order: postgres.LockOrder, open: map[*pgx.Conn]*touched{}, reported: map[[2]string]bool{}}
}

// TraceQueryStart sees a statement before it runs.
func (l *lockOrder) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	l.see(conn, data.SQL)
	return ctx
}

// TraceQueryEnd is there for the interface.
func (l *lockOrder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart sees the statements of a batch before they run.
func (l *lockOrder) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, query := range data.Batch.QueuedQueries {
		l.see(conn, query.SQL)
	}
	return ctx
}

// TraceBatchQuery is there for the interface.
func (l *lockOrder) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd is there for the interface.
func (l *lockOrder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (l *lockOrder) see(conn *pgx.Conn, sql string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	verb, name := control(sql)
	tx := l.open[conn]
	switch {
	case verb == "begin":
		l.open[conn] = &touched{tables: map[string]bool{}, latest: -1}
	case verb == "commit" || verb == "rollback":
		delete(l.open, conn)
	case tx == nil: // a statement alone is a transaction of its own
	case verb == "savepoint":
		tx.saved = append(tx.saved, savepoint{name, tx.copy()})
	case verb == "rollback to savepoint": // it lets go of what was locked since
		if i := slices.IndexFunc(tx.saved, func(s savepoint) bool { return s.name == name }); i >= 0 {
			back := tx.saved[i].copy()
			back.saved = tx.saved[:i+1]
			*tx = back
		}
	case verb == "":
		l.check(tx, sql)
	}
}

func (t *touched) copy() touched {
	c := touched{tables: make(map[string]bool, len(t.tables)), latest: t.latest, statement: t.statement}
	for name := range t.tables {
		c.tables[name] = true
	}
	return c
}

func (l *lockOrder) check(tx *touched, sql string) {
	statement := oneLine(sql)
	latest, by := tx.latest, tx.statement
	for _, touch := range touchesOf(sql) {
		place := slices.Index(l.order, touch.table)
		if place < 0 || tx.tables[touch.table] {
			continue
		}
		tx.tables[touch.table] = true
		if place > tx.latest {
			tx.latest, tx.statement = place, statement
		}
		if place < latest && touch.waits && !l.reported[[2]string{by, statement}] {
			l.reported[[2]string{by, statement}] = true
			l.fail("order of locks: %s after %s in one transaction (see postgres.LockOrder)\nfirst: %s\nthen:  %s",
				touch.table, l.order[latest], by, statement)
		}
	}
}

func oneLine(sql string) string { return strings.Join(strings.Fields(sql), " ") }

// control says which step of a transaction a statement is, and of which savepoint; "" if it is none.
func control(sql string) (verb, name string) {
	words := strings.Fields(strings.ToLower(strings.TrimSuffix(strings.TrimSpace(sql), ";")))
	if len(words) == 0 {
		return "", ""
	}
	switch words[0] {
	case "begin", "commit":
		return words[0], ""
	case "rollback":
		if len(words) > 1 {
			return "rollback to savepoint", words[len(words)-1]
		}
		return "rollback", ""
	case "savepoint", "release":
		return words[0], words[len(words)-1]
	}
	return "", ""
}

// touch is a table whose rows a statement locks or writes, and whether it waits for them.
type touch struct {
	table string
	waits bool
}

var (
	touchesMu    sync.Mutex
	touchesKnown = map[string][]touch{}
)

// touchesOf gives what a statement touches. It knows as much SQL as our statements have.
func touchesOf(sql string) []touch {
	touchesMu.Lock()
	defer touchesMu.Unlock()
	found, ok := touchesKnown[sql]
	if !ok {
		found = parse(sql)
		touchesKnown[sql] = found
	}
	return found
}

var (
	comments = regexp.MustCompile(`--[^\n]*`)
	literals = regexp.MustCompile(`'[^']*'`)
	tokens   = regexp.MustCompile(`[a-z_][a-z0-9_.]*|[(),;]`)
)

func parse(sql string) []touch {
	sql = literals.ReplaceAllString(comments.ReplaceAllString(strings.ToLower(sql), ""), " ")
	words := tokens.FindAllString(sql, -1)
	at := func(i int) string {
		if i < 0 || i >= len(words) {
			return ""
		}
		return words[i]
	}
	var found []touch
	for i, word := range words {
		switch {
		case word == "into" && at(i-1) == "insert", word == "from" && at(i-1) == "delete":
			found = append(found, touch{at(i + 1), true})
		case word == "update" && at(i-1) != "for" && at(i-1) != "key" && at(i-1) != "do":
			found = append(found, touch{at(i + 1), true})
		case word == "for":
			found = append(found, lockedBy(words, i)...)
		}
	}
	return found
}

// lockedBy gives what a locking clause locks that begins at a word: the tables that it names, or all of its SELECT.
func lockedBy(words []string, start int) []touch {
	end := start + 1
	for end < len(words) && slices.Contains([]string{"no", "key"}, words[end]) {
		end++
	}
	if end == len(words) || words[end] != "update" && words[end] != "share" {
		return nil
	}
	end++
	var names []string
	if end < len(words) && words[end] == "of" {
		for end++; end < len(words); end += 2 {
			names = append(names, words[end])
			if end+1 >= len(words) || words[end+1] != "," {
				end++
				break
			}
		}
	}
	waits := end >= len(words) || words[end] != "skip" && words[end] != "nowait"
	var found []touch
	for alias, table := range tablesOf(words, start) {
		if len(names) == 0 || slices.Contains(names, alias) {
			found = append(found, touch{table, waits})
		}
	}
	return found
}

// tablesOf gives the tables by alias of the SELECT that a word belongs to: what stands after FROM, JOIN and commas, in the same
// brackets as the word.
func tablesOf(words []string, end int) map[string]string {
	begin, depth := end-1, 0
	for ; begin >= 0; begin-- {
		switch words[begin] {
		case ")":
			depth++
		case "(":
			depth--
		}
		if depth < 0 || depth == 0 && slices.Contains([]string{";", "union", "select"}, words[begin]) {
			break
		}
	}
	found := map[string]string{}
	listing := false // within FROM
	for i := begin + 1; i < end; i++ {
		switch words[i] {
		case "(":
			for depth = 1; depth > 0 && i+1 < end; {
				i++
				switch words[i] {
				case "(":
					depth++
				case ")":
					depth--
				}
			}
		case "where", "group", "order", "limit", "window", "having":
			listing = false
		case "from", "join", ",":
			listing = listing || words[i] == "from"
			if !listing || i+1 >= end || words[i+1] == "(" || words[i+1] == "lateral" {
				continue
			}
			table := words[i+1]
			alias := table
			for _, next := range words[i+2 : min(i+4, end)] {
				if next != "as" {
					if !slices.Contains(afterTable, next) {
						alias = next
					}
					break
				}
			}
			found[alias] = table
		}
	}
	return found
}

// afterTable may follow a table that has no alias.
var afterTable = []string{",", "(", ")", "join", "left", "cross", "inner", "on", "using", "where", "order", "group", "limit", "for", "union"}
