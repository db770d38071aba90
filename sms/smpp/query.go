package smpp

import (
	"context"
	"fmt"

	"github.com/fiorix/go-smpp/smpp/pdu"
)

// QuerySM asks the SMSC what has become of a message.
const QuerySM = Command(pdu.QuerySMID)

// Query is the body of query_sm (SMPP 3.4 §4.8.1).
type Query struct {
	MessageID string
	Source    Address // as it was in the submit_sm
}

// QueryResp answers a Query.
type QueryResp struct {
	MessageID string
	FinalDate string // SMPP time; empty while there is no final state
	State     byte   // message_state (§5.2.28)
	ErrorCode byte   // the network's own
}

// Querier is a Handler that answers query_sm. Without it they are refused.
type Querier interface {
	// HandleQuery is called as HandleMessage is. answer must be called once, by any goroutine.
	HandleQuery(q Query, answer func(Status, QueryResp))
}

// Query asks the SMSC about a message that it has accepted. It blocks while the window is full. The error is a Status where
// the SMSC cannot tell.
func (s *Session) Query(ctx context.Context, q Query) (QueryResp, error) {
	sent, err := s.start(ctx, QuerySM, &q)
	if err != nil {
		return QueryResp{}, err
	}
	answer, err := sent.answer(ctx)
	if err != nil {
		return QueryResp{}, err
	}
	resp, ok := answer.Body.(*QueryResp)
	if !ok {
		return QueryResp{}, fmt.Errorf("query_sm_resp without a body: %w", InvalidLength)
	}
	return *resp, nil
}

func (s *Session) receiveQuery(p PDU, frame []byte) {
	querier, ok := s.opts.Handler.(Querier)
	if s.esme || !ok {
		s.poison(p, frame, &decodeError{InvalidCommand, "query_sm where none is answered"})
		return
	}
	if !s.CanReceive() {
		s.reply(PDU{Command: QuerySM | responseBit, Status: WrongBindState, Sequence: p.Sequence}, nil)
		return
	}
	querier.HandleQuery(*p.Body.(*Query), func(status Status, resp QueryResp) {
		answer := PDU{Command: QuerySM | responseBit, Status: status, Sequence: p.Sequence}
		if status == OK {
			answer.Body = &resp
		}
		s.reply(answer, nil)
	})
}
