package client

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"okno/internal/dialogue"
	"okno/internal/otp"
	"okno/internal/yamlfile"
)

// File is what `okno client load` reads: clients, with the purposes for which each may have passwords sent.
type File struct {
	Clients []Entry `yaml:"clients"`
}

// Entry is one client of a file.
type Entry struct {
	Name         string         `yaml:"name"`
	Title        string         `yaml:"title"`
	Scopes       []Scope        `yaml:"scopes"`
	Addresses    []string       `yaml:"addresses"`
	Certificates []string       `yaml:"certificates"`
	Budget       *int           `yaml:"budget"`
	Agency       string         `yaml:"agency"`
	Notices      *NoticesEntry  `yaml:"notices"`
	Purposes     []PurposeEntry `yaml:"purposes"`
}

// NoticesEntry are the notices that a client may send.
type NoticesEntry struct {
	Day          *int     `yaml:"day"`
	Destinations []string `yaml:"destinations"`
	Price        string   `yaml:"price"`
}

// PurposeEntry is one purpose of a file. What is left out is [otp.Defaults].
type PurposeEntry struct {
	Name     string                       `yaml:"name"`
	Title    map[dialogue.Language]string `yaml:"title"`
	Text     map[dialogue.Language]string `yaml:"text"`
	Origins  []string                     `yaml:"origins"`
	Digits   int                          `yaml:"digits"`
	Life     time.Duration                `yaml:"life"`
	Tries    int                          `yaml:"tries"`
	Channels []otp.Channel                `yaml:"channels"`
	Language dialogue.Language            `yaml:"language"`
	Anyone   bool                         `yaml:"anyone"`
	Day      int                          `yaml:"day"`
}

// Budget is the passwords a day of a client for which nobody has said.
const Budget = 10_000

// NoticesBudget is the notices a day of a client for which nobody has said.
const NoticesBudget = 10_000

// Read reads a file strictly: an unknown key is an error with its line.
func Read(r io.Reader) (File, error) { return yamlfile.Read[File](r) }

// Client gives the client of an entry.
func (e Entry) Client() (Client, error) {
	c := Client{Name: e.Name, Title: e.Title, Scopes: e.Scopes, Certificates: e.Certificates, Budget: Budget, Agency: e.Agency}
	c.Notices.Day = NoticesBudget
	if n := e.Notices; n != nil {
		c.Notices.Destinations, c.Notices.Price = n.Destinations, n.Price
		if n.Day != nil {
			c.Notices.Day = *n.Day
		}
	}
	if c.Title == "" {
		c.Title = e.Name
	}
	if len(c.Scopes) == 0 {
		c.Scopes = DefaultScopes
	}
	if e.Budget != nil {
		c.Budget = *e.Budget
	}
	for i, fingerprint := range c.Certificates {
		c.Certificates[i] = strings.ToLower(strings.ReplaceAll(fingerprint, ":", ""))
	}
	for _, address := range e.Addresses {
		prefix, err := ParseAddress(address)
		if err != nil {
			return c, err
		}
		c.Addresses = append(c.Addresses, prefix)
	}
	return c, c.Check()
}

// ParseAddress reads an address or a network: "192.0.2.7", "10.1.0.0/16".
func ParseAddress(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, wrong("addresses", fmt.Sprintf("%q is no address and no network (10.1.0.0/16)", s))
	}
	return p.Masked(), nil
}

// Purpose gives the purpose of an entry.
func (e PurposeEntry) Purpose() otp.Purpose {
	return otp.Purpose{Name: e.Name, Titles: e.Title, Texts: e.Text, Origins: e.Origins, Digits: e.Digits, Life: e.Life, Tries: e.Tries,
		Channels: e.Channels, Language: e.Language, Anyone: e.Anyone, Day: e.Day}.WithDefaults()
}

// Check gives the clients and purposes of a file, and everything that is wrong with it. segments counts those of an SMS.
func (f File) Check(segments func(string) int) (clients []Client, purposes map[string][]otp.Purpose, problems []error) {
	purposes = map[string][]otp.Purpose{}
	if len(f.Clients) == 0 {
		problems = append(problems, errors.New("there are no clients in it"))
	}
	for _, e := range f.Clients {
		c, err := e.Client()
		if err != nil {
			problems = append(problems, fmt.Errorf("client %s: %w", e.Name, err))
			continue
		}
		if _, twice := purposes[c.Name]; twice {
			problems = append(problems, fmt.Errorf("client %s: is there twice", c.Name))
			continue
		}
		clients, purposes[c.Name] = append(clients, c), nil
		names := map[string]bool{}
		for _, entry := range e.Purposes {
			p := entry.Purpose()
			for _, err := range p.Check(c.Title, segments) {
				problems = append(problems, fmt.Errorf("client %s: %w", c.Name, err))
			}
			if names[p.Name] {
				problems = append(problems, fmt.Errorf("client %s: purpose %s: is there twice", c.Name, p.Name))
			}
			names[p.Name] = true
			purposes[c.Name] = append(purposes[c.Name], p)
		}
	}
	return clients, purposes, problems
}
