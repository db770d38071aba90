package privacy

import "fmt"

// LogSettings are the settings of Postgres by which values could come into its log.
var LogSettings = []string{"log_statement", "log_parameter_max_length", "log_parameter_max_length_on_error", "log_error_verbosity"}

// LoggedValues says by which settings Postgres would write values into its log: for each what to set, by LogSettings. None: all is well.
func LoggedValues(settings map[string]string) (advice []string) {
	wants := func(name, value, why string) {
		advice = append(advice, fmt.Sprintf("Postgres may log values: set %s = %s (it is %s): %s", name, value, settings[name], why))
	}
	if s := settings["log_statement"]; s != "none" && s != "ddl" {
		wants("log_statement", "none", "statements that somebody types hold values")
	}
	if settings["log_parameter_max_length"] != "0" {
		wants("log_parameter_max_length", "0", "the parameters of slow statements would be logged")
	}
	if settings["log_parameter_max_length_on_error"] != "0" {
		wants("log_parameter_max_length_on_error", "0", "the parameters of failed statements would be logged")
	}
	if settings["log_error_verbosity"] != "terse" {
		wants("log_error_verbosity", "terse", "the detail of an error names the row")
	}
	return advice
}
