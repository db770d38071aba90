package conversation

import (
	"context"
	"fmt"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// mostSubject is how many letters of a message are a case's subject; all of it is in the interaction that the case is tied to.
const mostSubject = 200

// openCase opens a case and ties it to the interaction; about is what the citizen wrote, or "". Its outcome is opened.
func openCase(ctx context.Context, r request, kind cases.Kind, about string) (result, error) {
	i := r.interaction
	subject := fmt.Sprintf("%s, %s", kind, i.Channel)
	if letters := []rune(about); len(letters) > mostSubject {
		subject = string(letters[:mostSubject]) + "…"
	} else if about != "" {
		subject = about
	}
	c, err := r.work.OpenCase(ctx, cases.Opening{Kind: kind, CitizenID: i.CitizenID, Contact: i.Number, By: Citizen, Subject: subject})
	if err != nil {
		return result{}, err
	}
	if err := r.work.LinkCase(ctx, i.ID, c.ID); err != nil {
		return result{}, err
	}
	return result{outcome: "opened", values: map[string]dialogue.Value{"case": {Type: dialogue.TypeCaseNumber, Text: c.Number}}}, nil
}
