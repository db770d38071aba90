package sso

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"

	"okno/internal/access"
	"okno/internal/login"
	"okno/internal/outbound"
)

// CallbackPath is where the provider sends the browser back to.
const CallbackPath = "/desk/sso/callback"

// Config is desk.sso of the configuration. Without an issuer there is no single sign-on.
type Config struct {
	Issuer       string   `yaml:"issuer"` // https://…, as the provider's discovery document says it
	ClientID     string   `yaml:"client_id"`
	ClientSecret string   `yaml:"client_secret"`
	Redirect     string   `yaml:"redirect"`     // https://HOST/desk/sso/callback
	Scopes       []string `yaml:"scopes"`       // beside openid; default: profile
	GroupsClaim  string   `yaml:"groups_claim"` // default: groups
	ACR          string   `yaml:"acr"`          // asked for (acr_values), or ""
	Strong       []string `yaml:"strong"`       // values of acr or amr that vouch for a second factor
	CAFile       string   `yaml:"ca_file"`      // PEM file of who signs the provider's certificate, if the system does not know it
	Groups       []Rule   `yaml:"groups"`
}

// Rule is what a group gives its members.
type Rule struct {
	Group     string      `yaml:"group"`
	Role      access.Role `yaml:"role"`
	Queues    []string    `yaml:"queues"`
	Languages []string    `yaml:"languages"` // default: kk, ru
}

// On says whether single sign-on is set up.
func (c Config) On() bool { return c.Issuer != "" }

// Check says what is wrong with a configuration, by its key.
func (c Config) Check() error {
	if !c.On() {
		return nil
	}
	if issuer, err := url.Parse(c.Issuer); err != nil || issuer.Scheme != "https" || issuer.Host == "" {
		return errors.New("desk.sso.issuer: https://HOST…, as the provider's discovery document has it")
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		return errors.New("desk.sso: client_id and client_secret are what the provider gave for this application")
	}
	redirect, err := url.Parse(c.Redirect)
	if err != nil || redirect.Path != CallbackPath || redirect.RawQuery != "" || !outbound.Secure(redirect) {
		return fmt.Errorf("desk.sso.redirect: https://HOST%s", CallbackPath)
	}
	if len(c.Groups) == 0 {
		return errors.New("desk.sso.groups: without a group nobody can log in")
	}
	for _, rule := range c.Groups {
		if rule.Group == "" || !slices.Contains(access.Roles, rule.Role) {
			return fmt.Errorf("desk.sso.groups: %q has the role %q: choose from %v", rule.Group, rule.Role, access.Roles)
		}
	}
	if c.CAFile != "" {
		if _, err := os.Stat(c.CAFile); err != nil {
			return fmt.Errorf("desk.sso.ca_file: %w", err)
		}
	}
	return nil
}

// Grant gives what groups open: the role of the first rule that names one of them, and the queues and languages of all such rules.
// login.ErrNoGroup.
func (c Config) Grant(groups []string) (login.Grant, error) {
	var g login.Grant
	for _, rule := range c.Groups {
		if !slices.Contains(groups, rule.Group) {
			continue
		}
		if g.Role == "" {
			g.Role = rule.Role
		}
		g.Queues = append(g.Queues, rule.Queues...)
		g.Languages = append(g.Languages, rule.Languages...)
	}
	if g.Role == "" {
		return g, login.ErrNoGroup
	}
	if len(g.Languages) == 0 {
		g.Languages = []string{"kk", "ru"}
	}
	g.Queues, g.Languages = distinct(g.Queues), distinct(g.Languages)
	return g, nil
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
