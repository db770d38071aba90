package conversation

import (
	"context"
	"fmt"
	"strings"

	"okno/internal/cases"
	"okno/internal/dialogue"
)

// openCase opens a case and ties it to the interaction; about is what the citizen wrote, or "": all of it is the case's body, its first
// line the subject. Its outcome is opened.
func openCase(ctx context.Context, r request, kind cases.Kind, about string) (result, error) {
	i := r.interaction
	subject := cases.SubjectOf(about)
	if subject == "" {
		subject = fmt.Sprintf("%s, %s", kind, i.Channel)
	}
	c, err := r.work.OpenCase(ctx, cases.Opening{Kind: kind, CitizenID: i.CitizenID, Contact: i.Number, By: Citizen, Subject: subject, Body: strings.TrimSpace(about)})
	if err != nil {
		return result{}, err
	}
	if err := r.work.LinkCase(ctx, i.ID, c.ID); err != nil {
		return result{}, err
	}
	return result{outcome: "opened", values: map[string]dialogue.Value{"case": {Type: dialogue.TypeCaseNumber, Text: c.Number}}}, nil
}
