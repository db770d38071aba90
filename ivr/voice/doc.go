// Package voice turns what is to be said into clips, sound files that Asterisk plays:
//
//	fragments of a turn ──► grammar of the language ──► words ──► rendered clips ──► sound: URIs
//
// All is recorded by a person or synthesised by an engine ahead of time, kept under a hash of its content, and never made anew: one voice a language,
// digits included, and all clips as loud. It knows no calls and no dialogue beyond its fragments.
package voice
