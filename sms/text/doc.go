// Package text turns text into the octets of short messages and back: which
// alphabet, what national tables, how many segments, where to cut, what the user data header says,
// and what a delivery receipt says.
//
// It knows nothing of PDUs, links or storage.
package text
