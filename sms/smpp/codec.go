package smpp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
)

const (
	headerSize = 16
	usualFrame = 256 // octets that one allocation is for; a frame may be longer
)

// Longest values of C-octet strings, without their zero (SMPP 3.4 §4.1, §4.4).
const (
	maxSystemID     = 15
	maxPassword     = 63 // eight by the book; operators hand out longer ones, and take them
	maxSystemType   = 12
	maxAddressRange = 40
	maxServiceType  = 5
	maxNumber       = 20
	maxTime         = 16
	maxMessageID    = 64
	maxShort        = 254

	maxHeardNumber = 64 // of data_sm (§4.7.1); longer ones are no address, and nobody could keep them
)

// decodeError is a PDU that could be framed but not read, with the status that
// tells the peer so.
type decodeError struct {
	status Status
	reason string
}

func (e *decodeError) Error() string { return "smpp: " + e.reason }

// decode reads one whole frame. With an error the header of the PDU is still
// good, so that it can be answered. It never panics, whatever the codec does.
func decode(frame []byte) (p PDU, err error) {
	p = PDU{
		Command:  Command(binary.BigEndian.Uint32(frame[4:8])),
		Status:   Status(binary.BigEndian.Uint32(frame[8:12])),
		Sequence: binary.BigEndian.Uint32(frame[12:16]),
	}
	defer func() {
		if r := recover(); r != nil {
			err = &decodeError{SystemError, fmt.Sprintf("codec panic: %v", r)}
		}
	}()
	if p.Body, err = readBody(p.Command, frame[headerSize:]); err != nil {
		return p, err
	}
	return p, checkLengths(p.Body)
}

// readBody gives nil for a PDU of whose body nothing is of use.
func readBody(c Command, octets []byte) (any, error) {
	d := &decoder{rest: octets}
	body, known := d.body(c)
	switch {
	case !known:
		return nil, &decodeError{InvalidCommand, fmt.Sprintf("command 0x%08X", uint32(c))}
	case d.err != nil:
		return nil, d.err
	case body == nil:
		return nil, nil
	}
	tlvs, err := d.tlvs()
	if m, ok := body.(*Message); ok {
		m.TLVs = tlvs
	}
	return body, err
}

// checkLengths refuses what the codec reads to whatever length and the store has indexes over.
func checkLengths(body any) error {
	switch body := body.(type) {
	case *Message:
		if len(body.Source.Number) > maxHeardNumber {
			return &decodeError{InvalidSource, fmt.Sprintf("source address of %d octets", len(body.Source.Number))}
		}
		if len(body.Dest.Number) > maxHeardNumber {
			return &decodeError{InvalidDest, fmt.Sprintf("destination address of %d octets", len(body.Dest.Number))}
		}
	case *MessageResp:
		if len(body.MessageID) > maxMessageID {
			return &decodeError{InvalidLength, fmt.Sprintf("message id of %d octets", len(body.MessageID))}
		}
	}
	return nil
}

// decoder reads the mandatory fields in the order of the specification, and keeps the first error. The user data header stays
// in short_message: whoever reads text takes it apart.
type decoder struct {
	rest []byte
	err  error
}

// body is nil where nothing is of use; known says whether there is such a command.
func (d *decoder) body(c Command) (body any, known bool) {
	switch c {
	case bindReceiver, bindTransmitter, bindTransceiver:
		b := &Bind{Mode: Mode(c), SystemID: d.text("system_id"), Password: d.text("password"), SystemType: d.text("system_type")}
		_ = d.octet("interface_version")
		b.TON, b.NPI, b.AddressRange = d.octet("addr_ton"), d.octet("addr_npi"), d.text("address_range")
		return b, true
	case SubmitSM, DeliverSM, DataSM:
		return d.message(c), true
	case bindReceiver | responseBit, bindTransmitter | responseBit, bindTransceiver | responseBit:
		return &BindResp{SystemID: d.ifAny("system_id")}, true
	case SubmitSM | responseBit, DeliverSM | responseBit, DataSM | responseBit:
		return &MessageResp{MessageID: d.ifAny("message_id")}, true
	case QuerySM:
		return &Query{MessageID: d.text("message_id"), Source: d.address("source_addr")}, true
	case QuerySM | responseBit:
		if len(d.rest) == 0 {
			return nil, true // a message without a state is no answer
		}
		return &QueryResp{
			MessageID: d.text("message_id"), FinalDate: d.text("final_date"),
			State: d.octet("message_state"), ErrorCode: d.octet("error_code"),
		}, true
	case unbind, unbind | responseBit, enquireLink, enquireLink | responseBit, genericNack, alertNotification, cancelSM, replaceSM:
		return nil, true
	}
	return nil, false
}

func (d *decoder) message(c Command) *Message {
	m := &Message{ServiceType: d.text("service_type"), Source: d.address("source_addr"), Dest: d.address("destination_addr"), ESMClass: d.octet("esm_class")}
	if c == DataSM {
		m.RegisteredDelivery, m.Coding = d.octet("registered_delivery"), d.octet("data_coding")
		return m
	}
	m.ProtocolID, m.Priority = d.octet("protocol_id"), d.octet("priority_flag")
	m.Schedule, m.Validity = d.text("schedule_delivery_time"), d.text("validity_period")
	m.RegisteredDelivery, m.ReplaceIfPresent = d.octet("registered_delivery"), d.octet("replace_if_present_flag")
	m.Coding, m.DefaultMessage = d.octet("data_coding"), d.octet("sm_default_msg_id")
	m.Short = d.octets("short_message", int(d.octet("sm_length")))
	return m
}

func (d *decoder) address(name string) Address {
	return Address{TON: d.octet(name), NPI: d.octet(name), Number: d.text(name)}
}

