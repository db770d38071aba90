package agentdesk

import (
	"context"
	"net/http"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/desk"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/login"
)

type peopleStore interface {
	// People lists all agents.
	People(ctx context.Context) ([]desk.Person, error)
}

type accountWork interface {
	// AddAgent adds an agent without a password. The error names the field.
	AddAgent(ctx context.Context, name string, p acd.Profile, by string) (id int64, err error)
	// ChangeProfile replaces one profile by another. ended: the agent's logins have ended, because the role is another.
	ChangeProfile(ctx context.Context, agent int64, was, to acd.Profile, by string) (ended bool, err error)
	// ChangeAbilities replaces skills and capacity that somebody saw.
	ChangeAbilities(ctx context.Context, agent int64, was, to acd.Abilities, by string) error
	// Invite keeps a link by which an agent sets a password, by a hash. login.ErrFederal.
	Invite(ctx context.Context, agent int64, tokenHash []byte, lasting time.Duration, by string) error
	// ForgetPassword ends the agent's logins, too.
	ForgetPassword(ctx context.Context, agent int64, by string) error
	RemoveFactor(ctx context.Context, agent int64, by string) error
}

var errOwnAccount = &fault.Error{Kind: fault.Forbidden, Text: "ask another administrator: nobody changes the own role, or locks the own account"}

// profile is an account in requests and answers.
type profile struct {
	Name      string      `json:"name"`
	Role      access.Role `json:"role"`
	Languages []string    `json:"languages"`
	Queues    []string    `json:"queues"`
}

func (p profile) tidy() (acd.Profile, error) {
	return acd.Profile{Name: p.Name, Role: p.Role, Languages: p.Languages, Queues: p.Queues}.Tidy()
}

// people shows an administrator all accounts.
func (d *Desk) people(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ManageAgents)
	var all []desk.Person
	if err == nil {
		all, err = d.Store.People(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(all))
	for _, c := range all {
		found = append(found, object{"id": c.ID, "login": c.Login, "name": c.Name, "role": c.Role, "languages": c.Languages, "queues": c.Queues, "status": c.Status,
			"connected": c.Connected, "locked": c.Locked, "invited": c.Invited, "password": c.Password, "second_factor": c.Enrolled, "federal": c.Federal,
			"seen_at": when(c.SeenAt), "skills": c.Skills, "capacity": c.Capacity})
	}
	d.answer(w, object{"agents": found})
}

// addAgent adds an account, and gives the link by which its owner sets a password.
func (d *Desk) addAgent(w http.ResponseWriter, r *http.Request) {
	by, err := d.allowed(r, access.ManageAgents)
	var body struct {
		Login string `json:"login"`
		profile
	}
	var p acd.Profile
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 4<<10, false, &body))
	}
	if err == nil {
		err = acd.CheckLogin(body.Login)
	}
	if err == nil {
		p, err = body.tidy()
	}
	fragment, hash := login.NewInvitation()
	var id int64
	if err == nil {
		err = d.Units(r.Context(), func(w Work) (err error) {
			id, err = w.AddAgent(r.Context(), body.Login, p, floor.By(by.ID))
			return err
		})
	}
	if err == nil { // in a unit of its own, by the order of locks; without a link the account waits for another
		err = d.Units(r.Context(), func(w Work) error { return w.Invite(r.Context(), id, hash, login.InvitationLife, floor.By(by.ID)) })
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"fragment": fragment})
}

// changeAgent changes an account from what the administrator saw.
func (d *Desk) changeAgent(w http.ResponseWriter, r *http.Request) {
	by, agent, err := d.other(r, access.ManageAgents)
	var body struct {
		Was profile `json:"was"`
		To  profile `json:"to"`
	}
	var was, to acd.Profile
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 8<<10, false, &body))
	}
	if err == nil {
		was, err = body.Was.tidy()
	}
	if err == nil {
		to, err = body.To.tidy()
	}
	if err == nil && agent == by.ID && was.Role != to.Role {
		err = errOwnAccount
	}
	ended := false
	if err == nil {
		err = d.Units(r.Context(), func(w Work) (err error) {
			ended, err = w.ChangeProfile(r.Context(), agent, was, to, floor.By(by.ID))
			return err
		})
	}
	if err == nil && ended {
		d.depart(r.Context(), agent)
	}
	d.done(w, err)
}

// abilities are skills and capacity in requests.
type abilities struct {
	Skills   map[string]int `json:"skills"`
	Capacity int            `json:"capacity"`
}

// changeAbilities changes an agent's skills and capacity from what the administrator saw.
func (d *Desk) changeAbilities(w http.ResponseWriter, r *http.Request) {
	by, agent, err := d.other(r, access.ManageAgents)
	var body struct {
		Was abilities `json:"was"`
		To  abilities `json:"to"`
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 16<<10, false, &body))
	}
	if err == nil {
		err = acd.Abilities(body.To).Check()
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			return w.ChangeAbilities(r.Context(), agent, acd.Abilities(body.Was), acd.Abilities(body.To), floor.By(by.ID))
		})
	}
	d.done(w, err)
}

// invite gives a link by which an agent sets a password; what the agent had may be forgotten with it.
func (d *Desk) invite(w http.ResponseWriter, r *http.Request) {
	by, agent, err := d.other(r, access.ManageAgents)
	var body struct {
		Password     bool `json:"password"`      // is forgotten
		SecondFactor bool `json:"second_factor"` // is removed
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 1<<10, false, &body))
	}
	fragment, hash := login.NewInvitation()
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			if err := w.Invite(r.Context(), agent, hash, login.InvitationLife, floor.By(by.ID)); err != nil {
				return err
			}
			if body.SecondFactor {
				if err := w.RemoveFactor(r.Context(), agent, floor.By(by.ID)); err != nil {
					return err
				}
			}
			if body.Password {
				if err := w.ForgetPassword(r.Context(), agent, floor.By(by.ID)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	if body.Password {
		d.depart(r.Context(), agent)
	}
	d.answer(w, object{"fragment": fragment})
}
