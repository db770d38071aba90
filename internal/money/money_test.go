package money_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/money"
)

func TestAmounts(t *testing.T) {
	t.Parallel()
	for written, minor := range map[string]int64{"0 KZT": 0, "1500 KZT": 150000, "1500.05 RUB": 150005, "999999999.99 USD": 99_999_999_999} {
		a, err := money.Parse(written)
		require.NoError(t, err)
		require.Equal(t, minor, a.Minor)
		require.Equal(t, written, a.String())
	}
	for _, wrong := range []string{"", "1500", "1500 EUR", "1500.5 KZT", "01 KZT", "-1 KZT", "1 500 KZT", "1e3 KZT", "1000000000 KZT", "1.00 KZT ", "١ KZT"} {
		_, err := money.Parse(wrong)
		require.ErrorIs(t, err, money.ErrForm, wrong)
	}
	var a money.Amount
	require.NoError(t, json.Unmarshal([]byte(`"12.30 KZT"`), &a))
	raw, err := json.Marshal(a)
	require.NoError(t, err)
	require.Equal(t, `"12.30 KZT"`, string(raw))
	require.ErrorIs(t, json.Unmarshal([]byte(`12.3`), &a), money.ErrForm)
	sum, ok := money.Amount{Minor: 1, Currency: "KZT"}.Add(money.Amount{Minor: 2, Currency: "KZT"})
	require.True(t, ok)
	require.EqualValues(t, 3, sum.Minor)
	_, ok = sum.Add(money.Amount{Minor: 2, Currency: "RUB"})
	require.False(t, ok)
	_, ok = sum.Add(money.Amount{Minor: 99_999_999_999, Currency: "KZT"})
	require.False(t, ok)
}

func TestTimes(t *testing.T) {
	t.Parallel()
	price := money.Amount{950, "KZT"}
	cost, ok := price.Times(3)
	require.True(t, ok)
	require.Equal(t, "28.50 KZT", cost.String())
	_, ok = price.Times(1 << 40)
	require.False(t, ok)
	_, ok = price.Times(-1)
	require.False(t, ok)
	nothing, ok := money.Amount{0, "KZT"}.Times(255)
	require.True(t, ok)
	require.Equal(t, "0 KZT", nothing.String())
}
