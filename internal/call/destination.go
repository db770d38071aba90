package call

import "time"

// Destination is a telephone outside to which calls may be passed on. They are named in the configuration: agents call no other number.
type Destination struct {
	Name   string            `yaml:"name"`
	Number string            `yaml:"number"` // as the trunk takes it: E.164, or a short number
	Title  map[string]string `yaml:"title"`  // by language
}

// OutsideRing is how long a telephone outside may ring.
const OutsideRing = 40 * time.Second
