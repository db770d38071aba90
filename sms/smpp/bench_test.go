package smpp

import (
	"sync"
	"testing"
)

// answering takes every message at once.
type answering struct{}

func (answering) HandleMessage(r *Request) { r.Answer(OK, "1795325133746775") }
func (answering) HandlePoison(Poison)      {}

// Submits over TCP by one session to another, a window of them at once.
func BenchmarkSubmit(b *testing.B) {
	esme, smsc := pair(b, Transceiver, Options{Window: 100, Handler: answering{}}, Options{Handler: answering{}})
	running(b, esme)
	running(b, smsc)
	var flying sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		flying.Add(1)
		err := esme.Post(b.Context(), SubmitSM, benchMessage, func(string, error) { flying.Done() })
		if err != nil {
			b.Fatal(err)
		}
	}
	flying.Wait()
}

var benchMessage = Message{
	Source: Address{Number: "1414", NPI: 1}, Dest: Address{TON: 1, NPI: 1, Number: "77010000001"},
	Validity: "000001000000000R", RegisteredDelivery: 1, Short: []byte("A notice of the benchmark"),
}

func BenchmarkDecode(b *testing.B) {
	receipt := Message{Source: Address{TON: 1, NPI: 1, Number: "77010000001"}, Dest: Address{NPI: 1, Number: "1414"}, ESMClass: ESMReceipt,
		Short: []byte("id:1795325133746775 sub:001 dlvrd:001 submit date:2611220534 done date:2611220534 stat:DELIVRD err:000 text:"),
		TLVs:  TLVs{TagReceiptedMessageID: []byte("1795325133746775\x00")}}
	for name, p := range map[string]PDU{
		"deliver":     {Command: DeliverSM, Sequence: 7, Body: &receipt},
		"submit":      {Command: SubmitSM, Sequence: 7, Body: &benchMessage},
		"submit_resp": {Command: SubmitSM | responseBit, Sequence: 7, Body: &MessageResp{MessageID: "1795325133746775"}},
	} {
		frame, err := encode(p)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := decode(frame); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encode", func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := encode(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
