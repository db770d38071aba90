package sms

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"okno/sms/smpp"
)

// wrongName is what a bind is down for when another's certificate answers.
const wrongName = "the certificate is not for "

// downCodes are the codes of why a bind is down, by what /readyz says of it in English.
var downCodes = map[string]string{
	notYet:                           "not_yet",
	drained:                          "drained",
	"ended":                          "ended",
	"the certificate is not trusted": "untrusted",
	errNoDatabase.Error():            "no_database",
	"no answer to the bind":          "no_answer",
	smpp.ErrUnbound.Error():          "unbound",
	smpp.ErrSilent.Error():           "silent",
	smpp.ErrStalled.Error():          "stalled",
	"not connected":                  "unconnected",
}

// downCode gives the code of a reason, with the value in a page's text of it: the name of a host, or an SMPP status like 0x0D. "": it is up.
func downCode(reason string) (code, value string) {
	if reason == "" {
		return "", ""
	}
	if code, known := downCodes[reason]; known {
		return code, ""
	}
	if host, found := strings.CutPrefix(reason, wrongName); found {
		return "wrong_name", strings.Trim(host, `"`)
	}
	var status uint32
	_, _ = fmt.Sscanf(reason, "smpp status 0x%X", &status) // safeReason has no other
	return "status", fmt.Sprintf("0x%02X", status)
}

// DownCodes lists the codes of why a bind is down.
func DownCodes() []string {
	return append(slices.Sorted(maps.Values(downCodes)), "wrong_name", "status")
}
