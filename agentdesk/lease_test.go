package agentdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// The lease of a page that is connected is renewed, and taken anew should it have ended: after an outage of the store, say.
func TestTheLeaseOfADeskIsRenewed(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]string{"alive": "40 seconds", "ended": "-1 second"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			cookie, _ := o.logIn(t, floortest.Password)
			o.open(t, cookie, nil)
			pgtest.Exec(t, o.URL, `UPDATE agents SET connected_until = now() + '`+left+`'`)
			require.Eventually(t, func() bool {
				return pgtest.Value[bool](t, o.URL, `SELECT connected_until > now() + interval '45 seconds' FROM agents`)
			}, 40*time.Second, 100*time.Millisecond)
		})
	}
}
