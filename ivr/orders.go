package ivr

import (
	"context"
	"time"

	"okno/internal/call"
)

// orderPoll is what a lost hint costs.
const orderPoll = time.Second

// followOrders takes the orders for this line's calls and puts each into its call's mailbox, tells calls of orders that were cancelled, and
// makes Asterisk's SIP accounts, and what it knows of the other Asterisks, what they should be. It begins once calls and channels agree: an agent's phone that rang before could
// answer unheard.
func (l *Line) followOrders(ctx context.Context) {
	ticker := time.NewTicker(orderPoll)
	defer ticker.Stop()
	connection := 0
	for {
		if now, settled := l.isSettled(); settled {
			if now != connection { // Asterisk may have restarted, and lost the accounts
				connection, l.accounts, l.peers = now, map[string]string{}, map[string][2]call.Asterisk{}
			}
			for what, do := range map[string]func(context.Context) error{
				"orders not taken": l.takeOrders, "orders not looked at": l.findCancelled, "sip accounts not renewed": l.renewAccounts,
				"other asterisks not made known": l.renewPeers,
			} {
				if err := do(ctx); err != nil && ctx.Err() == nil {
					l.log.Warn().Err(err).Msg(what)
				}
			}
			l.callCitizens(ctx) // who had to wait
		}
		select {
		case <-ctx.Done():
			return
		case <-l.config.Hints:
		case <-l.nextTurn():
		case <-ticker.C:
		}
	}
}

func (l *Line) takeOrders(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	taken, err := l.config.Store.TakeOrders(limited, l.lease(), l.config.Asterisk.Name)
	if err != nil {
		return err
	}
	l.deliver(ctx, taken)
	return nil
}

// deliver puts orders into the mailboxes of their calls. One whose call is not here stays taken: the next sweep finds the call, or its end
// cancels it. An order to call a citizen begins a call.
func (l *Line) deliver(ctx context.Context, taken []call.Order) {
	for _, o := range taken {
		if o.Kind == call.CallBack {
			l.callCitizens(ctx, o)
			continue
		}
		l.mu.Lock()
		if c := l.calls[o.Interaction]; c != nil {
			c.order(o)
		}
		l.mu.Unlock()
	}
}

// findCancelled tells calls whose agent's phone rings that nobody wants it any more.
func (l *Line) findCancelled(ctx context.Context) error {
	l.mu.Lock()
	ringing := map[string]*liveCall{}
	for _, c := range l.calls {
		if id := c.ringsBy(); id != "" {
			ringing[id] = c
		}
	}
	l.mu.Unlock()
	if len(ringing) == 0 {
		return nil
	}
	ids := make([]string, 0, len(ringing))
	for id := range ringing {
		ids = append(ids, id)
	}
	limited, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	open, err := l.config.Store.StillOpen(limited, ids)
	if err != nil {
		return err
	}
	for id, c := range ringing {
		if !open[id] {
			c.inbox.put(cancelled(id))
		}
	}
	return nil
}
