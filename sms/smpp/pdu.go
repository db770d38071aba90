package smpp

import (
	"errors"

	"github.com/fiorix/go-smpp/smpp/pdu"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
)

// Command is a command_id (SMPP 3.4 §5.1.2).
type Command uint32

const (
	genericNack       = Command(pdu.GenericNACKID)
	bindReceiver      = Command(pdu.BindReceiverID)
	bindTransmitter   = Command(pdu.BindTransmitterID)
	bindTransceiver   = Command(pdu.BindTransceiverID)
	unbind            = Command(pdu.UnbindID)
	enquireLink       = Command(pdu.EnquireLinkID)
	alertNotification = Command(pdu.AlertNotificationID)
	cancelSM          = Command(pdu.CancelSMID)
	replaceSM         = Command(pdu.ReplaceSMID)

	// SubmitSM carries a message from the ESME to the SMSC.
	SubmitSM = Command(pdu.SubmitSMID)
	// DeliverSM carries a message or a receipt from the SMSC to the ESME.
	DeliverSM = Command(pdu.DeliverSMID)
	// DataSM goes both ways, its text in the message_payload TLV.
	DataSM = Command(pdu.DataSMID)
)

const responseBit Command = 0x80000000

func (c Command) isResponse() bool { return c&responseBit != 0 }

func (c Command) String() string {
	if name := pdu.ID(c).String(); name != "" {
		return name
	}
	return "unknown command"
}

// MaxSequence is the highest sequence_number (SMPP 3.4 §3.2): 31 bits.
const MaxSequence = 0x7FFFFFFF

// PDU is one protocol data unit. The body is a *Bind, *BindResp, *Message,
// *MessageResp, *Query or *QueryResp after its command, or nil for a command that has none.
type PDU struct {
	Command  Command
	Status   Status
	Sequence uint32
	Body     any
}

// Mode says which way messages travel over a bind.
type Mode Command

// The three binds.
const (
	Transceiver Mode = Mode(bindTransceiver)
	Transmitter Mode = Mode(bindTransmitter) // ESME to SMSC only
	Receiver    Mode = Mode(bindReceiver)    // SMSC to ESME only
)

// Bind is what an ESME presents itself with.
type Bind struct {
	Mode         Mode
	SystemID     string
	Password     string
	SystemType   string
	TON, NPI     byte
	AddressRange string
}

// BindResp answers a Bind.
type BindResp struct{ SystemID string }

// Address is a number with its type and plan (SMPP 3.4 §5.2.5, §5.2.6).
type Address struct {
	TON, NPI byte
	Number   string
}

// Message is the body of submit_sm, deliver_sm and data_sm.
type Message struct {
	ServiceType        string
	Source, Dest       Address
	ESMClass           byte
	ProtocolID         byte
	Priority           byte
	Schedule           string // SMPP time (§7.1.1); empty: now
	Validity           string // SMPP time; empty: the SMSC's default
	RegisteredDelivery byte
	ReplaceIfPresent   byte
	Coding             byte   // data_coding
	DefaultMessage     byte   // sm_default_msg_id
	Short              []byte // short_message, user data header included; at most 254 octets
	TLVs               TLVs
}

// Bits of esm_class (SMPP 3.4 §5.2.12).
const (
	ESMReceipt byte = 0x04 // deliver_sm: carries an SMSC delivery receipt
	ESMUDHI    byte = 0x40 // the text begins with a user data header
)

// Payload is the message's octets, from short_message or else message_payload.
func (m *Message) Payload() []byte {
	if payload, ok := m.TLVs[TagMessagePayload]; ok && len(m.Short) == 0 {
		return payload
	}
	return m.Short
}

// MessageResp answers a Message.
type MessageResp struct{ MessageID string }

// Tag names a TLV; TLVs are the optional parameters of a PDU.
type (
	Tag  uint16
	TLVs map[Tag][]byte
)

// The TLVs that Okno reads (SMPP 3.4 §5.3.2).
const (
	TagReceiptedMessageID = Tag(pdutlv.TagReceiptedMessageID)
	TagSARReference       = Tag(pdutlv.TagSarMsgRefNum)
	TagSARTotal           = Tag(pdutlv.TagSarTotalSegments)
	TagSARPart            = Tag(pdutlv.TagSarSegmentSeqnum)
	TagMessagePayload     = Tag(pdutlv.TagMessagePayload)
	TagMessageState       = Tag(pdutlv.TagMessageStateOption)
	TagUSSDServiceOp      = Tag(pdutlv.TagUssdServiceOp)
	TagITSSessionInfo     = Tag(pdutlv.TagItsSessionInfo)
)

// Values of ussd_service_op (SMPP 3.4 §5.3.2.44).
const (
	PSSRIndication byte = 0x01 // the subscriber has dialled a code
	USSRRequest    byte = 0x02 // to the phone: show this, and wait for an answer
	PSSRResponse   byte = 0x11 // to the phone: show this, and the session is over
	USSRConfirm    byte = 0x12 // the subscriber's answer
)

// ServiceUSSD is the service_type of USSD (SMPP 3.4 §5.2.11).
const ServiceUSSD = "USSD"

// ErrTooLong is a field that does not fit where the protocol puts it.
var ErrTooLong = errors.New("smpp: field too long")
