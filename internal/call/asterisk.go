package call

// Asterisk is one Asterisk as all nodes know it. It is a row, which the voice node that serves it writes.
type Asterisk struct {
	Name    string
	SIPURL  string // where browsers register, by WebSocket
	Outward bool   // telephones outside can be called from there
	Address string // host:port at which the other Asterisks reach it by SIP; "" when they do not
	Secret  string // what it shows to the others
}
