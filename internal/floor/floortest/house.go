// Package floortest is a house for tests: a real store with a queue and agents, the real dialogue, and a floor over both. It stands in
// for none of them; what it leaves out is the telephone system, the operators' links and the pages.
package floortest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/catalogue"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/floor"
	"okno/internal/lease"
	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/otp"
	"okno/internal/password"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// Password is every agent's.
const Password = "okno-demo"

// House is a queue, "general", with agents who speak Russian, and all that moves contacts.
type House struct {
	URL     string
	DB      *store.Store
	Dialog  *dialogue.Definition
	Library *conversation.Library
	Engine  *conversation.Engine
	Floor   *floor.Floor
	Voice   lease.Lease // of the Asterisk "ast1"
	ACD     lease.Lease // of the dispatcher
	Agents  []acd.Agent
}

// OneSegment stands for the SMS channel's count.
func OneSegment(string) int { return 1 }

// OnePage stands for the pages of the USSD channel.
func OnePage(text, _ string) []string { return []string{text} }

// New builds a house with a number of agents, who are available and connected.
func New(t testing.TB, agents int) *House {
	t.Helper()
	h := Build(t, pgtest.URL(t), nil)
	h.Voice = h.Lease(t, "voice:ast1")
	h.AddAgents(t, agents)
	return h
}

// AddAgents adds the queue and a number of agents, who are available and connected.
func (h *House) AddAgents(t testing.TB, agents int) {
	t.Helper()
	hash, err := password.Hash(Password)
	require.NoError(t, err)
	h.Do(t, func(w *store.Work) error {
		return w.SaveQueue(t.Context(), "general", map[string]string{"ru": "Общие"})
	})
	for i := range agents {
		a := acd.Agent{Login: fmt.Sprint("agent", i+1), Name: fmt.Sprint("Агент ", i+1), Role: access.Agent, Languages: []string{"ru"}, Queues: []string{"general"}}
		h.Do(t, func(w *store.Work) (err error) {
			if a.ID, err = w.SaveAgent(t.Context(), a, hash); err != nil {
				return err
			}
			return w.SetStatus(t.Context(), a.ID, acd.Available, "", "test")
		})
		require.NoError(t, h.DB.ConnectDesk(t.Context(), a.ID, time.Hour, "test"))
		h.Agents = append(h.Agents, a)
	}
}

// Build is a house on a database, without a queue, and without the lease of an Asterisk. hints may be nil.
func Build(t testing.TB, url string, hints *news.News) *House {
	t.Helper()
	h := &House{URL: url, DB: pgtest.Open(t, url)}
	if hints != nil {
		h.DB = pgtest.OpenPublishing(t, url, hints.Publish)
	}
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	vocabulary := conversation.Vocabulary(OneSegment)
	h.Dialog, err = dialogue.Parse(files, vocabulary)
	require.NoError(t, err)
	library, err := conversation.NewLibrary(t.Context(), h.Dialog, files, h.DB, vocabulary)
	require.NoError(t, err)
	vault, err := otp.NewVault([]byte("a secret for tests"))
	require.NoError(t, err)
	services := catalogue.NewCache(h.DB, nil, time.Now, zerolog.Nop())
	h.Library = library
	h.Engine = conversation.NewEngine(library, services, vault, conversation.Writing{Segments: OneSegment, Pages: OnePage}, time.Now, zerolog.Nop())
	h.Floor = floor.New(h.Units, h.Engine, zerolog.New(zerolog.NewTestWriter(t)))
	return h
}

// Units are the floor's units of work.
func (h *House) Units(ctx context.Context, fn func(floor.Work) error) error {
	return h.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
}

// Lease takes a lease, from whoever has it.
func (h *House) Lease(t testing.TB, name string) lease.Lease {
	t.Helper()
	l := lease.Lease{Name: name, Holder: "test", Instance: uuid.NewString()}
	fence, held, _, err := h.DB.AcquireLease(t.Context(), l, time.Hour)
	require.NoError(t, err)
	require.True(t, held)
	l.Fence = fence
	return l
}

// Do runs fn in one transaction.
func (h *House) Do(t testing.TB, fn func(*store.Work) error) {
	t.Helper()
	require.NoError(t, h.DB.Do(t.Context(), fn))
}

// NewCall is a call as a voice node hears of it.
func NewCall(channel, number string) call.Call {
	return call.Call{Asterisk: "ast1", Number: number, State: call.Ringing, Legs: []call.Leg{{ID: channel, Role: call.Citizen, State: call.LegRinging}}}
}

