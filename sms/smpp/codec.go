package smpp

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/fiorix/go-smpp/smpp/pdu/pdutlv"
)

const headerSize = 16

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

// The mandatory fields of each body, in the order of the specification. The
// user data header stays in short_message: whoever reads text takes it apart.
var (
	bindFields = pdufield.List{
		pdufield.SystemID, pdufield.Password, pdufield.SystemType, pdufield.InterfaceVersion,
		pdufield.AddrTON, pdufield.AddrNPI, pdufield.AddressRange,
	}
	messageFields = pdufield.List{
		pdufield.ServiceType,
		pdufield.SourceAddrTON, pdufield.SourceAddrNPI, pdufield.SourceAddr,
		pdufield.DestAddrTON, pdufield.DestAddrNPI, pdufield.DestinationAddr,
		pdufield.ESMClass, pdufield.ProtocolID, pdufield.PriorityFlag,
		pdufield.ScheduleDeliveryTime, pdufield.ValidityPeriod,
		pdufield.RegisteredDelivery, pdufield.ReplaceIfPresentFlag,
		pdufield.DataCoding, pdufield.SMDefaultMsgID,
		pdufield.SMLength, pdufield.ShortMessage,
	}
	dataFields = pdufield.List{
		pdufield.ServiceType,
		pdufield.SourceAddrTON, pdufield.SourceAddrNPI, pdufield.SourceAddr,
		pdufield.DestAddrTON, pdufield.DestAddrNPI, pdufield.DestinationAddr,
		pdufield.ESMClass, pdufield.RegisteredDelivery, pdufield.DataCoding,
	}
	bindRespFields    = pdufield.List{pdufield.SystemID}
	messageRespFields = pdufield.List{pdufield.MessageID}
)

func fieldsOf(c Command) (pdufield.List, bool) {
	switch c {
	case bindReceiver, bindTransmitter, bindTransceiver:
		return bindFields, true
	case SubmitSM, DeliverSM:
		return messageFields, true
	case DataSM:
		return dataFields, true
	case bindReceiver | responseBit, bindTransmitter | responseBit, bindTransceiver | responseBit:
		return bindRespFields, true
	case SubmitSM | responseBit, DeliverSM | responseBit, DataSM | responseBit:
		return messageRespFields, true
	case QuerySM:
		return queryFields, true
	case QuerySM | responseBit:
		return queryRespFields, true
	case unbind, unbind | responseBit, enquireLink, enquireLink | responseBit, genericNack:
		return nil, true
	case alertNotification, cancelSM, replaceSM: // nothing in them is of use here
		return nil, true
	}
	return nil, false
}

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
	list, known := fieldsOf(p.Command)
	if !known {
		return p, &decodeError{InvalidCommand, fmt.Sprintf("command 0x%08X", uint32(p.Command))}
	}
	if list == nil {
		return p, nil
	}
	rest := bytes.NewBuffer(frame[headerSize:])
	if p.Command.isResponse() && rest.Len() == 0 {
		// A refusal has no body (§4.4.2), and some peers leave out an empty message_id.
		p.Body = emptyResponse(p.Command)
		return p, nil
	}
	fields, err := list.Decode(rest)
	if err != nil {
		return p, &decodeError{InvalidLength, err.Error()}
	}
	for _, name := range list {
		if fields[name] == nil { // the codec stops without a word where the bytes end
			return p, &decodeError{InvalidLength, "truncated before " + string(name)}
		}
	}
	tlvs, err := pdutlv.DecodeTLV(rest)
	if err != nil {
		return p, &decodeError{InvalidTLV, err.Error()}
	}
	p.Body = bodyOf(p.Command, fields, tlvs)
	return p, checkLengths(p.Body)
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

func emptyResponse(c Command) any {
	switch c {
	case SubmitSM | responseBit, DeliverSM | responseBit, DataSM | responseBit:
		return &MessageResp{}
	case QuerySM | responseBit:
		return nil // a message without a state is no answer
	}
	return &BindResp{}
}

func bodyOf(c Command, fields pdufield.Map, tlvs pdutlv.Map) any {
	text := func(n pdufield.Name) string { return fields[n].String() }
	octet := func(n pdufield.Name) byte {
		if f, ok := fields[n].(*pdufield.Fixed); ok { // data_sm has fewer of them
			return f.Data
		}
		return 0
	}
	switch c {
	case bindReceiver, bindTransmitter, bindTransceiver:
		return &Bind{
			Mode: Mode(c), SystemID: text(pdufield.SystemID), Password: text(pdufield.Password),
			SystemType: text(pdufield.SystemType), TON: octet(pdufield.AddrTON), NPI: octet(pdufield.AddrNPI),
			AddressRange: text(pdufield.AddressRange),
		}
	case SubmitSM, DeliverSM, DataSM:
		m := &Message{
			ServiceType: text(pdufield.ServiceType),
			Source: Address{
				octet(pdufield.SourceAddrTON), octet(pdufield.SourceAddrNPI), text(pdufield.SourceAddr),
			},
			Dest: Address{
				octet(pdufield.DestAddrTON), octet(pdufield.DestAddrNPI), text(pdufield.DestinationAddr),
			},
			ESMClass: octet(pdufield.ESMClass), ProtocolID: octet(pdufield.ProtocolID),
			Priority:           octet(pdufield.PriorityFlag),
			RegisteredDelivery: octet(pdufield.RegisteredDelivery),
			ReplaceIfPresent:   octet(pdufield.ReplaceIfPresentFlag),
			Coding:             octet(pdufield.DataCoding), DefaultMessage: octet(pdufield.SMDefaultMsgID),
			TLVs: make(TLVs, len(tlvs)),
		}
		if c != DataSM {
			m.Schedule, m.Validity = text(pdufield.ScheduleDeliveryTime), text(pdufield.ValidityPeriod)
			m.Short = fields[pdufield.ShortMessage].Bytes()
		}
		for tag, value := range tlvs {
			m.TLVs[Tag(tag)] = value.Bytes()
		}
		return m
	case bindReceiver | responseBit, bindTransmitter | responseBit, bindTransceiver | responseBit:
		return &BindResp{SystemID: text(pdufield.SystemID)}
	case QuerySM:
		return &Query{text(pdufield.MessageID), Address{
			octet(pdufield.SourceAddrTON), octet(pdufield.SourceAddrNPI), text(pdufield.SourceAddr),
		}}
	case QuerySM | responseBit:
		return &QueryResp{
			text(pdufield.MessageID), text(pdufield.FinalDate), octet(queryState), octet(queryError),
		}
	default:
		return &MessageResp{MessageID: text(pdufield.MessageID)}
	}
}

