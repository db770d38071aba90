package gateway

import (
	"net"

	"github.com/rs/zerolog"

	"okno/internal/edge"
)

// Config of the gateway. The accounts are in the database.
type Config struct {
	edge.Listener `yaml:",inline"`
}

// key is the gateway's in the configuration.
const key = "sms.gateway"

// Check says what is wrong with a configuration, or nil.
func (c Config) Check() error { return c.Listener.Check(key) }

// Open takes the port, for Serve.
func (c Config) Open(log zerolog.Logger) (net.Listener, error) {
	return c.Listener.Open(key, nil, log)
}
