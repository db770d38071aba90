package conversation

import (
	"context"
	"time"

	"okno/internal/appointment"
)

// appointmentTake takes the place that was offered to whom waits.
var appointmentTake = action{
	name:     "appointment.take",
	personal: []string{"booked"},
	outcomes: map[string]values{"booked": toldTypes, "none": {}}, // none: nothing was offered, or not in time
	effect: func(ctx context.Context, r request) (result, error) {
		whose, number := r.person()
		now := r.engine.clock()
		live, err := r.work.LiveAppointments(ctx, whose, number, now)
		if err != nil {
			return result{}, err
		}
		for _, held := range live {
			if held.State != appointment.Held {
				continue
			}
			c, err := r.work.CaseByNumber(ctx, held.Number)
			if err != nil {
				return result{}, err
			}
			a, err := appointment.Take(ctx, r.work, c, Citizen, r.dayAt, now)
			if isNone(err) {
				continue
			}
			if err != nil {
				return result{}, err
			}
			return result{outcome: "booked", values: r.told(a, c.Number)}, r.work.LinkCase(ctx, r.interaction.ID, c.ID)
		}
		return result{outcome: "none"}, nil
	},
}

// dayAt is the day of a moment at an office.
func (r request) dayAt(office string, at time.Time) time.Time {
	d := r.engine.directory()
	if o, ok := d.Office(office); ok {
		if c, err := d.Calendar(o); err == nil {
			return appointment.DayOf(at, c.Zone)
		}
	}
	return appointment.DayOf(at, time.UTC)
}
