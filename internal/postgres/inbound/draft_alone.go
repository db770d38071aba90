package inbound

import (
	"context"
	"time"

	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/exchange"
	"okno/internal/job"
	"okno/internal/lockout"
	"okno/internal/otp"
	"okno/internal/recording"
)

// alone is what a batch does not hold of a [conversation.Work]: proofs of who writes are taken one message at a time.
type alone struct{}

func (alone) SendChallenge(context.Context, otp.Query, func(otp.Standing) (otp.Sending, error)) error {
	return errAlone
}

func (alone) CheckChallenge(context.Context, string, string, time.Time, func(*otp.Challenge, *lockout.Book)) error {
	return errAlone
}

func (alone) CitizenByNational(context.Context, string, string) (int64, error) { return 0, errAlone }

func (alone) NationalIndex(string, string) (string, error) { return "", errAlone }

func (alone) Factors(context.Context, int64) (citizen.Factors, error) {
	return citizen.Factors{}, errAlone
}

func (alone) SetPIN(context.Context, int64, string, string) error { return errAlone }

func (alone) TakeTOTP(context.Context, int64, int64) error { return errAlone }

func (alone) ProofNumber(context.Context, int64) (string, error) { return "", errAlone }

func (alone) Prove(context.Context, int64, int64, citizen.Verification, string, time.Time) error {
	return errAlone
}

func (alone) JournalProof(context.Context, int64, string, string) error { return errAlone }

func (alone) Bind(context.Context, citizen.Binding) (citizen.Bound, error) {
	return citizen.Bound{}, errAlone
}

func (alone) MoveCase(context.Context, cases.Case, cases.State, time.Time, string, string) (cases.Case, error) {
	return cases.Case{}, errAlone
}

func (alone) CorrectCase(context.Context, cases.Case, cases.State, time.Time, string, string) (cases.Case, error) {
	return cases.Case{}, errAlone
}

func (alone) CaseToRate(context.Context, int64, string, time.Time) (cases.Case, error) {
	return cases.Case{}, errAlone
}

func (alone) EnqueueJob(context.Context, job.Args, job.Options) error { return errAlone }

func (alone) TakePlace(context.Context, string, string, []appointment.Slot, time.Time) (appointment.Appointment, error) {
	return appointment.Appointment{}, errAlone
}

func (alone) GivePlace(context.Context, int64, int64) error { return errAlone }

func (alone) TakeOffer(context.Context, int64, time.Time) (appointment.Appointment, error) {
	return appointment.Appointment{}, errAlone
}

func (alone) ReleasePlaces(context.Context, int64, appointment.State) ([]appointment.Appointment, error) {
	return nil, errAlone
}

func (alone) JoinWaitingList(context.Context, int64, string, string) (int, error) { return 0, errAlone }

func (alone) TakenPlaces(context.Context, string, time.Time, time.Time) ([]appointment.Taken, error) {
	return nil, errAlone
}

func (alone) AppointmentOf(context.Context, int64) (appointment.Appointment, error) {
	return appointment.Appointment{}, errAlone
}

func (alone) LiveAppointments(context.Context, int64, string, time.Time) ([]appointment.Appointment, error) {
	return nil, errAlone
}

func (alone) LiveWaits(context.Context, int64, string, time.Time) (int, error) { return 0, errAlone }

func (alone) WaitingAhead(context.Context, int64) (int, error) { return 0, errAlone }

func (alone) AskAgencies(context.Context, exchange.Question) (int, error) { return 0, errAlone }

func (alone) Answers(context.Context, int64, string) (exchange.Answers, error) {
	return exchange.Answers{}, errAlone
}

func (alone) KeepFees(context.Context, int64, []exchange.Fee) ([]int64, error) { return nil, errAlone }

func (alone) PlaceOf(context.Context, int64, time.Time) (cases.Place, error) {
	return cases.Place{}, errAlone
}

func (alone) RecordingRule(context.Context, int64, string) (recording.Rule, error) {
	return "", errAlone
}

func (alone) AllowRecording(context.Context, int64, bool) error { return errAlone }

func (alone) CopyRecordingAnswer(context.Context, int64, int64) error { return errAlone }

func (alone) BeginMessage(context.Context, int64, bool) error { return errAlone }

func (alone) RecordedMessage(context.Context, int64) (there, send bool, err error) {
	return false, false, errAlone
}

func (alone) SendMessage(context.Context, int64, string) error { return errAlone }

func (alone) DropMessage(context.Context, int64) error { return errAlone }

func (alone) SurveyDue(context.Context, int64) (bool, error) { return false, errAlone }

func (alone) MarkTalk(context.Context, int64, int) (bool, error) { return false, errAlone }

func (alone) RateCase(context.Context, cases.Case, int) error { return errAlone }
