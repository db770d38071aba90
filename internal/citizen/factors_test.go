package citizen_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

func TestObviousPINsAreRefused(t *testing.T) {
	t.Parallel()
	for _, pin := range []string{"", "12345", "1234567", "12345a", "１２３４５６", "000000", "121212", "123123", "123456", "654321", "789012", "210987",
		"112233", "123321", "310185", "850131", "147258", "314159"} {
		require.ErrorIs(t, citizen.CheckPIN(pin), citizen.ErrObvious, pin)
	}
	for _, pin := range []string{"493817", "907142", "668419"} {
		require.NoError(t, citizen.CheckPIN(pin), pin)
	}
	refused := 0
	for n := range 1000000 {
		if citizen.CheckPIN(fmt.Sprintf("%06d", n)) != nil {
			refused++
		}
	}
	require.Less(t, refused, 120000, "so many PINs are left that guessing is hopeless")
}
