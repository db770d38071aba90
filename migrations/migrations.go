// Package migrations embeds the schema. Files are run by goose in the order of their numbers, under a lock.
package migrations

import "embed"

// Files holds every migration.
//
//go:embed *.sql
var Files embed.FS
