package job

import "time"

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

// DeliverToClient tells a client of the API something.
type DeliverToClient struct {
	Delivery int64 `json:"delivery"`
}

// Kind names it.
func (DeliverToClient) Kind() string { return "webhook.deliver" }

// SweepDeliveries enqueues what waits for agencies and has no job any more.
type SweepDeliveries struct{}

// Kind names it.
func (SweepDeliveries) Kind() string { return "exchange.sweep" }

// RemindOfAppointment reminds a citizen of an appointment that comes.
type RemindOfAppointment struct {
	Appointment int64 `json:"appointment"`
}

// Kind names it.
func (RemindOfAppointment) Kind() string { return "appointment.remind" }

// OfferPlace offers a place that has become free to the next who waits.
type OfferPlace struct {
	Office  string    `json:"office"`
	Counter string    `json:"counter"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
}

// Kind names it.
func (OfferPlace) Kind() string { return "appointment.offer" }

// LapseOffer ends an offer that nobody took.
type LapseOffer struct {
	Appointment int64 `json:"appointment"`
}

// Kind names it.
func (LapseOffer) Kind() string { return "appointment.lapse" }

// SettleAppointments ends appointments whose time is over, and finds places of cases that have ended.
type SettleAppointments struct{}

// Kind names it.
func (SettleAppointments) Kind() string { return "appointment.settle" }

// FollowFee asks whether what a citizen got a link for is paid.
type FollowFee struct {
	Fee int64 `json:"fee"`
}

// Kind names it.
func (FollowFee) Kind() string { return "fee.follow" }

// CountReports brings the counts of reports up to date.
type CountReports struct{}

// Kind names it.
func (CountReports) Kind() string { return "reports.count" }

// FollowNotifications tells clients what became of messages by themselves.
type FollowNotifications struct{}

// Kind names it.
func (FollowNotifications) Kind() string { return "notification.follow" }

// SendNotifications goes on with a list of notices.
type SendNotifications struct {
	List int64 `json:"list"`
}

// Kind names it.
func (SendNotifications) Kind() string { return "notification.send" }

// TranscribeTalk writes down what was said in a talk that was recorded.
type TranscribeTalk struct {
	Recording int64 `json:"recording"`
}

// Kind names it.
func (TranscribeTalk) Kind() string { return "talk.transcribe" }

// MoveCases moves the cases of a batch.
type MoveCases struct {
	Batch int64 `json:"batch"`
}

// Kind names it.
func (MoveCases) Kind() string { return "cases.move" }
