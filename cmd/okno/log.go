package main

import (
	"fmt"
	"os"
	"time"

	"github.com/rs/zerolog"
)

// newLog writes JSON, or lines for people when a person looks on.
func newLog(c logConfig) (zerolog.Logger, error) {
	level, err := zerolog.ParseLevel(c.Level)
	if err != nil {
		return zerolog.Nop(), fmt.Errorf("log.level %q is none of debug, info, warn, error", c.Level)
	}
	switch c.Format {
	case "json":
		return zerolog.New(os.Stderr).Level(level).With().Timestamp().Logger(), nil
	case "console":
		return zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr, TimeFormat: time.TimeOnly}).Level(level).With().Timestamp().Logger(), nil
	}
	return zerolog.Nop(), fmt.Errorf("log.format %q is none of json, console", c.Format)
}
