package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"okno/internal/news"
)

func contactStream(id int64) string { return "contact:" + strconv.FormatInt(id, 10) }

func agentStream(id int64) string { return "agent:" + strconv.FormatInt(id, 10) }

const nextInStream = `
INSERT INTO streams (name, seq) VALUES ($1, 1)
ON CONFLICT (name) DO UPDATE SET seq = streams.seq + 1 RETURNING seq`

const addStreamEvent = `INSERT INTO stream_events (stream, seq, kind, payload) VALUES ($1, $2, $3, $4)`

// emit adds an event to a stream that desks follow. The stream's row stays locked until the commit, so that numbers
// commit in order.
func (w *Work) emit(ctx context.Context, stream, kind string, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encode %s for %s: %w", kind, stream, err)
	}
	var seq int64
	if err := w.tx.QueryRow(ctx, nextInStream, stream).Scan(&seq); err != nil {
		return fmt.Errorf("number %s for %s: %w", kind, stream, err)
	}
	if _, err := w.tx.Exec(ctx, addStreamEvent, stream, seq, kind, raw); err != nil {
		return fmt.Errorf("add %s to %s: %w", kind, stream, err)
	}
	w.touch(news.Streams)
	return nil
}
