package gateway

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// Config of the gateway. The accounts are in the database.
type Config struct {
	Listen      string `yaml:"listen"`      // host:port; "": no gateway
	Certificate string `yaml:"certificate"` // PEM file, chain included; "": no TLS
	Key         string `yaml:"key"`         // its PEM file
}

// Check says what is wrong with a configuration, or nil.
func (c Config) Check() error {
	if (c.Certificate == "") != (c.Key == "") {
		return errors.New("sms: gateway needs certificate and key, or neither")
	}
	if c.Listen == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("sms: gateway listen %q is not host:port", c.Listen)
	}
	return nil
}

// Open takes the port, for Serve.
func (c Config) Open() (net.Listener, error) {
	var conf *tls.Config
	if c.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
		if err != nil {
			return nil, fmt.Errorf("sms.gateway.certificate: %w", err)
		}
		conf = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("sms.gateway.listen: %w", err)
	}
	if conf != nil {
		return tls.NewListener(listener, conf), nil
	}
	return listener, nil
}
