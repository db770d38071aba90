package api

import (
	"net/http"

	"okno/internal/api/apiserver"
)

// What the document names, by the names there. A handler gets what the router has read of the query, and of an id.

func (s server) ReportEvents(w http.ResponseWriter, r *http.Request, _ string) {
	s.serve(w, r, s.takeEvents)
}

func (s server) ListAppointments(w http.ResponseWriter, r *http.Request, asked apiserver.ListAppointmentsParams) {
	s.serve(w, r, with(s.listAppointments, asked))
}

func (s server) BookAppointment(w http.ResponseWriter, r *http.Request, _ apiserver.BookAppointmentParams) {
	s.serve(w, r, s.bookAppointment)
}

func (s server) FindAppointments(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r, s.findAppointments)
}

func (s server) GetAppointment(w http.ResponseWriter, r *http.Request, _ apiserver.AppointmentNumber) {
	s.serve(w, r, s.appointmentStatus)
}

func (s server) CancelAppointment(w http.ResponseWriter, r *http.Request, _ apiserver.AppointmentNumber) {
	s.serve(w, r, s.cancelAppointment)
}

func (s server) MoveAppointment(w http.ResponseWriter, r *http.Request, _ apiserver.AppointmentNumber, _ apiserver.MoveAppointmentParams) {
	s.serve(w, r, s.moveAppointment)
}

func (s server) BindNumber(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.bind) }

func (s server) UnbindNumber(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.unbind) }

func (s server) ListCases(w http.ResponseWriter, r *http.Request, asked apiserver.ListCasesParams) {
	s.serve(w, r, with(s.listCases, asked))
}

func (s server) FileCase(w http.ResponseWriter, r *http.Request, _ apiserver.FileCaseParams) {
	s.serve(w, r, s.fileCase)
}

func (s server) GetCase(w http.ResponseWriter, r *http.Request, _ string, _ apiserver.GetCaseParams) {
	s.serve(w, r, s.caseStatus)
}

func (s server) SendChallenge(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.sendChallenge) }

func (s server) ChallengeReport(w http.ResponseWriter, r *http.Request, asked apiserver.ChallengeReportParams) {
	s.serve(w, r, with(s.report, asked))
}

func (s server) CancelChallenge(w http.ResponseWriter, r *http.Request, id apiserver.ID) {
	s.serve(w, r, with(s.cancelChallenge, id))
}

func (s server) ChallengeStatus(w http.ResponseWriter, r *http.Request, id apiserver.ID) {
	s.serve(w, r, with(s.challengeStatus, id))
}

func (s server) ResendChallenge(w http.ResponseWriter, r *http.Request, id apiserver.ID) {
	s.serve(w, r, with(s.resendChallenge, id))
}

func (s server) VerifyChallenge(w http.ResponseWriter, r *http.Request, id apiserver.ID) {
	s.serve(w, r, with(s.verifyChallenge, id))
}

// Keys needs no client.
func (s server) Keys(w http.ResponseWriter, r *http.Request) { s.keys(w, r) }

func (s server) GetMessage(w http.ResponseWriter, r *http.Request, _ apiserver.ID) {
	s.serve(w, r, s.messageStatus)
}

func (s server) SendNotificationList(w http.ResponseWriter, r *http.Request, _ apiserver.SendNotificationListParams) {
	s.serve(w, r, s.sendNotificationList)
}

func (s server) GetNotificationList(w http.ResponseWriter, r *http.Request, _ apiserver.ID) {
	s.serve(w, r, s.notificationList)
}

func (s server) ListMessages(w http.ResponseWriter, r *http.Request, _ apiserver.ID, asked apiserver.ListMessagesParams) {
	s.serve(w, r, with(s.notificationMessages, asked))
}

func (s server) StartNotificationList(w http.ResponseWriter, r *http.Request, _ apiserver.ID) {
	s.serve(w, r, s.startNotificationList)
}

func (s server) StopNotificationList(w http.ResponseWriter, r *http.Request, _ apiserver.ID) {
	s.serve(w, r, s.stopNotificationList)
}

func (s server) SendNotification(w http.ResponseWriter, r *http.Request, _ apiserver.SendNotificationParams) {
	s.serve(w, r, s.sendNotification)
}

func (s server) ListOffices(w http.ResponseWriter, r *http.Request, asked apiserver.ListOfficesParams) {
	s.serve(w, r, with(s.listOffices, asked))
}

func (s server) ListSlots(w http.ResponseWriter, r *http.Request, _ string, asked apiserver.ListSlotsParams) {
	s.serve(w, r, with(s.listSlots, asked))
}

func (s server) SetPIN(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.setPIN) }

func (s server) ListServices(w http.ResponseWriter, r *http.Request, asked apiserver.ListServicesParams) {
	s.serve(w, r, with(s.services, asked))
}

func (s server) GetService(w http.ResponseWriter, r *http.Request, _ string, _ apiserver.GetServiceParams) {
	s.serve(w, r, s.service)
}

func (s server) BeginTOTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.beginTOTP) }

func (s server) ConfirmTOTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.confirmTOTP) }

func (s server) ListDeliveries(w http.ResponseWriter, r *http.Request, asked apiserver.ListDeliveriesParams) {
	s.serve(w, r, with(s.listDeliveries, asked))
}

func (s server) ReplayDelivery(w http.ResponseWriter, r *http.Request, id int) {
	s.serve(w, r, with(s.replayDelivery, id))
}

func (s server) JoinWaitingList(w http.ResponseWriter, r *http.Request, _ apiserver.JoinWaitingListParams) {
	s.serve(w, r, s.joinWaitingList)
}

func (s server) LeaveWaitingList(w http.ResponseWriter, r *http.Request, _ apiserver.AppointmentNumber) {
	s.serve(w, r, s.leaveWaitingList)
}
