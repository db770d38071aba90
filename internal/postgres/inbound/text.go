package inbound

import (
	"fmt"
	"strings"

	"okno/internal/postgres"
	"okno/internal/seal"
)

// The places for which something is sealed.
const (
	placeOfText  = "mo text"
	placeOfPart  = "mo part"
	placeOfRaw   = "mo octets"
	placeOfPage  = "ussd page"
	placeOfPDU   = "quarantine"
	fingerprints = "mo fingerprint" // the purpose of their blind indexes
	digests      = "mo part"        // and of those of parts
)

// Sealed are the columns of this package that have no data key.
var Sealed = []postgres.Sealed{
	{Table: "mo_messages", Column: "sealed", Place: placeOfText},
	{Table: "mo_messages", Column: "raw", Place: placeOfRaw},
	{Table: "sms_quarantine", Column: "raw", Place: placeOfPDU},
}

// sealText seals what a citizen wrote together with the number: of a message that could not be handled nothing else tells it.
func sealText(ring *seal.Ring, source, text string) []byte {
	return ring.Seal(placeOfText, []byte(source+"\n"+text))
}

// openText opens what a citizen wrote.
func openText(ring *seal.Ring, sealed []byte) (text string, err error) {
	plain, err := ring.Open(placeOfText, sealed)
	if err != nil {
		return "", fmt.Errorf("open text of an mo: %w", err)
	}
	_, text, _ = strings.Cut(string(plain), "\n")
	return text, nil
}

// sealOr seals octets; none stay none.
func sealOr(ring *seal.Ring, place string, octets []byte) []byte {
	if octets == nil {
		return nil
	}
	return ring.Seal(place, octets)
}
