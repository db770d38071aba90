package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"okno/internal/smppaccount"
	"okno/sms/smpp"
)

// maxAsked is how many queries of a bind may wait.
const maxAsked = 64

// question is a query_sm that waits for its answer.
type question struct {
	smpp.Query
	answer func(smpp.Status, smpp.QueryResp)
}

// HandleQuery takes a query_sm.
func (b *bind) HandleQuery(q smpp.Query, answer func(smpp.Status, smpp.QueryResp)) {
	select {
	case b.asked <- question{q, answer}:
	default:
		b.countQuery("throttled")
		answer(smpp.Throttled, smpp.QueryResp{})
	}
}

// answerQueries answers one at a time until the session has ended: an agency that asks after everything it has ever sent
// takes no more than one connection of the database.
func (b *bind) answerQueries(ctx context.Context, session *smpp.Session) {
	ctx = context.WithoutCancel(ctx)
	for {
		select {
		case q := <-b.asked:
			resp, err := b.find(ctx, q.Query)
			status, result := b.judge(err)
			b.countQuery(result)
			q.answer(status, resp)
		case <-session.Done():
			return
		}
	}
}

// find tells what a receipt tells, and no sooner. smppaccount.ErrNotTheirs.
func (b *bind) find(ctx context.Context, q smpp.Query) (smpp.QueryResp, error) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	id, err := strconv.ParseInt(q.MessageID, 10, 64)
	if err != nil || q.MessageID != messageID(id) {
		return smpp.QueryResp{}, smppaccount.ErrNotTheirs
	}
	r, err := b.gateway.Store.FindReceipt(ctx, b.account.current().SystemID, id)
	if err != nil {
		return smpp.QueryResp{}, err
	}
	var written addresses
	if err := json.Unmarshal(r.Addresses, &written); err != nil {
		return smpp.QueryResp{}, fmt.Errorf("addresses of submit %d: %w", id, err)
	}
	if written.Source.Number != q.Source.Number {
		return smpp.QueryResp{}, smppaccount.ErrNotTheirs
	}
	const enroute = 1 // message_state (§5.2.28)
	resp := smpp.QueryResp{MessageID: q.MessageID, State: enroute}
	if !r.FinalAt.IsZero() {
		_, resp.State = stateOf(r)
		resp.FinalDate, resp.ErrorCode = smpp.FormatTime(r.FinalAt), codeOf(r)
	}
	return resp, nil
}

// judge says what an agency is told of a query. Another's message is as unknown as one that never was.
func (b *bind) judge(err error) (status smpp.Status, result string) {
	switch {
	case err == nil:
		return smpp.OK, "answered"
	case errors.Is(err, smppaccount.ErrNotTheirs):
		return smpp.QueryFailed, "unknown"
	}
	b.gateway.Log.Error().Err(err).Msg("answer an agency's query")
	return smpp.TemporaryAppError, "deferred"
}

func (b *bind) countQuery(result string) {
	b.gateway.metrics.queries.WithLabelValues(b.account.current().SystemID, result).Inc()
}
