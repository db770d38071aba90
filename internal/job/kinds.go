package job

// SweepOld deletes what the rules of retention let end.
type SweepOld struct{}

// Kind names it.
func (SweepOld) Kind() string { return "retention.sweep" }
