// Package text turns text into the octets of short messages and back: which
// alphabet and national tables, how many segments or pages, where to cut, what
// the user data header says, and what a delivery receipt says. It knows the
// Latin form of Cyrillic text.
//
// It knows nothing of PDUs, links or storage.
package text
