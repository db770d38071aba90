// Package deploy carries the configuration that installations and the sandbox share, so that what is tested is what is
// deployed. It knows nothing of who writes it where.
package deploy

import (
	"embed"
)

// Asterisk is Asterisk's configuration: the .conf files lie in the folder asterisk, and asterisk/site.example shows the
// small files that each site writes for itself, in a folder named site beside the .conf files.
//
//go:embed asterisk
var Asterisk embed.FS

// Roles is one statement that makes the database roles, and gives each the least that it needs.
//
//go:embed postgres/roles.sql
var Roles string
