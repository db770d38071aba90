package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/password"
	"okno/internal/postgres/store"
)

type agentCommand struct {
	Add      agentAdd      `cmd:"" help:"Add an agent; the password comes from standard input."`
	Passwd   agentPasswd   `cmd:"" help:"Give an agent a new password, from standard input; it ends the agent's logins."`
	Invite   agentInvite   `cmd:"" help:"Print a link, good once and for a day, by which an agent sets a password."`
	Reset    agentReset    `cmd:"" help:"Forget an agent's password, end the logins, and print a link by which the agent sets a new one."`
	Lock     agentLock     `cmd:"" help:"Lock an agent out, everywhere and at once."`
	Unlock   agentUnlock   `cmd:"" help:"Let a locked agent log in again."`
	Logout   agentLogout   `cmd:"" help:"End all logins of an agent."`
	SSO      agentSSO      `cmd:"" name:"sso" help:"Let an agent log in by single sign-on, and by no password; without --subject: by a password again."`
	Skills   agentSkills   `cmd:"" help:"Set the skills of an agent, which queues may want of whoever takes their contacts; or show them."`
	Capacity agentCapacity `cmd:"" help:"Say how much an agent has at a time: a call, a call and a conversation by SMS."`
	Logins   agentLogins   `cmd:"" help:"List an agent's logins."`
}

type agentAdd struct {
	overrides
	Login     string   `arg:"" help:"What the agent logs in with."`
	Name      string   `required:"" help:"The agent's name, as colleagues see it."`
	Role      string   `enum:"agent,supervisor,administrator,auditor" default:"agent" help:"agent, supervisor, administrator or auditor."`
	Languages []string `default:"kk,ru" help:"Languages that the agent speaks: kk, ru, en."`
	Queues    []string `help:"Queues that the agent serves."`
	Invite    bool     `help:"Ask for no password; print a link by which the agent sets one."`
	URL       string   `help:"With --invite: where browsers reach the desk." name:"url" placeholder:"https://HOST"`
	Endpoint  string   `help:"A SIP phone of Asterisk's to talk with, PJSIP/…, instead of the page." placeholder:"PJSIP/NAME"`
}

func (c agentAdd) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		var hash string // of no password: a link sets one
		if !c.Invite {
			var err error
			if hash, err = readOwnPassword(password.Person{Login: c.Login, Name: c.Name}, false); err != nil {
				return err
			}
		}
		err := db.Do(ctx, func(w *store.Work) error {
			_, err := w.SaveAgent(ctx, acd.Agent{Login: c.Login, Name: c.Name, Role: access.Role(c.Role), Languages: c.Languages, Queues: c.Queues, Endpoint: c.Endpoint}, hash)
			return err
		})
		if err != nil || !c.Invite {
			return err
		}
		return invite(ctx, cfg, db, c.Login, c.URL, nil)
	})
}

type agentPasswd struct {
	overrides
	Login string `arg:"" help:"Whose password."`
}

func (c agentPasswd) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		agent, _, err := db.AgentByLogin(ctx, c.Login)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Login, err)
		}
		hash, err := readOwnPassword(password.Person{Login: c.Login, Name: agent.Name}, agent.Enrolled)
		if err != nil {
			return err
		}
		return db.Do(ctx, func(w *store.Work) error { return w.SetPassword(ctx, c.Login, hash) })
	})
}

// readPassword takes a machine's password from standard input.
func readPassword() (hash string, err error) {
	line, err := readSecret()
	if err != nil {
		return "", err
	}
	return password.Hash(line)
}

// readOwnPassword takes a person's password from standard input, and says what is wrong with it.
func readOwnPassword(of password.Person, secondFactor bool) (hash string, err error) {
	line, err := readSecret()
	if err == nil {
		err = password.Check(line, of, secondFactor)
	}
	if err != nil {
		return "", err
	}
	return password.Hash(line)
}

// readSecret takes a line from standard input, so that a password is in no list of processes and no history.
func readSecret() (string, error) {
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprint(os.Stderr, "Password: ")
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.Join(errors.New("no password on standard input"), err)
	}
	return line, nil
}
