package sms

import (
	"fmt"
	"os"
	"testing"

	"okno/sms/smstest/capture"
)

// wire records the links of all tests but those that misbehave on purpose. nil without tshark.
var wire *capture.Recorder

func TestMain(m *testing.M) {
	tshark := os.Getenv(capture.Env)
	if tshark != "" {
		wire = &capture.Recorder{}
	}
	code := m.Run()
	if code == 0 && wire != nil {
		if err := checkWire(tshark); err != nil {
			fmt.Fprintln(os.Stderr, "sms:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// checkWire wants no PDU of the whole run to be malformed, as tshark sees it.
func checkWire(tshark string) error {
	folder, err := os.MkdirTemp("", "okno-wire-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	pdus, found, err := wire.Malformed(tshark, folder)
	if err != nil {
		return err
	}
	fmt.Printf("tshark read %d PDUs of these tests\n", pdus)
	if len(found) > 0 {
		return fmt.Errorf("of %d PDUs tshark finds %d malformed: %q", pdus, len(found), found[:min(len(found), 10)])
	}
	return nil
}

// recorded is where to connect to instead of a server, so that what passes is recorded. A benchmark is not.
func recorded(t testing.TB, server string) string {
	if _, measured := t.(*testing.B); measured || wire == nil {
		return server
	}
	return wire.Through(t, server)
}
