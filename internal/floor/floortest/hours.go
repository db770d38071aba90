package floortest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/calendar"
	"okno/internal/postgres/store"
)

// Titles are the queue's.
var Titles = map[string]string{"kk": "Жалпы", "ru": "Общие", "en": "General"}

func almaty(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	return zone
}

// Hours sets those of the queue "general" by a calendar "office": every day in a span, but for so many days from today on.
func (h *House) Hours(t testing.TB, span string, daysOff int, closing acd.AtClosing) {
	t.Helper()
	// One year at least: those that are missing have no holidays.
	e := calendar.Entry{Zone: "Asia/Almaty", Week: map[string][]string{}, Years: map[int]calendar.YearEntry{2000: {}}}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		e.Week[day] = []string{span}
	}
	for i := range daysOff {
		day := time.Now().In(almaty(t)).AddDate(0, 0, i)
		year := e.Years[day.Year()]
		year.Off = append(year.Off, day.Format(time.DateOnly))
		e.Years[day.Year()] = year
	}
	h.Do(t, func(w *store.Work) error {
		if _, err := w.KeepCalendars(t.Context(), calendar.File{Calendars: map[string]calendar.Entry{"office": e}}, "test", ""); err != nil {
			return err
		}
		_, err := w.KeepQueues(t.Context(), acd.File{Queues: map[string]acd.Settings{"general": {Title: Titles, Calendar: "office", AtClosing: closing}}},
			"test", "")
		return err
	})
}

// Opening is when a queue with [House.Hours] from nine on opens after three days off.
func Opening(t testing.TB) time.Time {
	t.Helper()
	year, month, day := time.Now().In(almaty(t)).AddDate(0, 0, 3).Date()
	return time.Date(year, month, day, 9, 0, 0, 0, almaty(t))
}
