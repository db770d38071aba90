package ivr_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/acd"
	"okno/internal/dialogue"
	"okno/internal/floor"
	"okno/internal/floor/floortest"
	"okno/ivr/ivrtest"
)

// A caller is told in the own language when the queue opens, word by word: the real dialogue, heard on the telephone.
func TestACallerHearsWhenTheQueueOpens(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	w.Floor = floor.New(w.Units, w.Engine, zerolog.Nop())
	w.start(t)
	t.Cleanup(func() { w.stop() })
	w.Hours(t, "09:00-18:00", 3, acd.Serve)
	opens := floortest.Opening(t)
	values := map[string]dialogue.Value{
		"opens": {Type: dialogue.TypePhrase, Text: "opens." + strings.ToLower(opens.Weekday().String())},
		"day":   {Type: dialogue.TypeDate, Text: opens.Format(time.DateOnly)},
		"time":  {Type: dialogue.TypeTime, Text: "09:00"},
	}
	for key, l := range map[string]dialogue.Language{"1": dialogue.Kazakh, "2": dialogue.Russian, "3": dialogue.English} {
		said := w.Dialog.Texts.Speak(dialogue.Utterance{Key: "operator.after_hours", Language: l, Values: values})
		phone := w.phones.Call(t, "+7701000032"+key, "1414")
		phone.Key(t, key)
		phone.Key(t, "0")
		at := time.Duration(0)
		for _, uri := range w.pack.Clips(t.Context(), [][]dialogue.Fragment{said}) {
			at = phone.Hears(t, ivrtest.ReadSound(t, strings.TrimPrefix(uri, "sound:")+".wav"), max(0, at-150*time.Millisecond), 20*time.Second)
		}
		phone.HangUp(t)
	}
	w.ends(t)
}