func (d *decoder) octet(name string) byte {
	if b := d.octets(name, 1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// ifAny reads the one field of a response. A refusal has no body (§4.4.2), and some peers leave out an empty message_id.
func (d *decoder) ifAny(name string) string {
	if len(d.rest) == 0 {
		return ""
	}
	return d.text(name)
}

// text reads up to a zero.
func (d *decoder) text(name string) string {
	end := bytes.IndexByte(d.rest, 0)
	if end < 0 {
		end = len(d.rest) // and no zero
	}
	b := d.octets(name, end+1)
	if len(b) == 0 {
		return ""
	}
	return string(b[:end])
}

func (d *decoder) octets(name string, n int) []byte {
	if d.err != nil {
		return nil
	}
	if len(d.rest) < n {
		d.err = &decodeError{InvalidLength, "truncated in " + name}
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

// tlvs reads the optional parameters, which are the rest.
func (d *decoder) tlvs() (TLVs, error) {
	if len(d.rest) == 0 {
		return TLVs{}, nil
	}
	read, err := pdutlv.DecodeTLV(bytes.NewBuffer(d.rest))
	if err != nil {
		return nil, &decodeError{InvalidTLV, err.Error()}
	}
	tlvs := make(TLVs, len(read))
	for tag, value := range read {
		tlvs[Tag(tag)] = value.Bytes()
	}
	return tlvs, nil
}

// encode gives the frame of p, or ErrTooLong.
func encode(p PDU) ([]byte, error) {
	e := encoder{}
	e.buf.Grow(usualFrame)
	e.buf.Write(make([]byte, headerSize))
	switch body := p.Body.(type) {
	case *Bind:
		e.text(pdufield.SystemID, body.SystemID, maxSystemID)
		e.text(pdufield.Password, body.Password, maxPassword)
		e.text(pdufield.SystemType, body.SystemType, maxSystemType)
		e.octet(0x34)
		e.octet(body.TON)
		e.octet(body.NPI)
		e.text(pdufield.AddressRange, body.AddressRange, maxAddressRange)
	case *BindResp:
		e.text(pdufield.SystemID, body.SystemID, maxSystemID)
	case *Message:
		e.message(p.Command, body)
	case *MessageResp:
		e.text(pdufield.MessageID, body.MessageID, maxMessageID)
	case *Query:
		e.text(pdufield.MessageID, body.MessageID, maxMessageID)
		e.octet(body.Source.TON)
		e.octet(body.Source.NPI)
		e.text(pdufield.SourceAddr, body.Source.Number, maxNumber)
	case *QueryResp:
		e.text(pdufield.MessageID, body.MessageID, maxMessageID)
		e.text(pdufield.FinalDate, body.FinalDate, maxTime)
		e.octet(body.State)
		e.octet(body.ErrorCode)
	}
	if e.err != nil {
		return nil, e.err
	}
	frame := e.buf.Bytes()
	binary.BigEndian.PutUint32(frame[0:4], uint32(len(frame)))
	binary.BigEndian.PutUint32(frame[4:8], uint32(p.Command))
	binary.BigEndian.PutUint32(frame[8:12], uint32(p.Status))
	setSequence(frame, p.Sequence)
	return frame, nil
}

// setSequence numbers a frame.
func setSequence(frame []byte, sequence uint32) { binary.BigEndian.PutUint32(frame[12:16], sequence) }

// encoder writes fields and keeps the first error.
type encoder struct {
	buf bytes.Buffer
	err error
}

func (e *encoder) message(c Command, m *Message) {
	e.text(pdufield.ServiceType, m.ServiceType, maxServiceType)
	e.octet(m.Source.TON)
	e.octet(m.Source.NPI)
	e.text(pdufield.SourceAddr, m.Source.Number, maxNumber)
	e.octet(m.Dest.TON)
	e.octet(m.Dest.NPI)
	e.text(pdufield.DestinationAddr, m.Dest.Number, maxNumber)
	e.octet(m.ESMClass)
	if c == DataSM {
		e.octet(m.RegisteredDelivery)
		e.octet(m.Coding)
	} else {
		e.octet(m.ProtocolID)
		e.octet(m.Priority)
		e.text(pdufield.ScheduleDeliveryTime, m.Schedule, maxTime)
		e.text(pdufield.ValidityPeriod, m.Validity, maxTime)
		e.octet(m.RegisteredDelivery)
		e.octet(m.ReplaceIfPresent)
		e.octet(m.Coding)
		e.octet(m.DefaultMessage)
		if len(m.Short) > maxShort {
			e.fail(pdufield.ShortMessage)
		}
		e.octet(byte(len(m.Short)))
		e.buf.Write(m.Short)
	}
	for tag, value := range m.TLVs {
		if len(value) > maxFrame-headerSize {
			e.fail("tlv " + pdufield.Name(pdutlv.Tag(tag).Hex()))
			return
		}
		_ = pdutlv.NewTLV(pdutlv.Tag(tag), value).SerializeTo(&e.buf) // a bytes.Buffer takes all
	}
}

func (e *encoder) octet(value byte) {
	field := pdufield.Fixed{Data: value}
	_ = field.SerializeTo(&e.buf)
}

func (e *encoder) text(n pdufield.Name, value string, limit int) {
	if len(value) > limit || strings.IndexByte(value, 0) >= 0 {
		e.fail(n)
		return
	}
	field := pdufield.Variable{Data: append([]byte(value), 0)}
	_ = field.SerializeTo(&e.buf)
}

func (e *encoder) fail(n pdufield.Name) {
	if e.err == nil {
		e.err = fmt.Errorf("%s: %w", n, ErrTooLong)
	}
}
