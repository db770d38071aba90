package agentdesk_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/protocol"
	"okno/internal/floor/floortest"
)

// Whatever the schema refuses the server refuses: with a code that is not "internal", and it does nothing.
func TestWhatTheSchemaRefusesIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.becomes(t, "supervisor")
	cookie, _ := o.logIn(t, floortest.Password)
	p := o.open(t, cookie, nil)
	schema, err := protocol.Read()
	require.NoError(t, err)
	tried := 0
	for _, name := range schema.Commands() {
		right := example(schema, name)
		require.NoError(t, schema.Command(name, right), name)
		wrong := []any{"", 1.0, []any{}}
		for field, value := range right {
			missing, other := maps.Clone(right), maps.Clone(right)
			delete(missing, field)
			other[field] = otherType(value)
			wrong = append(wrong, missing, other)
		}
		for _, args := range wrong {
			if schema.Command(name, args) == nil {
				continue // the field may be left out
			}
			tried++
			got := p.Sends(name, args)
			require.Equal(t, false, got["ok"], "%s %v was done", name, args)
			require.NotContains(t, []any{"", "internal"}, got["code"], "%s %v", name, args)
		}
	}
	require.Greater(t, tried, 150)
}

// example gives arguments that the schema takes: each field that it knows, as short as may be.
func example(schema *protocol.Schema, name string) m {
	args := m{}
	for field, of := range schema.Fields(name) {
		switch {
		case len(of.Enum) > 0:
			args[field] = of.Enum[len(of.Enum)-1]
		case of.Type == "integer":
			args[field] = 1_000_000.0
		case of.Type == "boolean":
			args[field] = false
		case of.Type == "object":
			args[field] = m{}
		case of.Type == "array":
			args[field] = []any{}
		default:
			args[field] = "1"
		}
	}
	return args
}

func otherType(value any) any {
	if _, text := value.(string); text {
		return 7.0
	}
	return "seven"
}
