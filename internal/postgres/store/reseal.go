package store

import (
	"context"

	"okno/internal/postgres"
	"okno/internal/postgres/exchange"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/inbound"
	"okno/internal/postgres/messages"
	"okno/internal/postgres/notifications"
	"okno/internal/postgres/smppaccounts"
	"okno/internal/postgres/webhooks"
)

// reseal seals by the current master key what has no data key: messages under way, those that could not be handled, agencies' addresses, the
// numbers of passwords. Parts of messages and USSD pages are left: they live for a day at most.
func (s *Store) reseal(ctx context.Context) (all int, err error) {
	for _, sealed := range [][]postgres.Sealed{messages.Sealed, inbound.Sealed, smppaccounts.Sealed, identity.Sealed, exchange.Sealed, notifications.Sealed, webhooks.Sealed, ownKeys} {
		for _, column := range sealed {
			n, err := s.Reseal(ctx, s.keys, column)
			if all += n; err != nil {
				return all, err
			}
		}
	}
	return all, nil
}
