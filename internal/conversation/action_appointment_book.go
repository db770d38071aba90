package conversation

import (
	"context"
	"errors"

	"okno/internal/appointment"
	"okno/internal/dialogue"
)

func isNone(err error) bool { return errors.Is(err, appointment.ErrNone) }

// appointmentBook books a place for whom the interaction is with.
var appointmentBook = action{
	name:     "appointment.book",
	inputs:   values{"service": dialogue.TypeCode, "office": dialogue.TypeText, "day": dialogue.TypeDate, "time": dialogue.TypeTime},
	personal: []string{"booked"},
	outcomes: map[string]values{
		"booked":    toldTypes,
		"taken":     {}, // somebody was faster
		"too_many":  {}, // one person has appointment.MostLive at a time
		"no_number": {}, // withheld: nobody could be reminded, or find the appointment again
	},
	effect: func(ctx context.Context, r request) (result, error) {
		if outcome, err := mayBook(ctx, r); err != nil || outcome != "" {
			return result{outcome: outcome}, err
		}
		v, ok, err := visitTo(ctx, r, r.text("office"), r.text("service"))
		if err != nil {
			return result{}, err
		}
		slots := v.At(r.text("day"), r.text("time"))
		if !ok || len(slots) == 0 {
			return result{outcome: "taken"}, nil
		}
		whose, number := r.person()
		a, err := appointment.Book(ctx, r.work, appointment.Booking{Office: v.Office.Code, Service: r.text("service"), Slots: slots,
			DueOn: appointment.DayOf(slots[0].From, v.Zone), CitizenID: whose, Contact: number, Subject: subjectOf(r, v), By: Citizen}, r.engine.clock())
		if errors.Is(err, appointment.ErrTaken) {
			return result{outcome: "taken"}, nil
		}
		if err != nil {
			return result{}, err
		}
		return result{outcome: "booked", values: r.told(a, a.Number)}, r.work.LinkCase(ctx, r.interaction.ID, a.CaseID)
	},
}

// subjectOf is what an appointment's case is about: in the words of the citizen's language, as the catalogue and the office have them.
func subjectOf(r request, v appointment.Visit) string {
	name := r.text("service")
	if s, ok := r.engine.catalogue.Index().Service(name); ok {
		name = s.Texts[r.interaction.Language].Name
	}
	return v.Subject(name, r.interaction.Language)
}

// mayBook gives the outcome that says why somebody may not have one more appointment; "": they may.
func mayBook(ctx context.Context, r request) (outcome string, err error) {
	if r.interaction.Number == "" {
		return "no_number", nil
	}
	whose, number := r.person()
	most, err := appointment.HasMost(ctx, r.work, whose, number, r.engine.clock())
	if most {
		outcome = "too_many"
	}
	return outcome, err
}
