package s3

import "time"

// NewHurried is New with limits that a test can wait for.
func NewHurried(c Config) (*Store, error) {
	return newStore(c, limits{connect: 5 * time.Second, answer: 100 * time.Millisecond, quiet: 100 * time.Millisecond, whole: 2 * time.Second})
}
