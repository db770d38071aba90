package sms

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/text"
)

// Config of the channel.
type Config struct {
	ShortNumber string `yaml:"short_number"` // or a name of up to 11 letters; what citizens see as the sender
	Quiet       Quiet  `yaml:"quiet"`        // when no notice is sent
	Flood       Flood  `yaml:"flood"`        // how much is heard of one citizen
	Links       []Link `yaml:"links"`

	Transliterate []message.Lane `yaml:"transliterate"` // whose texts go in Latin letters
}

// Flood is how many messages of one citizen are heard in a time; on all nodes together.
type Flood struct {
	Messages int           `yaml:"messages"` // default 20
	Thread   int           `yaml:"thread"`   // of one who waits for an operator or is in a thread with one; default three times as many
	Within   time.Duration `yaml:"within"`   // default 1 m
	Parts    int           `yaml:"parts"`    // of long messages that may wait for the rest; default 64
}

// limit is never none: one phone that writes by itself would be answered for ever.
func (f Flood) limit() message.Limit {
	messages := cmp.Or(f.Messages, 20)
	return message.Limit{Messages: messages, Thread: cmp.Or(f.Thread, 3*messages), Within: cmp.Or(f.Within, time.Minute), Parts: cmp.Or(f.Parts, 64)}
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
	CAFile     string   `yaml:"ca_file"`     // PEM, of who signs that certificate; default: the system's

	Binds        int    `yaml:"binds"` // how many, or how many pairs; default 1
	AddressRange string `yaml:"address_range"`
	SourceTON    *byte  `yaml:"source_ton"` // SMPP 3.4 §5.2.5, §5.2.6; default: after the sender
	SourceNPI    *byte  `yaml:"source_npi"`
	DestTON      *byte  `yaml:"dest_ton"` // default 1 and 1: international, E.164
	DestNPI      *byte  `yaml:"dest_npi"`
	Sender       string `yaml:"sender"` // instead of short_number

	BindTimeout   time.Duration `yaml:"bind_timeout"`   // to connect and bind; default 10 s
	AnswerTimeout time.Duration `yaml:"answer_timeout"` // for an answer to a submit or an enquiry; default 10 s
	WriteTimeout  time.Duration `yaml:"write_timeout"`  // that the SMSC may refuse to read; default 10 s
	EnquireEvery  time.Duration `yaml:"enquire_every"`  // of silence; default 30 s

	Priority       int           `yaml:"priority"`        // of links with the same prefix; the least goes first
	Cost           float64       `yaml:"cost"`            // of a segment, in a currency of your choice; of equal priority the cheapest goes first
	Weight         int           `yaml:"weight"`          // parts of the traffic among those that cost the same; default 1
	Receipts       *bool         `yaml:"receipts"`        // are asked for; default true. Without them accepted is the last that is known
	ReceiptsWithin time.Duration `yaml:"receipts_within"` // later ones speak against the link; 0: they never do
	Query          bool          `yaml:"query"`           // the SMSC answers query_sm

	Alphabet     text.Alphabet `yaml:"alphabet"`      // what the SMSC means by data_coding 0: gsm (default), latin1, utf-8, windows-1251, packed
	LittleEndian bool          `yaml:"little_endian"` // of UCS2 without a byte-order mark
	ReceiptIDs   text.Notation `yaml:"receipt_ids"`   // beside those of the answers: same, decimal (answered in hexadecimal), hex (the reverse); "": it is learned
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
	if c.Flood.Messages < 0 || c.Flood.Thread < 0 || c.Flood.Within < 0 || c.Flood.Parts < 0 {
		faults = append(faults, errors.New("sms: flood cannot be negative"))
	}
	for _, l := range c.Transliterate {
		if !slices.Contains(message.Lanes, l) {
			faults = append(faults, fmt.Errorf("sms: transliterate %q is none of otp, reply, notice", l))
		}
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
		if l.Binds < 0 || l.Weight < 0 || l.Cost < 0 {
			fault("binds, weight and cost cannot be negative")
		}
		if min(l.BindTimeout, l.AnswerTimeout, l.WriteTimeout, l.EnquireEvery) < 0 {
			fault("a timeout cannot be negative")
		}
		if l.ReceiptsWithin < 0 || l.ReceiptsWithin > mostReceiptsWithin {
			fault("receipts_within is at most %v", mostReceiptsWithin)
		}
		if l.ReceiptsWithin > 0 && !l.wantsReceipts() {
			fault("receipts_within needs receipts")
		}
		if err := l.reading().Check(); err != nil {
			fault("%v", err)
		}
		if l.ReceiptIDs != text.AnyNotation && !slices.Contains(text.Notations, l.ReceiptIDs) {
			fault("receipt_ids %q is none of %v", l.ReceiptIDs, text.Notations)
		}
		for _, p := range l.Prefixes {
			if p == "" || strings.Trim(strings.TrimPrefix(p, "+"), "0123456789") != "" {
				fault("prefix %q is not a number", p)
			}
		}
	}
	return errors.Join(faults...)
}

// mostReceiptsWithin leaves a silent segment to be judged by before it is asked about.
const mostReceiptsWithin = 5 * time.Minute

// reading is how the SMSC's messages are to be understood.
func (l Link) reading() text.Reading {
	return text.Reading{Alphabet: l.Alphabet, LittleEndian: l.LittleEndian}
}

// weight is at least 1, so that a share is never divided by nothing.
func (l Link) weight() int { return max(1, l.Weight) }

// wantsReceipts says whether the SMSC is asked for them.
func (l Link) wantsReceipts() bool { return l.Receipts == nil || *l.Receipts }

// sends says whether segments can go by the link at all.
func (l Link) sends() bool { return l.Bind != "receiver" }

// sender is what citizens see.
func (l Link) sender(shortNumber string) string { return cmp.Or(l.Sender, shortNumber) }

// modes are the binds of the link.
func (l Link) modes() []smpp.Mode {
	return slices.Repeat(l.set(), max(1, l.Binds))
}

func (l Link) set() []smpp.Mode {
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

// tls is nil for a link in clear text.
func (l Link) tls() (*tls.Config, error) {
	if !l.TLS {
		return nil, nil
	}
	name := l.ServerName
	if name == "" {
		name, _, _ = net.SplitHostPort(l.Addr)
	}
	conf := &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12}
	if l.CAFile != "" {
		pem, err := os.ReadFile(l.CAFile)
		if err != nil {
			return nil, fmt.Errorf("sms: link %s: ca_file: %w", l.Name, err)
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("sms: link %s: ca_file %s holds no certificate", l.Name, l.CAFile)
		}
	}
	return conf, nil
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
