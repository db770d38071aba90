package main

import (
	"context"

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
	pack := voice.New(voice.Config{Espeak: c.Espeak, Folder: c.Clips, Recorded: voice.RecordedSets(c.Sounds), Log: n.log})
	p := newPrompts(pack, n.library, n.log)
	n.shelf.Renewed = p.renewed
	n.checks.Add("prompts", p.ready)
	n.parts.start("prompts", p.run)

	talk := &voiceConversation{engine: n.engine, db: n.db}
	active := ivr.ActiveCalls(n.registry, nodeName(n.config))
	var lines []*ivr.Line
	for _, a := range c.Asterisks {
		line := ivr.New(ivr.Config{
			Asterisk: ivr.Asterisk{Name: a.Name, URL: a.ARIURL, Username: a.Username, Password: a.Password, WebSocketURL: a.SIPWS},
			Node:     nodeName(n.config), Conversation: talk, Operators: talk, Store: n.db, Voice: pack, Active: active, Log: n.log,
		})
		n.checks.Add("asterisk "+a.Name, func(context.Context) error { return line.Ready() })
		n.parts.start("asterisk "+a.Name, line.Run)
		lines = append(lines, line)
	}
	n.calls = &deskCalls{lines: lines, db: n.db, log: n.log}
	n.parts.start("desk calls", n.calls.run)
	return nil
}
