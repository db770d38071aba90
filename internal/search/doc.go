// Package search says what a person looks for, and by which words something is found. It is pure: it knows no storage and no keys. What it
// gives is keyed before it is kept: nobody who reads the index reads the words.
package search
