package smpp

import (
	"fmt"

	"github.com/fiorix/go-smpp/smpp/pdu"
)

// Status is a command_status (SMPP 3.4 §5.1.3). Any but OK is an error.
type Status uint32

// The statuses that Okno tells apart.
const (
	OK                Status = 0x00
	MessageTooLong    Status = 0x01
	InvalidLength     Status = 0x02 // the PDU's length, or a field that runs past it
	InvalidCommand    Status = 0x03
	WrongBindState    Status = 0x04
	AlreadyBound      Status = 0x05
	SystemError       Status = 0x08
	InvalidSource     Status = 0x0A
	InvalidDest       Status = 0x0B
	BindFailed        Status = 0x0D
	InvalidPassword   Status = 0x0E
	InvalidSystemID   Status = 0x0F
	CancelFailed      Status = 0x11
	ReplaceFailed     Status = 0x13
	QueueFull         Status = 0x14
	SubmitFailed      Status = 0x45
	Throttled         Status = 0x58
	InvalidSchedule   Status = 0x61
	InvalidExpiry     Status = 0x62
	TemporaryAppError Status = 0x64 // keep it and deliver it again
	PermanentAppError Status = 0x65 // do not deliver it again
	QueryFailed       Status = 0x67
	InvalidTLV        Status = 0xC4
)

func (s Status) Error() string {
	return fmt.Sprintf("smpp status 0x%02X (%s)", uint32(s), pdu.Status(s).Error())
}

// err is nil for OK.
func (s Status) err() error {
	if s == OK {
		return nil
	}
	return s
}
