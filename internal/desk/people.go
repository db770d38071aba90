package desk

import (
	"time"

	"okno/internal/acd"
)

// Person is somebody who works at the desk, as an administrator sees it.
type Person struct {
	acd.Agent
	acd.Abilities
	Connected bool
	Locked    bool
	Invited   bool      // there is a link by which a password may be set
	Password  bool      // there is one
	SeenAt    time.Time // of the newest login; zero: there is none
}
