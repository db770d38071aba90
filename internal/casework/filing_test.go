package casework_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/casework"
)

// A request without a body has the digest that it had before there were bodies: a client that repeats one over an upgrade gets its case.
func TestAFilingWithoutABodyIsAsItWas(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(casework.Filing{Kind: "appeal", Contact: "+77010000001", Subject: "яма"})
	require.NoError(t, err)
	require.Equal(t, `{"Kind":"appeal","Service":"","NationalKind":"","NationalNumber":"","Contact":"+77010000001","Subject":"яма"}`, string(raw))
}
