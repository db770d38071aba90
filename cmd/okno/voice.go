package main

import (
	"context"

	"okno/internal/appointment"
	"okno/internal/catalogue"
	"okno/internal/news"
	"okno/ivr"
	"okno/ivr/voice"
)

// startVoice starts the prompts and a line for each Asterisk.
func (n *node) startVoice() error {
	c := n.config.Voice
	if len(c.Asterisks) == 0 {
		return nil
	}
	ivr.PrepareTransport()
	renderer := voice.NewRenderer(n.pack, n.library, n.config.Speech.hears(), n.log)
	renderer.Renew(spokenServices, n.services.Index())
	renderer.Renew(spokenOffices, n.offices.Directory())
	n.services.Renewed = func(_ context.Context, x *catalogue.Index) { renderer.Renew(spokenServices, x) }
	n.offices.Renewed = func(_ context.Context, d *appointment.Directory) { renderer.Renew(spokenOffices, d) }
	n.library.Prepare = renderer.Prepare
	n.checks.Add("prompts", renderer.Ready)
	n.parts.start("prompts", renderer.Run)

	active, quality := ivr.ActiveCalls(n.registry, nodeName(n.config)), ivr.CallQuality(n.registry)
	answers := n.config.Speech.answers(n.registry)
	for _, a := range c.Asterisks {
		hints, _ := n.news.Subscribe(news.Orders)
		config := ivr.Config{
			Asterisk: ivr.Asterisk{Name: a.Name, URL: a.ARIURL, Username: a.Username, Password: a.Password, WebSocketURL: a.SIPWS, Address: a.SIP, Vouches: a.Vouches, Area: a.Area, Trunk: a.Trunk, CallerID: a.CallerID, CallerIDs: a.CallerIDs, Outward: ivr.Outward(a.Outward)},
			Node:     nodeName(n.config), Floor: n.floor, Store: n.db, Voice: n.pack, Hints: hints, Active: active, Quality: quality, Speech: answers, Log: n.log,
		}
		if n.files != nil {
			config.Files = n.files
		}
		line := ivr.New(config)
		n.checks.Tell("recordings of "+a.Name, func(context.Context) error { return line.Recording() })
		n.checks.Add("asterisk "+a.Name, func(context.Context) error { return line.Ready() })
		n.parts.start("asterisk "+a.Name, line.Run)
	}
	return nil
}
