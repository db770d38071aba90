package sms

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"okno/sms/smpp"
)

// Config of the channel.
type Config struct {
	ShortNumber string `yaml:"short_number"` // or a name of up to 11 letters; what citizens see as the sender
	Quiet       Quiet  `yaml:"quiet"`        // when no notice is sent
	Links       []Link `yaml:"links"`
}

// Link is a configured connection to an operator's SMSC.
type Link struct {
	Name       string   `yaml:"name"`
	Addr       string   `yaml:"addr"` // host:port
	SystemID   string   `yaml:"system_id"`
	Password   string   `yaml:"password"`
	SystemType string   `yaml:"system_type"`
	Bind       string   `yaml:"bind"`     // transceiver (default), pair (a transmitter and a receiver), transmitter or receiver
	Window     int      `yaml:"window"`   // unanswered submits a bind; default 64
	Rate       float64  `yaml:"rate"`     // segments a second; 0: no limit
	Prefixes   []string `yaml:"prefixes"` // "7701": the numbers that go by this link; none: those of no other link
	TLS        bool     `yaml:"tls"`
	ServerName string   `yaml:"server_name"` // in the SMSC's certificate; default: the host of addr
}

// Check gives all that is wrong with a configuration, or nil.
func (c Config) Check() error {
	var faults []error
	if len(c.Links) > 0 && c.ShortNumber == "" {
		faults = append(faults, errors.New("sms: short_number is missing"))
	}
	if _, err := c.Quiet.hours(); err != nil {
		faults = append(faults, err)
	}
	names := map[string]bool{}
	for i, l := range c.Links {
		fault := func(format string, args ...any) {
			faults = append(faults, fmt.Errorf("sms: link %d (%s): %s", i+1, l.Name, fmt.Sprintf(format, args...)))
		}
		if l.Name == "" || names[l.Name] {
			fault("needs a name of its own")
		}
		names[l.Name] = true
		if _, _, err := net.SplitHostPort(l.Addr); err != nil {
			fault("addr %q is not host:port", l.Addr)
		}
		if len(l.modes()) == 0 {
			fault("bind %q is none of transceiver, pair, transmitter, receiver", l.Bind)
		}
		if l.Window < 0 || l.Rate < 0 {
			fault("window and rate cannot be negative")
		}
		for _, p := range l.Prefixes {
			if p == "" || strings.Trim(strings.TrimPrefix(p, "+"), "0123456789") != "" {
				fault("prefix %q is not a number", p)
			}
		}
	}
	return errors.Join(faults...)
}

// modes are the binds of the link.
func (l Link) modes() []smpp.Mode {
	switch l.Bind {
	case "", "transceiver":
		return []smpp.Mode{smpp.Transceiver}
	case "pair":
		return []smpp.Mode{smpp.Transmitter, smpp.Receiver}
	case "transmitter":
		return []smpp.Mode{smpp.Transmitter}
	case "receiver":
		return []smpp.Mode{smpp.Receiver}
	}
	return nil
}

func (l Link) tls() *tls.Config {
	if !l.TLS {
		return nil
	}
	name := l.ServerName
	if name == "" {
		name, _, _ = net.SplitHostPort(l.Addr)
	}
	return &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12}
}

// routes are the link's prefixes as destinations begin with them; "" for any.
func (l Link) routes() []string {
	if len(l.Prefixes) == 0 {
		return []string{""}
	}
	routes := make([]string, len(l.Prefixes))
	for i, p := range l.Prefixes {
		routes[i] = "+" + strings.TrimPrefix(p, "+")
	}
	return routes
}

func (c Config) routes() []string {
	var routes []string
	for _, l := range c.Links {
		routes = append(routes, l.routes()...)
	}
	return routes
}
