package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"okno/sms"
	"okno/sms/gateway"
)

// config is okno.yaml; deploy/okno.example.yaml shows and explains every key.
type config struct {
	DatabaseURL string      `yaml:"database_url"`
	ReportURL   string      `yaml:"database_report_url"`
	NATSURL     string      `yaml:"nats_url"`
	Secret      string      `yaml:"secret"`
	HTTP        httpConfig  `yaml:"http"`
	Roles       []string    `yaml:"roles"`
	SMS         smsConfig   `yaml:"sms"`
	OTP         otpConfig   `yaml:"otp"`
	Voice       voiceConfig `yaml:"voice"`
	Log         logConfig   `yaml:"log"`
	Demo        demoConfig  `yaml:"demo"`
}

// demoConfig turns on what only a demo has: a citizen's phone in the browser, for any number.
type demoConfig struct {
	Phone bool   `yaml:"phone"`
	SMSC  string `yaml:"smsc"` // the simulator's HTTP address, through which the phone writes and reads
}

type smsConfig struct {
	sms.Config `yaml:",inline"`
	Gateway    gateway.Config `yaml:"gateway"`
}

type httpConfig struct {
	Listen string `yaml:"listen"`
}

type logConfig struct {
	Format string `yaml:"format"`
	Level  string `yaml:"level"`
}

type voiceConfig struct {
	Asterisks []asteriskConfig `yaml:"asterisks"`
	Espeak    string           `yaml:"espeak"` // the program; default espeak-ng
	Sounds    string           `yaml:"sounds"` // Asterisk's own recorded sounds
	Clips     string           `yaml:"clips"`  // where Okno renders clips, and Asterisk reads them
}

type asteriskConfig struct {
	Name     string `yaml:"name"`
	ARIURL   string `yaml:"ari_url"`
	Username string `yaml:"username"`
	Password string `yaml:"password"`
	Trunk    string `yaml:"trunk"`
	SIPWS    string `yaml:"sip_ws"` // the WebSocket on which desks register, as a browser reaches it
}

// The roles that a node can have.
const (
	roleVoice  = "voice"
	roleSMS    = "sms"
	roleDesk   = "desk"
	roleAPI    = "api"
	roleWorker = "worker"
)

var allRoles = []string{roleVoice, roleSMS, roleDesk, roleAPI, roleWorker}

func defaultConfig() config {
	return config{
		HTTP:  httpConfig{Listen: "127.0.0.1:8080"},
		Roles: allRoles,
		SMS:   smsConfig{Config: sms.Config{ShortNumber: "1414"}},
		OTP:   defaultOTP(),
		Voice: voiceConfig{Espeak: "espeak-ng", Sounds: "/usr/share/asterisk/sounds", Clips: "/var/lib/okno/sounds"},
		Log:   logConfig{Format: "json", Level: "info"},
	}
}

// overrides are flags and environment variables that go before the file.
type overrides struct {
	Config      string   `help:"Configuration file." type:"path" env:"OKNO_CONFIG" placeholder:"FILE"`
	DatabaseURL string   `help:"Overrides database_url." env:"OKNO_DATABASE_URL" placeholder:"URL"`
	NATSURL     string   `help:"Overrides nats_url." name:"nats-url" env:"OKNO_NATS_URL" placeholder:"URL"`
	HTTPListen  string   `help:"Overrides http.listen." name:"http-listen" env:"OKNO_HTTP_LISTEN" placeholder:"ADDR"`
	Roles       []string `help:"Overrides roles." env:"OKNO_ROLES" placeholder:"ROLE,…"`
	Secret      string   `help:"Overrides secret; better given by the environment." env:"OKNO_SECRET" placeholder:"SECRET"`
}

// load reads the configuration file, if one is named, and applies the overrides.
func (o overrides) load() (config, error) {
	c := defaultConfig()
	if o.Config != "" {
		content, err := os.ReadFile(o.Config)
		if err != nil {
			return c, err
		}
		if err := c.parse(string(content), os.LookupEnv); err != nil {
			return c, fmt.Errorf("%s: %w", o.Config, err)
		}
	}
	for _, override := range []struct {
		value string
		into  *string
	}{{o.DatabaseURL, &c.DatabaseURL}, {o.NATSURL, &c.NATSURL}, {o.HTTPListen, &c.HTTP.Listen}, {o.Secret, &c.Secret}} {
		if override.value != "" {
			*override.into = override.value
		}
	}
	if len(o.Roles) > 0 {
		c.Roles = o.Roles
	}
	return c, c.check()
}

var secretName = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// parse reads YAML over the defaults. ${NAME} takes a value from the environment; an unknown key is an error with its line.
func (c *config) parse(content string, lookup func(string) (string, bool)) error {
	var missing []string
	// Only values are filled in, after parsing, so that a secret can hold any character.
	var tree yaml.Node
	if err := yaml.Unmarshal([]byte(content), &tree); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var fill func(*yaml.Node)
	fill = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
			n.Value = secretName.ReplaceAllStringFunc(n.Value, func(found string) string {
				name := secretName.FindStringSubmatch(found)[1]
				value, ok := lookup(name)
				if !ok {
					missing = append(missing, fmt.Sprintf("line %d: the environment has no %s", n.Line, name))
				}
				return value
			})
		}
		for _, child := range n.Content {
			fill(child)
		}
	}
	fill(&tree)
	if len(missing) > 0 {
		return errors.New(strings.Join(missing, "; "))
	}
	// Strictly once for the errors, with the lines of the file; then the filled tree.
	decoder := yaml.NewDecoder(strings.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&config{}); err != nil && !errors.Is(err, io.EOF) {
		return unknownKeys(err)
	}
	if len(tree.Content) == 0 {
		return nil
	}
	return tree.Decode(c)
}

var unknownField = regexp.MustCompile(`line (\d+): field (\S+) not found in type \S+`)

// unknownKeys says what the YAML library says, in the words of a configuration.
func unknownKeys(err error) error {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	problems := make([]string, 0, len(typed.Errors))
	for _, problem := range typed.Errors {
		problems = append(problems, unknownField.ReplaceAllString(problem, "line $1: unknown key $2"))
	}
	return errors.New(strings.Join(problems, "; "))
}

// leastSecret is what keeps case numbers and passwords from being guessed: 128 bits.
const leastSecret = 16

func (c *config) check() error {
	if c.DatabaseURL == "" {
		return errors.New("database_url is missing")
	}
	for _, role := range c.Roles {
		if !slices.Contains(allRoles, role) {
			return fmt.Errorf("unknown role %q: choose from %s", role, strings.Join(allRoles, ", "))
		}
	}
	if len(c.Secret) < leastSecret {
		return fmt.Errorf("secret is missing or shorter than %d characters: set secret: ${OKNO_SECRET} to a random text, and keep it", leastSecret)
	}
	if err := c.SMS.Check(); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if err := c.SMS.Gateway.Check(); err != nil {
		return err
	}
	if err := c.OTP.check(); err != nil {
		return err
	}
	for _, a := range c.Voice.Asterisks {
		if a.Name == "" || a.ARIURL == "" {
			return errors.New("an asterisk needs a name and an ari_url")
		}
	}
	return nil
}

func (c *config) has(role string) bool { return slices.Contains(c.Roles, role) }
