package conversation

import (
	"context"

	"okno/internal/appointment"
)

// appointmentMine tells the appointment of the caller that comes next.
var appointmentMine = action{
	name:     "appointment.mine",
	personal: []string{"booked"},
	outcomes: map[string]values{"booked": toldTypes, "none": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		whose, number := r.person()
		live, err := r.work.LiveAppointments(ctx, whose, number, r.engine.clock())
		if err != nil {
			return result{}, err
		}
		for _, a := range live {
			if a.State == appointment.Booked {
				return result{outcome: "booked", values: r.told(a, a.Number)}, nil
			}
		}
		return result{outcome: "none"}, nil
	},
}
