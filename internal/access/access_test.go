package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/fault"
)

func TestMay(t *testing.T) {
	t.Parallel()
	const me, other = 7, 8
	for _, row := range []struct {
		role access.Role
		act  access.Act
		on   access.Resource
		may  bool
	}{
		{access.Agent, access.ViewContact, access.Resource{Holder: me}, true},
		{access.Agent, access.ViewContact, access.Resource{Holder: other}, false},
		{access.Agent, access.ServeContact, access.Resource{}, false},
		{access.Agent, access.MoveCase, access.Resource{Holder: me, Related: true}, true},
		{access.Agent, access.MoveCase, access.Resource{Holder: me}, false},
		{access.Supervisor, access.MoveCase, access.Resource{Holder: me}, false},
		{access.Agent, access.MoveCase, access.Resource{Holder: other, Related: true}, false},
		{access.Agent, access.OrderLinks, access.Resource{}, false},
		{access.Supervisor, access.OrderLinks, access.Resource{}, true},
		{access.Administrator, access.OrderLinks, access.Resource{}, true},
		{access.Administrator, "unheard of", access.Resource{Holder: me, Related: true}, false},
	} {
		err := access.May(access.Subject{Agent: me, Role: row.role}, row.act, row.on)
		require.Equal(t, row.may, err == nil, "%s %s %+v", row.role, row.act, row.on)
		if err != nil {
			require.Equal(t, fault.Forbidden, fault.KindOf(err))
		}
	}
}
