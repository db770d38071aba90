// Package line holds the dialogue that Okno comes with: what a citizen hears and reads on the short number.
package line

import "embed"

// Files holds dialogue.yaml and the texts beside it.
//
//go:embed dialogue.yaml texts
var Files embed.FS
