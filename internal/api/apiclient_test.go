package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/api/apiclient"
	"okno/internal/postgres/pgtest"
)

// The client that is made from the document gets through with each kind of request, and reads each kind of answer.
func TestTheGoClient(t *testing.T) {
	t.Parallel()
	p := newBookingPortal(t)
	const own = "the key of the Go client"
	pgtest.AddClient(t, p.db, "go", own)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases,appointments,exchange}', agency = 'moj' WHERE name = 'go'`)
	server := httptest.NewServer(p.handler)
	t.Cleanup(server.Close)
	okno, err := apiclient.NewClientWithResponses(server.URL+"/api/v1", apiclient.WithKey(own))
	require.NoError(t, err)
	ctx := t.Context()

	body := apiclient.FileCaseJSONRequestBody{Kind: apiclient.FileCaseJSONBodyKindAppeal, Contact: new("+77010000009"), Subject: "яма на дороге"}
	filed, err := okno.FileCaseWithResponse(ctx, &apiclient.FileCaseParams{IdempotencyKey: "a"}, body)
	require.NoError(t, err)
	require.NotNil(t, filed.JSON201, "%s", filed.Body)
	again, err := okno.FileCaseWithResponse(ctx, &apiclient.FileCaseParams{IdempotencyKey: "a"}, body)
	require.NoError(t, err)
	require.Equal(t, filed.JSON201, again.JSON200, "%s", again.Body)
	body.Subject = "другая яма"
	refused, err := okno.FileCaseWithResponse(ctx, &apiclient.FileCaseParams{IdempotencyKey: "a"}, body)
	require.NoError(t, err)
	require.NotNil(t, refused.ApplicationproblemJSONDefault, "%s", refused.Body)
	require.Equal(t, http.StatusUnprocessableEntity, refused.ApplicationproblemJSONDefault.Status)

	number := filed.JSON201.Number
	pgtest.Exec(t, p.url, `UPDATE cases SET agency = 'moj' WHERE number = '`+number+`'`)
	event := apiclient.AgencyEvent{Key: "e1", Case: number, Sequence: 1, State: apiclient.AgencyEventStateAccepted, At: time.Now()}
	reported, err := okno.ReportEventsWithResponse(ctx, "moj", apiclient.ReportEventsJSONRequestBody{Events: []apiclient.AgencyEvent{event}})
	require.NoError(t, err)
	require.NotNil(t, reported.JSON200, "%s", reported.Body)
	require.Equal(t, apiclient.ReceiptOutcomeApplied, reported.JSON200.Receipts[0].Outcome)

	read, err := okno.GetCaseWithResponse(ctx, number, nil)
	require.NoError(t, err)
	require.Equal(t, apiclient.CaseStateAccepted, read.JSON200.State)
	tag := read.HTTPResponse.Header.Get("ETag")
	read, err = okno.GetCaseWithResponse(ctx, number, &apiclient.GetCaseParams{IfNoneMatch: &tag})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotModified, read.StatusCode())
	found, err := okno.ListCasesWithResponse(ctx, nil)
	require.NoError(t, err)
	require.Len(t, found.JSON200.Cases, 1)

	free, err := okno.ListSlotsWithResponse(ctx, "centre", &apiclient.ListSlotsParams{Service: "031"})
	require.NoError(t, err)
	booked, err := okno.BookAppointmentWithResponse(ctx, &apiclient.BookAppointmentParams{IdempotencyKey: "b"},
		apiclient.BookAppointmentJSONRequestBody{Service: "031", Office: "centre", From: free.JSON200.Slots[0].From, Contact: "+77010000009"})
	require.NoError(t, err)
	require.NotNil(t, booked.JSON201, "%s", booked.Body)
	require.Equal(t, apiclient.AppointmentStateBooked, booked.JSON201.State)
	cancelled, err := okno.CancelAppointmentWithResponse(ctx, booked.JSON201.Number, apiclient.CancelAppointmentJSONRequestBody{})
	require.NoError(t, err)
	require.Equal(t, apiclient.AppointmentStateCancelled, cancelled.JSON200.State, "%s", cancelled.Body)

	keys, err := okno.KeysWithResponse(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, keys.JSON200.Keys)
	stranger, err := apiclient.NewClientWithResponses(server.URL+"/api/v1", apiclient.WithKey("x"))
	require.NoError(t, err)
	kept, err := stranger.GetCaseWithResponse(ctx, number, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, kept.ApplicationproblemJSONDefault.Status)
}
