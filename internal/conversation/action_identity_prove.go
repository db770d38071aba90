package conversation

import (
	"context"

	"okno/internal/dialogue"
)

// identityProve judges by what a citizen proves who speaks: the way is pin, code or totp. Whoever has proved it is verified by a secret for
// the rest of the conversation.
var identityProve = action{
	name:     "identity.prove",
	inputs:   values{"way": dialogue.TypeText, "answer": dialogue.TypeSecret},
	optional: values{"who": dialogue.TypeText, "challenge": dialogue.TypeText},
	outcomes: map[string]values{"proved": {}, "wrong": {}, "blocked": {}, "busy": {}},
	proves:   true,
	effect: func(ctx context.Context, r request) (result, error) {
		return r.prove(ctx, r.text("way"))
	},
}
