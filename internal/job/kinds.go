package job

// ProveRetention looks whether the rules of retention were kept, once a day.
type ProveRetention struct{}

// Kind names it.
func (ProveRetention) Kind() string { return "retention.prove" }

// SweepOld deletes what the rules of retention let end.
type SweepOld struct{}

// Kind names it.
func (SweepOld) Kind() string { return "retention.sweep" }

// EraseTexts erases the texts of messages that were left though nobody has to submit them.
type EraseTexts struct{}

// Kind names it.
func (EraseTexts) Kind() string { return "messages.erase" }

// CountQuestions counts what citizens asked the catalogue for, by day.
type CountQuestions struct{}

// Kind names it.
func (CountQuestions) Kind() string { return "catalogue.count" }

// ReclockCases has the terms of all open cases counted anew: a calendar or a rule has changed.
type ReclockCases struct{}

// Kind names it.
func (ReclockCases) Kind() string { return "cases.reclock" }

// DeliverToAgency tells an agency something.
type DeliverToAgency struct {
	Delivery int64 `json:"delivery"`
}

// Kind names it.
func (DeliverToAgency) Kind() string { return "exchange.deliver" }

// SweepDeliveries enqueues what waits for agencies and has no job any more.
type SweepDeliveries struct{}

// Kind names it.
func (SweepDeliveries) Kind() string { return "exchange.sweep" }

// CountReports brings the counts of reports up to date.
type CountReports struct{}

// Kind names it.
func (CountReports) Kind() string { return "reports.count" }
