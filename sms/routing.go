package sms

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"okno/internal/message"
)

// table is where messages go now.
type table struct {
	routes   map[string][]message.Route // by link
	prefixes []string                   // of all links
}

// route keeps the links' routes until ctx ends: it follows the orders of operators and the health of the links.
func (c *Channel) route(ctx context.Context) {
	tick := time.NewTicker(c.tune.poll / 2) // an order is heard of within a second, hint or not
	defer tick.Stop()
	unroutable := &message.Unroutable{Failure: string(NoRoute), Page: unroutablePage, Seen: map[message.Lane]message.Place{}}
	known, failing := false, false
	for rounds := 0; ; rounds++ {
		bounded, cancel := context.WithTimeout(ctx, commitTimeout)
		err := c.look(bounded, &known)
		if err == nil && rounds%2 == 0 {
			err = c.upkeepRoutes(bounded, unroutable)
		}
		cancel()
		if err != nil && !failing && ctx.Err() == nil { // once: it is tried again twice a second
			c.Log.Error().Err(err).Msg("route sms links")
		}
		failing = err != nil
		select {
		case <-c.Orders:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// unroutablePage is how many segments of each lane are looked at in a second.
const unroutablePage = 2000

// look takes the orders, judges the links, and divides the messages among them. While the database is away the last orders hold.
func (c *Channel) look(ctx context.Context, known *bool) error {
	if !*known {
		if err := c.Store.AddLinks(ctx, c.linkNames()); err != nil {
			return err
		}
		if err := c.Store.EndBinds(ctx, c.Node); err != nil { // none of ours has begun: they wait for their orders
			return err
		}
		*known = true
	}
	orders, err := c.Store.LinkOrders(ctx)
	var links []standing
	for _, l := range c.links {
		if order, ok := orders[l.Name]; ok {
			l.setOrder(order)
		}
		if e := c.judge(ctx, l); e != nil && err == nil {
			err = e
		}
		if l.sends() {
			links = append(links, l.standing())
		}
	}
	now := &table{routes: distribute(links), prefixes: prefixesOf(links)}
	if last := c.table.Swap(now); !reflect.DeepEqual(last, now) {
		c.wakeSenders()
	}
	return err
}

func (c *Channel) judge(ctx context.Context, l *link) (err error) {
	now, late := c.Clock(), 0
	if from, before, mind := l.health.due(now); mind {
		late, err = c.Store.Awaited(ctx, message.Awaited{Link: l.Name, Slots: l.slots(), From: from, Before: before})
	}
	_, was, _ := l.health.stands()
	order, _ := l.order()
	l.health.look(l.bound() || order == message.Drained, late, now) // what is ordered is no ailment
	if fitness, is, _ := l.health.stands(); is != was {
		c.Log.Warn().Str("link", l.Name).Str("ailment", string(is)).Float64("fitness", fitness).Msg("sms link's health changed")
	}
	return err
}

// upkeepRoutes ends what has no way, and tells how this node's links stand.
func (c *Channel) upkeepRoutes(ctx context.Context, u *message.Unroutable) error {
	u.Prefixes = c.table.Load().prefixes
	if len(u.Prefixes) > 0 && u.Prefixes[0] != "" {
		failed, err := c.Store.FailUnroutable(ctx, u, c.Clock())
		c.metrics.unroutable(failed)
		if err != nil {
			return err
		}
	}
	links := c.standing()
	raw, err := json.Marshal(links)
	if err != nil {
		return err
	}
	return c.Store.TellNode(ctx, c.Node, raw)
}

func (c *Channel) linkNames() []string {
	names := []string{}
	for _, l := range c.links {
		names = append(names, l.Name)
	}
	return names
}
