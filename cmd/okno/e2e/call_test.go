package e2e

import (
	"testing"
	"time"

	"okno/internal/dialogue"
)

func TestOkno(t *testing.T) {
	w := newWorld(t)
	t.Run("Together", func(t *testing.T) {
		t.Run("ServiceByPhone", w.serviceByPhone)
	})
}

// serviceByPhone: a citizen whom Okno does not know chooses a language, hears a service and has it sent by SMS.
func (w *world) serviceByPhone(t *testing.T) {
	t.Parallel()
	phone := w.phones.Call(t, "+77015550001", "1414")
	at := time.Duration(0)
	for _, l := range []dialogue.Language{dialogue.Kazakh, dialogue.Russian, dialogue.English} {
		at = w.hears(t, phone, l, at, whole("language.choose"))
	}
	phone.Key(t, "2")
	at = w.hears(t, phone, dialogue.Russian, at, begins("main.menu"))
	phone.Key(t, "1")
	at = w.hears(t, phone, dialogue.Russian, at, begins("service.how"))
	phone.HangUp(t)
}
