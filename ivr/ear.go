package ivr

import (
	"fmt"

	"okno/internal/call"
)

// earPrefix begins the ids of the bridges in which a supervisor hears a talk.
const earPrefix = "okno-ear-"

func earOf(interaction int64) string { return fmt.Sprintf("%s%d", earPrefix, interaction) }

// wantedEar is the channel by which the supervisor of a call is to hear the agent's leg, and be heard there: one for each pair of them and each
// mode, for a channel of Asterisk's that snoops does not change its mind. "" while nobody listens.
func wantedEar(of call.Call) (id string, supervisor, agent call.Leg) {
	supervisor, listens := of.Leg(call.Supervisor)
	agent, talks := of.Leg(call.Agent)
	if !listens || !talks || supervisor.State != call.LegUp || agent.State != call.LegUp || supervisor.Mode == call.Barge {
		return "", supervisor, agent
	}
	return fmt.Sprintf("%ssnoop-%s-%s-%s", call.LegPrefix, supervisor.Mode, end(supervisor.ID), end(agent.ID)), supervisor, agent
}

// end is the last part of a leg's id, which tells it from any other of its call.
func end(id string) string { return id[max(len(id)-12, 0):] }

// dropOldEar ends the ear of another mode or pair.
func (c *liveCall) dropOldEar() error {
	want, _, _ := wantedEar(c.call)
	if c.ear == "" || c.ear == want {
		return nil
	}
	if err := c.line.rest.hangup(c.ear); err != nil {
		return err
	}
	c.ear = ""
	if want != "" {
		return nil
	}
	return c.line.rest.removeBridge(earOf(c.call.Interaction))
}

// dropEar ends the ear, and its bridge.
func (c *liveCall) dropEar() {
	if c.ear == "" {
		return
	}
	c.dropLeg(c.ear)
	c.ear = ""
	if err := c.line.rest.removeBridge(earOf(c.call.Interaction)); err != nil {
		c.log.Warn().Err(err).Msg("ear's bridge stays")
	}
}

// listen gives the supervisor an ear, or that which the process before us left: Asterisk refuses a second by the same id. It takes two goes: the
// channel can be bridged only when it has come, which is told as legUp.
func (c *liveCall) listen() error {
	want, supervisor, agent := wantedEar(c.call)
	if want == "" {
		return nil
	}
	if c.ear == "" {
		c.line.route(c, 0, want)
		there, err := c.line.rest.exists(want)
		switch {
		case err != nil:
		case there:
			err = c.line.rest.follow(want)
		default:
			err = c.line.rest.snoop(agent.ID, want, supervisor.Mode == call.Whisper)
		}
		if err != nil {
			return err
		}
		c.ear = want
	}
	return c.line.rest.bridge(earOf(c.call.Interaction), supervisor.ID, want)
}
