package sms

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smstest/foreign"
	"okno/sms/text"
)

func foreignRig(t *testing.T) (*foreign.SMSC, *rig) {
	t.Helper()
	smsc := foreign.Start(t)
	return smsc, boundTo(t, recorded(t, smsc.Addr))
}

func boundTo(t *testing.T, addr string) *rig {
	t.Helper()
	r := newRig(t, Link{Name: "npm", Addr: addr, SystemID: "okno", Password: foreign.Password})
	r.run()
	r.eventually("a bind", func() bool { return r.channel.Ready() == nil })
	return r
}

// from makes the fields of a message from a citizen.
func from(number, body string, more ...any) map[string]any {
	fields := map[string]any{"source_addr": strings.TrimPrefix(number, "+"), "source_addr_ton": 1, "source_addr_npi": 1,
		"destination_addr": "1414", "short_message": body}
	for i := 0; i < len(more); i += 2 {
		fields[more[i].(string)] = more[i+1]
	}
	return fields
}

func TestForeignSMSCInThreeLanguagesShortAndLong(t *testing.T) {
	t.Parallel()
	smsc, r := foreignRig(t)
	for i, body := range []string{
		"HELP", "ПОМОЩЬ", "КӨМЕК", "Price {5}€?",
		strings.Repeat("What do I need? ", 30), strings.Repeat("Какие документы? ", 30), strings.Repeat("Қандай құжат керек? ", 30),
	} {
		number := fmt.Sprintf("+770100001%02d", i)
		coding, payloads := text.Split(body)
		for n, payload := range payloads {
			piece, err := text.Decode(byte(coding), payload)
			require.NoError(t, err)
			fields := from(number, piece, "data_coding", int(coding))
			if len(payloads) > 1 {
				fields["udh"] = fmt.Sprintf("050003%02X%02X%02X", 40+i, len(payloads), n+1)
			}
			require.Zero(t, smsc.Deliver(fields))
		}
		want := "re: " + body
		r.eventually(body, func() bool { return len(smsc.Written(number)) == 1 })
		require.Equal(t, want, smsc.Written(number)[0])
		answer, _ := text.Split(want)
		for _, s := range smsc.Submits() {
			if "+"+s.Destination == number {
				require.Equal(t, int(answer), s.Coding)
			}
		}
		r.eventually("receipts", func() bool {
			for _, state := range r.states(number) {
				if state != message.Delivered {
					return false
				}
			}
			return true
		})
	}
}

func TestForeignSMSCPartsInAnyOrder(t *testing.T) {
	t.Parallel()
	smsc, r := foreignRig(t)
	part := func(number, header, body string, more ...any) {
		t.Helper()
		require.Zero(t, smsc.Deliver(from(number, body, append([]any{"udh", header, "data_coding", 8}, more...)...)))
	}
	// 16-bit reference, the last first, one of them twice.
	part("+77010000001", "06080412340303", "үш")
	part("+77010000001", "06080412340301", "бір ")
	part("+77010000001", "06080412340303", "үш")
	part("+77010000001", "06080412340302", "екі ")
	// The same reference of somebody else, interleaved.
	part("+77010000002", "0500030A0202", "two")
	part("+77010000003", "0500030A0201", "three ")
	part("+77010000003", "0500030A0202", "four")
	part("+77010000002", "0500030A0201", "one ")
	// Part 0 of 3, and 4 of 3: each stands alone.
	part("+77010000004", "0500030B0300", "zero")
	part("+77010000004", "0500030B0304", "four of three")
	// A surrogate pair across two parts.
	emoji := []byte{0xD8, 0x3D, 0xDE, 0x00}
	fields := from("+77010000005", "")
	delete(fields, "short_message")
	for i, half := range [][]byte{emoji[:2], emoji[2:]} {
		short := append([]byte{5, 0, 3, 7, 2, byte(i + 1)}, half...)
		fields["data_coding"], fields["esm_class"] = 8, 0x40
		require.Zero(t, smsc.Send("deliver_sm", fields, map[string][]byte{"short_message": short}))
	}
	// SAR.
	for i, body := range []string{"by ", "SAR"} {
		require.Zero(t, smsc.Deliver(from("+77010000006", body, "data_coding", 0,
			"sar_msg_ref_num", 7, "sar_total_segments", 2, "sar_segment_seqnum", i+1)))
	}
	// Turkish, by its locking table and by its single shift table, each part with a header of its own.
	for i, septets := range [][]byte{[]byte("Merhaba Da\x0c, "), []byte("d\x1bi\x1bs")} {
		shift := []byte{0x25, 0x24}[i]
		fields := from("+77010000008", "", "data_coding", 0, "esm_class", 0x40)
		delete(fields, "short_message")
		short := append([]byte{8, 0, 3, 9, 2, byte(i + 1), shift, 1, 1}, septets...)
		require.Zero(t, smsc.Send("deliver_sm", fields, map[string][]byte{"short_message": short}))
	}
	// data_sm with its text in message_payload.
	data := from("+77010000007", "", "data_coding", 8)
	delete(data, "short_message")
	payload := []byte{}
	for range 300 {
		payload = append(payload, 0x04, 0x16)
	}
	require.Zero(t, smsc.Send("data_sm", data, map[string][]byte{"message_payload": payload}))

	for number, want := range map[string][]string{
		"+77010000001": {"бір екі үш"}, "+77010000002": {"one two"}, "+77010000003": {"three four"},
		"+77010000004": {"zero", "four of three"}, "+77010000005": {"😀"}, "+77010000006": {"by SAR"},
		"+77010000008": {"Merhaba Dağ, dış"}, "+77010000007": {strings.Repeat("Ж", 300)},
	} {
		r.eventually(number, func() bool { return len(smsc.Written(number)) == len(want) })
		for i, got := range smsc.Written(number) {
			require.Equal(t, "re: "+want[i], got)
		}
	}
}

