// Package ivrtest is the far end of the voice channel in tests: a second Asterisk that calls the line as a citizen and
// answers as an operator's phone, that keys, speaks and records what it hears, and a matcher that finds a clip in such a
// recording. It knows SIP, sound and nothing of Okno.
package ivrtest
