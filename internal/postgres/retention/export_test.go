package retention

// Swept are the tables that have a statement.
func Swept() (tables []string) {
	for _, s := range sweeps {
		tables = append(tables, s.table)
	}
	return tables
}