// What is no text is acknowledged and kept; the link goes on.
func TestForeignSMSCUnreadableMessages(t *testing.T) {
	t.Parallel()
	smsc := foreign.Start(t)
	r := boundTo(t, smsc.Addr) // tshark would not read them either
	octets := func(coding, class int, short []byte) int {
		fields := from(phone1, "", "data_coding", coding, "esm_class", class)
		delete(fields, "short_message")
		return smsc.Send("deliver_sm", fields, map[string][]byte{"short_message": short})
	}
	require.Zero(t, octets(4, 0, []byte{1, 2, 3}), "binary")
	require.Zero(t, octets(0, 0x40, []byte{0x30, 1}), "a header past the end")
	require.Zero(t, octets(0, 0x04, []byte("stat:DELIVRD")), "a receipt for nothing")
	require.Zero(t, octets(8, 0, []byte{0, 0, 0xD8, 0}), "NUL and half a surrogate pair")
	require.Zero(t, octets(0, 0x40, []byte{0, 'h', 'i'}), "an empty header")
	require.Zero(t, smsc.Deliver(map[string]any{"source_addr": "", "destination_addr": "1414", "short_message": "nobody"}))
	require.Zero(t, smsc.Deliver(from("123456789012345678901", "far", "data_coding", 0)))
	r.eventually("what is text", func() bool { return len(r.messages()) == 4 })
	kept, err := r.db.Quarantined(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, kept)
	require.Equal(t, 1, smsc.Count("bind"))
}

func TestForeignSMSCFlaps(t *testing.T) {
	t.Parallel()
	smsc, r := foreignRig(t)
	require.Zero(t, smsc.Deliver(from(phone1, "one", "data_coding", 0)))
	r.eventually("an answer", func() bool { return len(smsc.Written(phone1)) == 1 })
	r.stop()
	require.Equal(t, 1, smsc.Count("unbind"))
	r.send(message.Reply, phone1, "meanwhile", time.Hour)
	r.run()
	r.eventually("what was queued meanwhile", func() bool { return len(smsc.Written(phone1)) == 2 })
	require.Equal(t, 2, smsc.Count("bind"))
}

func TestForeignSMSCIsAskedAboutSilentSegments(t *testing.T) {
	t.Parallel()
	smsc := foreign.Start(t)
	r := newRig(t, Link{Name: "npm", Addr: recorded(t, smsc.Addr), SystemID: "okno", Password: foreign.Password, Query: true})
	r.options.tune.silence = 100 * time.Millisecond
	r.run()
	r.send(message.Notice, "+77010000404", "hi", time.Hour)
	r.eventuallyStates("+77010000404", message.Undeliverable)
	require.Equal(t, 1.0, r.metric("okno_sms_queries_total", "npm", "undeliverable"))
}
