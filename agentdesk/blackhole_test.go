package agentdesk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// A network swallows all of a page from some step of an offer on. The citizen comes to a colleague, or stays with the agent; what the page has
// asked for is done once or not at all; and the page that comes back is told which.
func TestAPageInABlackHoleAtEachStepOfAnOffer(t *testing.T) {
	t.Parallel()
	const up, down = "upstream", "downstream"
	for name, step := range map[string]struct {
		swallowed []string // from after the offer on
		before    bool     // from before it
		command   string
		code      string // of the answer to the same command, when the page is back; "": it was done
		mine      bool   // the contact is the agent's
	}{
		"nothing of the offer comes": {before: true, swallowed: []string{up, down}, command: "accept", code: "offer_gone"},
		"the accept does not come":   {swallowed: []string{up}, command: "accept", code: "offer_gone"},
		"nobody hears of the accept": {swallowed: []string{down}, command: "accept", mine: true},
		"the decline does not come":  {swallowed: []string{up, down}, command: "decline", code: "offer_gone"},
		"nobody hears of a decline":  {swallowed: []string{down}, command: "decline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			line := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "desk", "127.0.0.1:0", strings.TrimPrefix(o.server.URL, "http://"))
			require.NoError(t, line.Start())
			t.Cleanup(line.Stop)
			swallows := func() {
				for _, direction := range step.swallowed {
					_, err := line.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(`{"type": "timeout", "stream": %q, "attributes": {"timeout": 0}}`, direction)))
					require.NoError(t, err)
				}
			}
			cookie, status := o.logIn(t, floortest.Password)
			require.Equal(t, http.StatusOK, status)
			p := desktest.Open(t, "http://"+line.Listen, cookie, nil)
			require.True(t, p.Sends("set_status", m{"status": "available"})["ok"].(bool))
			boris := o.hires(t, acd.Agent{Login: "boris", Name: "Борис", Role: access.Agent, Languages: []string{"ru"}, Queues: []string{"general"}})
			colleague := o.open(t, cookieAt(t, o.server.URL, boris.Login), nil)
			require.True(t, colleague.Sends("set_status", m{"status": "available"})["ok"].(bool))

			if step.before {
				swallows()
			}
			o.writes(t, "оператор")
			offered := func() bool {
				return pgtest.Value[bool](t, o.URL, `SELECT EXISTS (SELECT FROM contacts WHERE state = 'offered' AND agent_id <> $1)`, boris.ID)
			}
			require.Eventually(t, offered, 10*time.Second, 10*time.Millisecond, "to whoever has waited longest")
			args := m{"contact": pgtest.Value[float64](t, o.URL, `SELECT id FROM contacts`)}
			if !step.before {
				p.Snapshot("an offer", inState("offered"))
				swallows()
			}
			require.NoError(t, p.Socket.WriteJSON(m{"type": "command", "id": "once", "name": step.command, "args": args}))
			if step.code != "" {
				pgtest.Exec(t, o.URL, `UPDATE offers SET expires_at = now()`)
			}
			if step.mine {
				connected := func() bool { return pgtest.Value[string](t, o.URL, `SELECT state FROM contacts`) == "connected" }
				require.Eventually(t, connected, 10*time.Second, 10*time.Millisecond)
			} else {
				colleague.Snapshot("an offer", inState("offered"))
				require.True(t, colleague.Sends("accept", args)["ok"].(bool))
			}

			back := o.open(t, cookie, p.Seen)
			answer := back.SendsAs("once", step.command, args)
			code, _ := answer["code"].(string)
			require.Equal(t, []any{step.code == "", step.code}, []any{answer["ok"], code}, answer)
			if step.mine {
				back.Snapshot("the contact", inState("connected"))
			} else {
				back.Snapshot("nothing", func(contacts []any) bool { return len(contacts) == 0 })
			}
			require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM offers WHERE state = 'accepted'`))
			require.Equal(t, step.code != "", pgtest.Value[bool](t, o.URL, `SELECT status_reason = 'not_responding' FROM agents WHERE id <> $1`, boris.ID))
		})
	}
}
