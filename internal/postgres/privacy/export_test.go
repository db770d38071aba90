package privacy

// Tables are those out of which a citizen's traces are taken.
func Tables() (tables []string) {
	for _, f := range forgets {
		tables = append(tables, f.table)
	}
	return tables
}
