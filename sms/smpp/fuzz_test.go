package smpp

import (
	"bytes"
	"encoding/binary"
	"testing"
	"testing/iotest"

	"github.com/fiorix/go-smpp/smpp/pdu/pdufield"
	"github.com/stretchr/testify/require"
)

func addFrames(f *testing.F) {
	for _, frame := range [][]byte{
		frameOf(DeliverSM, 1, deliverBody(ESMUDHI, []byte{0, 'h', 'i'})),
		frameOf(DataSM, 1, []byte{0, 1, 1, '7', 0, 1, 1, '1', 0, 0, 0, 0, 4, 0x24, 0, 2, 'h', 'i'}),
		frameOf(bindTransceiver|responseBit, 1, []byte("smsc\x00")),
		frameOf(bindTransceiver, 1, make([]byte, 7)),
		frameOf(SubmitSM|responseBit, 1, []byte("42\x00")),
		frameOf(QuerySM, 1, []byte("7f\x00\x05\x00eGov\x00")),
		frameOf(QuerySM|responseBit, 1, []byte("7f\x00261122021201000+\x00\x02\x00")),
		frameOf(alertNotification, 1, []byte{1, 1, '7', 0, 1, 1, '1', 0}),
	} {
		f.Add(frame)
	}
}

// What decodes, encodes to what decodes alike.
func FuzzDecode(f *testing.F) {
	addFrames(f)
	f.Fuzz(func(t *testing.T, stream []byte) {
		frame, whole, err := readFrame(bytes.NewReader(stream))
		if err != nil || !whole {
			return
		}
		p, err := decode(frame)
		sameAsGoSMPP(t, frame, p, err)
		require.Equal(t, binary.BigEndian.Uint32(frame[12:]), p.Sequence, "whatever is wrong, it can be answered")
		if err != nil || p.Body == nil {
			return
		}
		again, err := encode(p)
		if err != nil {
			require.ErrorIs(t, err, ErrTooLong)
			return
		}
		q, err := decode(again)
		require.NoError(t, err)
		require.Equal(t, p, q)
	})
}

// sameAsGoSMPP holds that a message is read as go-smpp reads it, where it comes to the end of it.
func sameAsGoSMPP(t *testing.T, frame []byte, p PDU, decodeErr error) {
	if p.Command != SubmitSM && p.Command != DeliverSM {
		return
	}
	list := pdufield.List{
		pdufield.ServiceType, pdufield.SourceAddrTON, pdufield.SourceAddrNPI, pdufield.SourceAddr,
		pdufield.DestAddrTON, pdufield.DestAddrNPI, pdufield.DestinationAddr, pdufield.ESMClass, pdufield.ProtocolID,
		pdufield.PriorityFlag, pdufield.ScheduleDeliveryTime, pdufield.ValidityPeriod, pdufield.RegisteredDelivery,
		pdufield.ReplaceIfPresentFlag, pdufield.DataCoding, pdufield.SMDefaultMsgID, pdufield.SMLength, pdufield.ShortMessage,
	}
	fields, err := list.Decode(bytes.NewBuffer(frame[headerSize:]))
	if err != nil || len(fields) < len(list) {
		require.Error(t, decodeErr)
		return
	}
	if decodeErr != nil {
		return // of a TLV, or of an address too long
	}
	text := func(n pdufield.Name) string { return fields[n].String() }
	octet := func(n pdufield.Name) byte { return fields[n].(*pdufield.Fixed).Data }
	m := p.Body.(*Message)
	require.Equal(t, &Message{
		ServiceType: text(pdufield.ServiceType),
		Source:      Address{octet(pdufield.SourceAddrTON), octet(pdufield.SourceAddrNPI), text(pdufield.SourceAddr)},
		Dest:        Address{octet(pdufield.DestAddrTON), octet(pdufield.DestAddrNPI), text(pdufield.DestinationAddr)},
		ESMClass:    octet(pdufield.ESMClass), ProtocolID: octet(pdufield.ProtocolID), Priority: octet(pdufield.PriorityFlag),
		Schedule: text(pdufield.ScheduleDeliveryTime), Validity: text(pdufield.ValidityPeriod),
		RegisteredDelivery: octet(pdufield.RegisteredDelivery), ReplaceIfPresent: octet(pdufield.ReplaceIfPresentFlag),
		Coding: octet(pdufield.DataCoding), DefaultMessage: octet(pdufield.SMDefaultMsgID),
		Short: fields[pdufield.ShortMessage].Bytes(), TLVs: m.TLVs,
	}, m)
}

// A stream falls into the same frames however it comes in pieces, each as long as it says, and none beyond a noise.
func FuzzFrames(f *testing.F) {
	addFrames(f)
	f.Add(slicesOf(frameOf(enquireLink, 1, nil), frameOf(unbind, 2, nil), []byte{0, 0, 0, 15}))
	f.Add(append(frameOf(DeliverSM, 7, make([]byte, maxFrame)), frameOf(unbind, 2, nil)...))
	f.Fuzz(func(t *testing.T, stream []byte) {
		left, pieces := bytes.NewReader(stream), iotest.OneByteReader(bytes.NewReader(stream))
		at := 0
		for {
			frame, whole, err := readFrame(left)
			other, wholeToo, errToo := readFrame(pieces)
			require.Equal(t, err, errToo)
			require.Equal(t, whole, wholeToo)
			require.Equal(t, frame, other)
			if err != nil {
				require.Nil(t, frame)
				return
			}
			length := int(binary.BigEndian.Uint32(frame))
			require.LessOrEqual(t, len(frame), maxFrame)
			require.Equal(t, whole, len(frame) == length)
			require.Equal(t, stream[at:at+len(frame)], frame)
			at += length
			require.Equal(t, len(stream)-at, left.Len(), "no more is read than the frame")
		}
	})
}

func slicesOf(frames ...[]byte) []byte { return bytes.Join(frames, nil) }

// What is encoded says what was meant, or is refused: no field spills into the next.
func FuzzEncode(f *testing.F) {
	f.Add("1414", "77010000001", "", "000000000500000R", []byte("hi"), uint16(0), []byte{}, byte(0))
	f.Add("eGov", "+77010000001", "CMT", "", []byte{5, 0, 3, 7, 3, 0, 'x'}, uint16(TagMessagePayload), []byte("text"), ESMUDHI)
	f.Add("a\x00b", "770123456789012345678", "", "", make([]byte, 255), uint16(1), make([]byte, 70_000), byte(8))
	f.Fuzz(func(t *testing.T, source, dest, service, validity string, short []byte, tag uint16, value []byte, class byte) {
		for _, command := range []Command{SubmitSM, DeliverSM, DataSM} {
			m := &Message{Source: Address{5, 0, source}, Dest: Address{1, 1, dest}, ServiceType: service, ESMClass: class, Coding: class, TLVs: TLVs{}}
			if command != DataSM {
				m.Validity, m.Short = validity, short
			}
			if tag != 0 {
				m.TLVs[Tag(tag)] = value
			}
			frame, err := encode(PDU{Command: command, Sequence: 7, Body: m})
			if err != nil {
				require.ErrorIs(t, err, ErrTooLong)
				continue
			}
			back, err := decode(frame)
			require.NoError(t, err)
			if len(m.Short) == 0 {
				m.Short, back.Body.(*Message).Short = nil, nil
			}
			if len(value) == 0 {
				delete(m.TLVs, Tag(tag))
				delete(back.Body.(*Message).TLVs, Tag(tag))
			}
			require.Equal(t, m, back.Body)
		}
	})
}
