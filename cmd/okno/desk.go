package main

import (
	"context"
	"net"
	"strings"
	"time"

	"okno/agentdesk"
	"okno/agentdesk/phone"
	"okno/agentdesk/web"
	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/news"
	"okno/internal/passkey"
	"okno/internal/postgres/store"
	"okno/internal/sso"
	"okno/sms/text"
)

// startDesk serves operators, and in the demo the citizen's phone.
func (n *node) startDesk() error {
	factor, err := n.config.factors()
	if err != nil {
		return err
	}
	changes := n.news.Follow(news.Streams, news.Contacts)
	options := agentdesk.Options{
		Store: n.db, Floor: n.floor, Segments: text.Segments, Replies: n.config.Desk.Replies, Reasons: n.library.InAllLanguages,
		DialogueQueues: func() []string { return n.library.Current().Queues() }, Hints: changes.Hints, Changed: changes.Take,
		Node: nodeName(n.config),
		Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
			return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
		},
		Page: web.Desk(), Zone: n.config.Reports.zone(), Hosts: n.config.HTTP.Hosts, Passwords: n.hashing, Factor: factor, Registrar: n.registrar,
		Services: deskServices{n}, Teller: n.teller(), Offices: n.offices, Notices: conversation.NewNotices(n.library, n.config.SMS.Writing()),
		Dialogues: n.library, Vocabulary: vocabulary(), Writing: n.config.SMS.Writing(), Outside: n.config.Voice.Outside, SecondFactor: n.config.Desk.SecondFactor, Metrics: n.registry, Log: n.log,
	}
	if options.Passkeys, err = passkey.New(n.config.site(), n.config.subkeys("passkeys"), time.Now); err != nil {
		return err
	}
	if n.files != nil {
		options.Attachments = n.files
	}
	if c := n.config.Desk.SSO; c.On() {
		if options.SSO, err = sso.New(c, n.config.subkeys("single sign-on"), time.Now); err != nil {
			return err
		}
	}
	desk := agentdesk.New(options)
	desk.Register(n.mux)
	n.parts.start("desk", desk.Run)
	if n.config.Demo.Phone {
		page := phone.Options{SMSC: n.config.Demo.SMSC, Number: n.config.SMS.ShortNumber, Page: web.Phone(), Log: n.log}
		page.Accounts = func(ctx context.Context, a call.Account, lasting time.Duration) (agentdesk.Account, error) {
			return agentdesk.NewAccount(ctx, n.db, a, lasting)
		}
		phone.New(page).Register(n.mux)
	}
	return nil
}

// site is for whom agents' keys are made: the host that stands first in http.hosts, and those below it. Without hosts it is this machine, by
// the name that browsers take for safe without TLS; keys are made for no bare address.
func (c config) site() passkey.Site {
	if len(c.HTTP.Hosts) == 0 {
		_, port, _ := net.SplitHostPort(c.HTTP.Listen)
		return passkey.Site{ID: "localhost", Origins: []string{"http://localhost:" + port}}
	}
	name := hostname(c.HTTP.Hosts[0])
	s := passkey.Site{ID: name}
	for _, host := range c.HTTP.Hosts {
		if h := hostname(host); h == name || strings.HasSuffix(h, "."+name) {
			s.Origins = append(s.Origins, "https://"+host)
		}
	}
	return s
}

// hostname is a host without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
