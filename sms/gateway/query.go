package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"okno/internal/agency"
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
			status, resp := b.find(ctx, q.Query)
			q.answer(status, resp)
		case <-session.Done():
			return
		}
	}
}

// find tells what a receipt tells, and no sooner. Another agency's message is as unknown as one that never was.
func (b *bind) find(ctx context.Context, q smpp.Query) (smpp.Status, smpp.QueryResp) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	id, err := strconv.ParseInt(q.MessageID, 10, 64)
	if err != nil || q.MessageID != messageID(id) {
		b.countQuery("unknown")
		return smpp.QueryFailed, smpp.QueryResp{}
	}
	r, err := b.gateway.Store.FindReceipt(ctx, b.account.current().SystemID, id)
	var written addresses
	if err == nil {
		err = json.Unmarshal(r.Addresses, &written)
	}
	switch {
	case err == nil && written.Source.Number == q.Source.Number:
	case err == nil, errors.Is(err, agency.ErrNotTheirs):
		b.countQuery("unknown")
		return smpp.QueryFailed, smpp.QueryResp{}
	default:
		b.gateway.Log.Error().Err(err).Msg("answer an agency's query")
		b.countQuery("deferred")
		return smpp.TemporaryAppError, smpp.QueryResp{}
	}
	b.countQuery("answered")
	const enroute = 1 // message_state (§5.2.28)
	resp := smpp.QueryResp{MessageID: q.MessageID, State: enroute}
	if !r.FinalAt.IsZero() {
		_, resp.State = stateOf(r)
		resp.FinalDate, resp.ErrorCode = smpp.FormatTime(r.FinalAt), codeOf(r)
	}
	return smpp.OK, resp
}

func (b *bind) countQuery(result string) {
	b.gateway.metrics.queries.WithLabelValues(b.account.current().SystemID, result).Inc()
}
