// Package smstest is a mobile operator's SMSC in a box, for the demo, tests and
// load: any number of binds, messages from citizens' phones kept until they are
// acknowledged, receipts, and refusals on demand.
//
// It speaks SMPP by Okno's own session. That the session is right is proved
// elsewhere, against SMSCs that others wrote.
package smstest
