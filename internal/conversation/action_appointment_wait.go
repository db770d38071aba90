package conversation

import (
	"context"
	"strconv"

	"okno/internal/appointment"
	"okno/internal/dialogue"
)

// appointmentWait puts the caller on the waiting list of an office that has no place.
var appointmentWait = action{
	name:     "appointment.wait",
	inputs:   values{"service": dialogue.TypeCode, "office": dialogue.TypeText},
	outcomes: map[string]values{"waiting": {"case": dialogue.TypeCaseNumber, "ahead": dialogue.TypeCount}, "too_many": {}, "no_number": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		if outcome, err := mayBook(ctx, r); err != nil || outcome != "" {
			return result{outcome: outcome}, err
		}
		o, _ := r.engine.directory().Office(r.text("office"))
		whose, number := r.person()
		w, err := appointment.JoinList(ctx, r.work, appointment.Wait{Office: r.text("office"), Service: r.text("service"), CitizenID: whose,
			Contact: number, Subject: subjectOf(r, appointment.Visit{Office: o}), By: Citizen})
		if err != nil {
			return result{}, err
		}
		return result{outcome: "waiting", values: map[string]dialogue.Value{
			"case":  {Type: dialogue.TypeCaseNumber, Text: w.Case.Number},
			"ahead": {Type: dialogue.TypeCount, Text: strconv.Itoa(w.Ahead)},
		}}, r.work.LinkCase(ctx, r.interaction.ID, w.Case.ID)
	},
}
