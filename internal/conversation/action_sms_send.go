package conversation

import "context"

// smsSend sends a text of the dialogue to the citizen's number.
var smsSend = action{
	name:     "sms.send",
	writes:   true,
	outcomes: map[string]values{"sent": {}, "no_number": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		i := r.interaction
		if i.Number == "" {
			return result{outcome: "no_number"}, nil
		}
		text := r.dialogue.Texts.Write(*r.effect.Write)
		if err := r.work.AddEntries(ctx, i.ID, Entry{Speaker: Okno, Kind: "wrote", Body: text}); err != nil {
			return result{}, err
		}
		choice := r.dialogue.Transliteration(r.effect.Write.Key)
		return result{outcome: "sent"}, r.engine.reply(ctx, r.work, i.ID, i.Number, r.effect.Write.Language, choice, text)
	},
}
