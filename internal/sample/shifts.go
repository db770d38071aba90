package sample

import (
	"slices"
	"time"

	"okno/internal/contact"
)

// zone is the region's, five hours before UTC.
var zone = time.FixedZone("+05", 5*60*60)

// shifts are what agents spent their time on, on the days on which they had contacts: in a talk, in a wrap-up, at lunch, and else available.
func (g generator) shifts(region Region, contacts []contact.Past) []contact.Time {
	var all []contact.Time
	for _, a := range region.Agents {
		days := map[time.Time][]contact.Past{}
		for _, c := range contacts {
			if c.Agent == a.Login {
				at := c.ConnectedAt.In(zone)
				day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone)
				days[day] = append(days[day], c)
			}
		}
		for day, had := range days {
			all = append(all, shift(a, day, had)...)
		}
	}
	slices.SortFunc(all, func(a, b contact.Time) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return slices.Compare([]string{a.Agent}, []string{b.Agent})
	})
	return all
}

// shift is an agent's day: from eight in the morning, or the first contact, until the last one is over.
func shift(a Agent, day time.Time, had []contact.Past) []contact.Time {
	lunch := [2]time.Time{day.Add(13 * time.Hour), day.Add(13*time.Hour + 45*time.Minute)}
	bounds := []time.Time{day.Add(8 * time.Hour), lunch[0], lunch[1]}
	var last time.Time
	for _, c := range had {
		bounds = append(bounds, c.ConnectedAt, c.ReleasedAt, c.WrappedAt)
		if c.WrappedAt.After(last) {
			last = c.WrappedAt
		}
	}
	bounds = slices.DeleteFunc(bounds, func(t time.Time) bool { return t.After(last) })
	slices.SortFunc(bounds, time.Time.Compare)
	var all []contact.Time
	for i := 1; i < len(bounds); i++ {
		t := contact.Time{Agent: a.Login, Since: bounds[i-1].UTC(), Until: bounds[i].UTC(), Doing: "available", Queues: a.Queues}
		if !t.Since.Before(lunch[0]) && t.Since.Before(lunch[1]) {
			t.Doing, t.Reason = "paused", "lunch"
		}
		within := func(from, to time.Time) bool { return !t.Since.Before(from) && t.Since.Before(to) }
		for _, doing := range []string{"wrap_up", "talking"} { // a talk goes before a wrap-up
			var queues []string
			for _, c := range had {
				if doing == "talking" && within(c.ConnectedAt, c.ReleasedAt) || doing == "wrap_up" && within(c.ReleasedAt, c.WrappedAt) {
					queues = append(queues, c.Queue)
					t.Load = min(t.Load+cost[c.Channel], 100)
				}
			}
			if len(queues) > 0 {
				slices.Sort(queues)
				t.Doing, t.Reason, t.Queues = doing, "", queues
			}
		}
		if t.Until.After(t.Since) {
			all = append(all, t)
		}
	}
	return all
}

// cost is what a contact takes of an agent's capacity.
var cost = map[string]int{"voice": 100, "sms": 20}
