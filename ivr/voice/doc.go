// Package voice turns what is to be said into clips, sound files that Asterisk plays:
//
//	fragments of a turn ──► grammar of the language ──► words ──► recorded clip, or rendered clip ──► sound: URIs
//
// Digits and small numbers in Russian and English are recorded by people (Asterisk's sound sets). All else is
// synthesised by espeak-ng ahead of time, kept under a hash of its content, and never made anew. It knows no calls and no
// dialogue beyond its fragments.
package voice
