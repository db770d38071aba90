package conversation

import (
	"context"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// messageSend opens an appeal with the message that was recorded as its file.
var messageSend = action{
	name:     "message.send",
	outcomes: map[string]values{"opened": {"case": dialogue.TypeCaseNumber}, "none": {}},
	effect: func(ctx context.Context, r request) (result, error) {
		there, _, err := r.work.RecordedMessage(ctx, r.interaction.ID)
		if err != nil || !there {
			return result{outcome: "none"}, err
		}
		return sendMessage(ctx, r)
	},
}

func sendMessage(ctx context.Context, r request) (result, error) {
	opened, err := openCase(ctx, r, cases.Appeal, "")
	if err != nil {
		return result{}, err
	}
	return opened, r.work.SendMessage(ctx, r.interaction.ID, opened.values["case"].Text)
}

// LeaveMessage settles the message of a caller who has hung up before it was sent: it is sent, unless the dialogue drops it or there is next to
// nothing in it.
func (e *Engine) LeaveMessage(ctx context.Context, w Work, interaction int64) error {
	there, send, err := w.RecordedMessage(ctx, interaction)
	if err != nil || !there {
		return err
	}
	if !send {
		return w.DropMessage(ctx, interaction)
	}
	d, i, _, err := e.session(ctx, w, interaction)
	if err != nil {
		return err
	}
	_, err = sendMessage(ctx, request{engine: e, work: w, dialogue: d, interaction: i})
	return err
}