// encode gives the frame of p, or ErrTooLong.
func encode(p PDU) ([]byte, error) {
	e := encoder{}
	e.buf.Write(make([]byte, headerSize))
	switch body := p.Body.(type) {
	case *Bind:
		e.text(pdufield.SystemID, body.SystemID, maxSystemID)
		e.text(pdufield.Password, body.Password, maxPassword)
		e.text(pdufield.SystemType, body.SystemType, maxSystemType)
		e.octet(pdufield.InterfaceVersion, 0x34)
		e.octet(pdufield.AddrTON, body.TON)
		e.octet(pdufield.AddrNPI, body.NPI)
		e.text(pdufield.AddressRange, body.AddressRange, maxAddressRange)
	case *BindResp:
		e.text(pdufield.SystemID, body.SystemID, maxSystemID)
	case *Message:
		e.message(p.Command, body)
	case *MessageResp:
		e.text(pdufield.MessageID, body.MessageID, maxMessageID)
	case *Query:
		e.text(pdufield.MessageID, body.MessageID, maxMessageID)
		e.octet(pdufield.SourceAddrTON, body.Source.TON)
		e.octet(pdufield.SourceAddrNPI, body.Source.NPI)
		e.text(pdufield.SourceAddr, body.Source.Number, maxNumber)
	case *QueryResp:
		e.text(pdufield.MessageID, body.MessageID, maxMessageID)
		e.text(pdufield.FinalDate, body.FinalDate, maxTime)
		e.octet(queryState, body.State)
		e.octet(queryError, body.ErrorCode)
	}
	if e.err != nil {
		return nil, e.err
	}
	frame := e.buf.Bytes()
	binary.BigEndian.PutUint32(frame[0:4], uint32(len(frame)))
	binary.BigEndian.PutUint32(frame[4:8], uint32(p.Command))
	binary.BigEndian.PutUint32(frame[8:12], uint32(p.Status))
	binary.BigEndian.PutUint32(frame[12:16], p.Sequence)
	return frame, nil
}

// encoder writes fields and keeps the first error.
type encoder struct {
	buf bytes.Buffer
	err error
}

func (e *encoder) message(c Command, m *Message) {
	e.text(pdufield.ServiceType, m.ServiceType, maxServiceType)
	e.octet(pdufield.SourceAddrTON, m.Source.TON)
	e.octet(pdufield.SourceAddrNPI, m.Source.NPI)
	e.text(pdufield.SourceAddr, m.Source.Number, maxNumber)
	e.octet(pdufield.DestAddrTON, m.Dest.TON)
	e.octet(pdufield.DestAddrNPI, m.Dest.NPI)
	e.text(pdufield.DestinationAddr, m.Dest.Number, maxNumber)
	e.octet(pdufield.ESMClass, m.ESMClass)
	if c == DataSM {
		e.octet(pdufield.RegisteredDelivery, m.RegisteredDelivery)
		e.octet(pdufield.DataCoding, m.Coding)
	} else {
		e.octet(pdufield.ProtocolID, m.ProtocolID)
		e.octet(pdufield.PriorityFlag, m.Priority)
		e.text(pdufield.ScheduleDeliveryTime, m.Schedule, maxTime)
		e.text(pdufield.ValidityPeriod, m.Validity, maxTime)
		e.octet(pdufield.RegisteredDelivery, m.RegisteredDelivery)
		e.octet(pdufield.ReplaceIfPresentFlag, m.ReplaceIfPresent)
		e.octet(pdufield.DataCoding, m.Coding)
		e.octet(pdufield.SMDefaultMsgID, m.DefaultMessage)
		if len(m.Short) > maxShort {
			e.fail(pdufield.ShortMessage)
		}
		e.octet(pdufield.SMLength, byte(len(m.Short)))
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

func (e *encoder) octet(n pdufield.Name, value byte) {
	_ = pdufield.New(n, []byte{value}).SerializeTo(&e.buf)
}

func (e *encoder) text(n pdufield.Name, value string, limit int) {
	if len(value) > limit || bytes.IndexByte([]byte(value), 0) >= 0 {
		e.fail(n)
		return
	}
	_ = pdufield.New(n, []byte(value)).SerializeTo(&e.buf)
}

func (e *encoder) fail(n pdufield.Name) {
	if e.err == nil {
		e.err = fmt.Errorf("%s: %w", n, ErrTooLong)
	}
}