// Calls is a citizen who calls and is in the menu. It gives the interaction.
func (h *House) Calls(t testing.TB, number string) int64 {
	t.Helper()
	turn, err := h.Floor.Begin(t.Context(), h.Voice, NewCall("channel-"+uuid.NewString(), number))
	require.NoError(t, err)
	require.NoError(t, h.Floor.Answered(t.Context(), h.Voice, turn.Interaction))
	return turn.Interaction
}

// CallWaits is a citizen who has called and waits for an operator. It gives the interaction and the contact.
func (h *House) CallWaits(t testing.TB, number string) (interaction, id int64) {
	t.Helper()
	interaction = h.Calls(t, number)
	for _, keys := range []string{"2", "0"} { // Russian, an operator
		_, err := h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
		require.NoError(t, err)
	}
	return interaction, h.ContactOf(t, interaction)
}

// Writes is an SMS from a citizen. It gives the interaction.
func (h *House) Writes(t testing.TB, number, text string) (interaction int64) {
	t.Helper()
	h.Do(t, func(w *store.Work) (err error) {
		interaction, err = h.Engine.Handle(t.Context(), w, message.MO{Source: number, Text: text})
		return err
	})
	return interaction
}

// ThreadWaits is a citizen who has written and waits for an operator.
func (h *House) ThreadWaits(t testing.TB, number string) (interaction, id int64) {
	t.Helper()
	interaction = h.Writes(t, number, "оператор")
	return interaction, h.ContactOf(t, interaction)
}

// ContactOf gives the newest contact of an interaction.
func (h *House) ContactOf(t testing.TB, interaction int64) int64 {
	t.Helper()
	return pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts WHERE interaction_id = $1`, interaction)
}

// Contact gives a contact as it stands.
func (h *House) Contact(t testing.TB, id int64) (c contact.Contact) {
	t.Helper()
	h.Do(t, func(w *store.Work) (err error) {
		c, err = w.Contact(t.Context(), id)
		return err
	})
	return c
}

// Dispatch is a round of the distribution: what is decided is done. It gives the number of offers.
func (h *House) Dispatch(t testing.TB) int {
	t.Helper()
	s, err := h.DB.DistributionSnapshot(t.Context())
	require.NoError(t, err)
	if h.ACD.Fence == 0 {
		h.ACD = h.Lease(t, acd.LeaseName)
	}
	d := acd.Decide(s, time.Time{})
	require.NoError(t, h.Floor.ExpireOffers(t.Context(), h.ACD, d.Expire))
	for _, agent := range d.Absent {
		require.NoError(t, h.Floor.ReturnContacts(t.Context(), h.ACD, agent))
	}
	for _, order := range d.Orders {
		require.NoError(t, h.Floor.ExpireOrder(t.Context(), h.ACD, order))
	}
	require.NoError(t, h.Floor.EndWrapUps(t.Context(), h.ACD, d.File))
	require.NoError(t, h.Floor.MakeOffers(t.Context(), h.ACD, d.Offers))
	for _, c := range d.GiveUp {
		require.NoError(t, h.Floor.GiveUp(t.Context(), h.ACD, c))
	}
	return len(d.Offers)
}

// Accept accepts an offer in the agent's name.
func (h *House) Accept(t testing.TB, a acd.Agent, id int64) {
	t.Helper()
	h.Do(t, func(w *store.Work) error {
		_, err := h.Floor.Accept(t.Context(), w, a, id)
		return err
	})
}

// Orders takes the new orders, as the voice node.
func (h *House) Orders(t testing.TB) []call.Order {
	t.Helper()
	orders, err := h.DB.TakeOrders(t.Context(), h.Voice, "ast1")
	require.NoError(t, err)
	return orders
}

// Talks is a call that has come as far as a talk with the first agent. It gives the interaction, the contact and the order by which the
// agent's phone rang.
func (h *House) Talks(t testing.TB, number string) (interaction, id int64, o call.Order) {
	t.Helper()
	interaction, id = h.CallWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], id)
	orders := h.Orders(t)
	require.Len(t, orders, 1)
	require.NoError(t, h.Floor.Dial(t.Context(), h.Voice, orders[0], "room"))
	require.NoError(t, h.Floor.Joined(t.Context(), h.Voice, orders[0]))
	return interaction, id, orders[0]
}
