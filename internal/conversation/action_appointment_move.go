package conversation

import (
	"context"
	"errors"

	"okno/internal/appointment"
	"okno/internal/dialogue"
)

// appointmentMove moves an own appointment to another time of the same office.
var appointmentMove = action{
	name:     "appointment.move",
	inputs:   values{"case": dialogue.TypeCaseNumber, "day": dialogue.TypeDate, "time": dialogue.TypeTime},
	personal: []string{"moved"},
	outcomes: map[string]values{"moved": toldTypes, "taken": {}, "not_own": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		c, now, own, err := ownAppointment(ctx, r, r.text("case"))
		if err != nil || !own {
			return result{outcome: "not_own"}, err
		}
		v, ok, err := visitTo(ctx, r, now.Office, now.Service)
		if err != nil {
			return result{}, err
		}
		slots := v.At(r.text("day"), r.text("time"))
		if !ok || len(slots) == 0 {
			return result{outcome: "taken"}, nil
		}
		a, err := appointment.Move(ctx, r.work, c, appointment.Booking{Office: now.Office, Service: now.Service, Slots: slots,
			DueOn: appointment.DayOf(slots[0].From, v.Zone), By: Citizen}, r.engine.clock())
		if errors.Is(err, appointment.ErrTaken) {
			return result{outcome: "taken"}, nil
		}
		if err != nil {
			return result{}, err
		}
		return result{outcome: "moved", values: r.told(a, c.Number)}, r.work.LinkCase(ctx, r.interaction.ID, c.ID)
	},
}
