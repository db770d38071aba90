package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/sample"
)

// A citizen books a place at an office, is told of it aloud and in writing, moves it, and cancels it, in each language.
func (w *world) appointmentByPhone(t *testing.T) {
	t.Parallel()
	offices, err := sample.Offices()
	require.NoError(t, err)
	phoneOf := map[dialogue.Language]string{kk: "+77010000001", ru: "+77010000002", en: "+77010000003"}
	timeOf := map[dialogue.Language]string{kk: "1", ru: "3", en: "5"} // an office has two places at a time: each takes one of its own
	for l, number := range phoneOf {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			visit := func() (number string, at time.Time) { // the case of the appointment, and when that is
				const bookedBy = ` FROM appointments a JOIN cases c ON c.id = a.case_id WHERE a.state = 'booked' AND c.contact = $1`
				eventually(t, patience, func() bool { return pgtest.Opened[int](t, w.database, `SELECT count(*)`+bookedBy, phoneOf[l]) == 1 },
					func() string { return "nothing is booked" })
				return pgtest.Opened[string](t, w.database, `SELECT c.number`+bookedBy, phoneOf[l]),
					pgtest.Opened[time.Time](t, w.database, `SELECT a.starts_at`+bookedBy, phoneOf[l]).In(almaty(t))
			}
			place := func(key string) say { // where and when the citizen comes now
				number, at := visit()
				return whole(key).with("office", dialogue.TypeText, offices.Offices["centre-1"].Name[l]).with("day", dialogue.TypeDate, at.Format(time.DateOnly)).
					with("time", dialogue.TypeTime, at.Format("15:04")).with("case", dialogue.TypeCaseNumber, number)
			}
			phone := w.calls(t, number)
			at := w.hears(t, phone, l, 0, begins("main.menu"))
			phone.Key(t, "6")
			at = w.hears(t, phone, l, at, begins("appointment.service"))
			phone.Key(t, "031")
			at = w.hears(t, phone, l, at, whole("appointment.office"))
			phone.Key(t, "1")
			at = w.hears(t, phone, l, at, whole("appointment.day"))
			phone.Key(t, "1")
			at = w.hears(t, phone, l, at, whole("appointment.time"))
			phone.Key(t, timeOf[l])
			w.hears(t, phone, l, at, place("appointment.booked"))
			w.hasGot(t, number, w.write(l, place("appointment.booked")))
			phone.HangUp(t)

			phone = w.calls(t, number)
			w.hears(t, phone, l, 0, begins("main.menu"))
			phone.Key(t, "6")
			at = w.hears(t, phone, l, 0, place("appointment.is"))
			_, before := visit()
			at = w.hears(t, phone, l, at, begins("appointment.what"))
			phone.Key(t, "2") // to the second day
			at = w.hears(t, phone, l, at, whole("appointment.day"))
			phone.Key(t, "2")
			at = w.hears(t, phone, l, at, whole("appointment.time"))
			phone.Key(t, timeOf[l])
			eventually(t, patience, func() bool { _, now := visit(); return !now.Equal(before) }, func() string { return "it has not moved" })
			w.hears(t, phone, l, at, place("appointment.booked"))
			given, _ := visit()
			w.hasGot(t, number, w.write(l, place("appointment.booked")))
			phone.HangUp(t)

			phone = w.calls(t, number)
			w.hears(t, phone, l, 0, begins("main.menu"))
			phone.Key(t, "6")
			at = w.hears(t, phone, l, 0, begins("appointment.what"))
			phone.Key(t, "3")
			at = w.hears(t, phone, l, at, begins("appointment.sure"))
			phone.Key(t, "1")
			w.hears(t, phone, l, at, whole("appointment.cancelled").with("case", dialogue.TypeCaseNumber, given))
			phone.HangUp(t)
		})
	}
}

func almaty(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	return zone
}
