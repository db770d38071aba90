package job

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

type greet struct{ Name string }

func (greet) Kind() string { return "greet" }

func TestAHandlerGetsItsArguments(t *testing.T) {
	t.Parallel()
	var got greet
	k := On(func(_ context.Context, g greet) error {
		got = g
		return nil
	})
	require.Equal(t, "greet", k.Name)
	require.NoError(t, k.Do(t.Context(), []byte(`{"Name": "x"}`)))
	require.Equal(t, greet{"x"}, got)
	require.True(t, IsFinal(k.Do(t.Context(), []byte(`[]`))), "they will be no better another time")
	inner := errors.New("inner")
	require.ErrorIs(t, Final(inner), inner)
	require.False(t, IsFinal(inner))
}
