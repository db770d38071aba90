package privacy_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/privacy"
)

func TestSettingsByWhichPostgresLogsValues(t *testing.T) {
	t.Parallel()
	quiet := map[string]string{"log_statement": "none", "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0", "log_error_verbosity": "terse"}
	require.Empty(t, privacy.LoggedValues(quiet))
	for name, values := range map[string][]string{
		"log_statement":                     {"mod", "all", ""},
		"log_parameter_max_length":          {"-1", "1kB", ""},
		"log_parameter_max_length_on_error": {"-1", "16B"},
		"log_error_verbosity":               {"default", "verbose"},
	} {
		for _, value := range values {
			loud := maps.Clone(quiet)
			loud[name] = value
			advice := privacy.LoggedValues(loud)
			require.Len(t, advice, 1, "%s = %s", name, value)
			require.Contains(t, advice[0], "set "+name+" = "+quiet[name])
		}
	}
	quiet["log_statement"] = "ddl"
	require.Empty(t, privacy.LoggedValues(quiet), "migrations hold no values")
	require.Len(t, privacy.LoggedValues(nil), 4)
}
