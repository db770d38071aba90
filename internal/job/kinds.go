package job

// SweepOld deletes what the rules of retention let end.
type SweepOld struct{}

// Kind names it.
func (SweepOld) Kind() string { return "retention.sweep" }

// EraseTexts erases the texts of messages that were left though nobody has to submit them.
type EraseTexts struct{}

// Kind names it.
func (EraseTexts) Kind() string { return "messages.erase" }
