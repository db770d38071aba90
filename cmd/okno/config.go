package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v3"

	"okno/agentdesk"
	"okno/internal/access"
	"okno/internal/api"
	"okno/internal/call"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/kms"
	"okno/internal/phone"
	"okno/internal/sso"
	"okno/sms"
	"okno/sms/gateway"
)

// config is okno.yaml; deploy/okno.example.yaml shows and explains every key.
type config struct {
	DatabaseURL string `yaml:"database_url"`
	ReportURL   string `yaml:"database_report_url"`
	NATSURL     string `yaml:"nats_url"`
	Secret      string `yaml:"secret"`
	// AcceptedSecrets are those of before, or to come, while the secret is replaced on the nodes.
	AcceptedSecrets []string          `yaml:"accepted_secrets"`
	Keys            []keyConfig       `yaml:"keys"`
	KMS             kms.Config        `yaml:"kms"`
	HTTP            httpConfig        `yaml:"http"`
	Roles           []string          `yaml:"roles"`
	SMS             smsConfig         `yaml:"sms"`
	OTP             otpConfig         `yaml:"otp"`
	Citizens        citizensConfig    `yaml:"citizens"`
	Voice           voiceConfig       `yaml:"voice"`
	Speech          speechConfig      `yaml:"speech"`
	Desk            deskConfig        `yaml:"desk"`
	Audit           auditConfig       `yaml:"audit"`
	Privacy         privacyConfig     `yaml:"privacy"`
	Attachments     attachmentsConfig `yaml:"attachments"`
	Reports         reportsConfig     `yaml:"reports"`
	Log             logConfig         `yaml:"log"`
	Demo            demoConfig        `yaml:"demo"`
	Open311         open311Config     `yaml:"open311"`
}

// open311Config is the block open311 of okno.yaml.
type open311Config struct {
	Jurisdiction string `yaml:"jurisdiction"` // jurisdiction_id; "": whatever is asked for
}

// mostBody bounds the body of a request that may have more than others.
func mostBody(r *http.Request) int64 { return max(agentdesk.MostBody(r), api.MostBody(r)) }

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
	edge.Listener `yaml:",inline"`
	Internal      edge.Listener `yaml:"internal"` // /metrics, /sms/links and the reasons of /readyz
	Hosts         edge.Hosts    `yaml:"hosts"`    // names by which browsers reach it
	Connect       []string      `yaml:"connect"`  // origins of websockets beside it, and beside those of the Asterisks
	Proxies       []string      `yaml:"proxies"`  // whose X-Forwarded-For and X-Forwarded-Proto count
}

type deskConfig struct {
	SecondFactor []access.Role     `yaml:"second_factor"` // the roles that set up a second factor before anything else
	SSO          sso.Config        `yaml:"sso"`
	Replies      agentdesk.Replies `yaml:"replies"`
}

type logConfig struct {
	Format string `yaml:"format"`
	Level  string `yaml:"level"`
}

type voiceConfig struct {
	Asterisks []asteriskConfig `yaml:"asterisks"`
	Espeak    string           `yaml:"espeak"` // the program; default espeak-ng
	Clips     string           `yaml:"clips"`  // where Okno renders clips, and Asterisk reads them
	// Engines speak languages in the place of espeak-ng.
	Engines    map[dialogue.Language]engineConfig `yaml:"engines"`
	Recordings string                             `yaml:"recordings"` // the folder of a person's recordings
	Recorded   []dialogue.Language                `yaml:"recorded"`   // languages that are spoken by recordings
	// Outside are the telephones outside to which operators may pass calls on.
	Outside []call.Destination `yaml:"outside"`
}

type asteriskConfig struct {
	Name     string `yaml:"name"`
	ARIURL   string `yaml:"ari_url"`
	Username string `yaml:"username"`
	Password string `yaml:"password"`
	Trunk    string `yaml:"trunk"`
	CallerID string `yaml:"caller_id"`
	// CallerIDs are those of queues that have one of their own.
	CallerIDs map[string]string `yaml:"caller_ids"`
	// Outward bounds the calls to citizens: at once, and begun in a second. 0: no bound.
	Outward struct {
		Most      int     `yaml:"most"`
		PerSecond float64 `yaml:"per_second"`
		// KeepMachines puts an answering machine through as a person.
		KeepMachines bool `yaml:"keep_machines"`
	} `yaml:"outward"`
	Vouches bool   `yaml:"vouches"` // its trunk vouches for callers' numbers
	Area    string `yaml:"area"`    // the code of the area whose numbers the trunk gives without one
	SIPWS   string `yaml:"sip_ws"`  // the WebSocket on which desks register, as a browser reaches it
	SIP     string `yaml:"sip"`     // host:port at which the other Asterisks reach it
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
		HTTP:  httpConfig{Listener: edge.Listener{Listen: "127.0.0.1:8080"}, Internal: edge.Listener{Listen: "127.0.0.1:9414"}},
		Roles: allRoles,
		SMS:   smsConfig{Config: sms.Config{ShortNumber: "1414"}},
		OTP:   defaultOTP(),
		Voice: voiceConfig{Espeak: "espeak-ng", Clips: "/var/cache/okno/sounds"},
		// Vosk gives most words of a short list full confidence, and noise less than half.
		Speech: speechConfig{Confidence: 0.6},
		Desk:   deskConfig{Replies: agentdesk.DefaultReplies},
		Audit:  auditConfig{Every: 10 * time.Minute}, Privacy: privacyConfig{Logs: warnOfLogs},
		Log: logConfig{Format: "json", Level: "info"},
	}
}

// overrides are flags and environment variables that go before the file.
type overrides struct {
	Config      string   `help:"Configuration file." type:"path" env:"OKNO_CONFIG" placeholder:"FILE"`
	DatabaseURL string   `help:"Overrides database_url." env:"OKNO_DATABASE_URL" placeholder:"URL"`
	NATSURL     string   `help:"Overrides nats_url." name:"nats-url" env:"OKNO_NATS_URL" placeholder:"URL"`
	Internal    string   `help:"Overrides http.internal.listen." name:"http-internal" env:"OKNO_HTTP_INTERNAL" placeholder:"ADDR"`
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
	}{{o.DatabaseURL, &c.DatabaseURL}, {o.NATSURL, &c.NATSURL}, {o.HTTPListen, &c.HTTP.Listen}, {o.Internal, &c.HTTP.Internal.Listen}, {o.Secret, &c.Secret}} {
		if override.value != "" {
			*override.into = override.value
		}
	}
	if len(o.Roles) > 0 {
		c.Roles = o.Roles
	}
	return c, c.check()
}

var secretName = regexp.MustCompile(`\$\{(?:file:([^}]+)|([A-Za-z_][A-Za-z0-9_]*))\}`)

// mostSecret is the longest secret in a file, in bytes.
const mostSecret = 64 << 10

// secretOf gives what stands for ${NAME}, or for ${file:/path}: the file's content without the line break at its end. Errors name where
// it was looked for, and never what was found.
func secretOf(found string, lookup func(string) (string, bool)) (string, error) {
	match := secretName.FindStringSubmatch(found)
	file, name := match[1], match[2]
	if file == "" {
		value, ok := lookup(name)
		if !ok {
			return "", fmt.Errorf("the environment has no %s", name)
		}
		return value, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, mostSecret))
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}

// parse reads YAML over the defaults. ${NAME} takes a value from the environment, ${file:/path} from a file; an unknown key is an error
// with its line.
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
				value, err := secretOf(found, lookup)
				if err != nil {
					missing = append(missing, fmt.Sprintf("line %d: %v", n.Line, err))
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
	if err := tree.Decode(c); err != nil {
		return unknownKeys(err)
	}
	return nil
}

// valueSaid is a value of the file in an error of the YAML library. It may be a secret.
var valueSaid = regexp.MustCompile("(cannot unmarshal !!\\w+) `[^`]*`")

var unknownField = regexp.MustCompile(`line (\d+): field (\S+) not found in type \S+`)

// unknownKeys says what the YAML library says, in the words of a configuration.
func unknownKeys(err error) error {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	problems := make([]string, 0, len(typed.Errors))
	for _, problem := range typed.Errors {
		problems = append(problems, valueSaid.ReplaceAllString(unknownField.ReplaceAllString(problem, "line $1: unknown key $2"), "$1"))
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
	for _, secret := range c.AcceptedSecrets {
		if len(secret) < leastSecret {
			return fmt.Errorf("accepted_secrets: one is shorter than %d characters", leastSecret)
		}
	}
	if err := c.HTTP.check(); err != nil {
		return err
	}
	if err := c.SMS.Check(); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if err := c.SMS.Gateway.Check(); err != nil {
		return err
	}
	if err := c.checkKeys(); err != nil {
		return err
	}
	if err := c.Citizens.check(); err != nil {
		return err
	}
	if err := c.OTP.check(); err != nil {
		return err
	}
	if err := c.Privacy.check(); err != nil {
		return err
	}
	if err := c.Attachments.check(); err != nil {
		return err
	}
	if err := c.Reports.check(); err != nil {
		return err
	}
	for _, role := range c.Desk.SecondFactor {
		if !slices.Contains(access.Roles, role) {
			return fmt.Errorf("desk.second_factor: unknown role %q", role)
		}
	}
	if err := c.Desk.Replies.Check(); err != nil {
		return fmt.Errorf("desk.replies.%w", err)
	}
	if err := c.Desk.SSO.Check(); err != nil {
		return err
	}
	if _, err := c.Audit.places(); err != nil {
		return err
	}
	if err := c.Voice.checkEngines(); err != nil {
		return err
	}
	if err := c.Speech.check(); err != nil {
		return err
	}
	for _, a := range c.Voice.Asterisks {
		if a.Name == "" || a.ARIURL == "" {
			return errors.New("an asterisk needs a name and an ari_url")
		}
		if err := a.checkPeer(len(c.Voice.Asterisks) > 1); err != nil {
			return fmt.Errorf("asterisk %s: %w", a.Name, err)
		}
		if a.Outward.Most < 0 || a.Outward.PerSecond < 0 {
			return fmt.Errorf("asterisk %s: outward: most and per_second are 0 (no bound) or more", a.Name)
		}
		if a.Area != "" && !phone.IsArea(a.Area) {
			return fmt.Errorf("asterisk %s: area %q is no area's code, such as 727", a.Name, a.Area)
		}
	}
	for _, o := range c.Voice.Outside {
		if o.Name == "" || strings.Trim(strings.TrimPrefix(o.Number, "+"), "0123456789") != "" || o.Number == "" {
			return fmt.Errorf("voice.outside: %q, %q is no name with a number: +77272101, or 112", o.Name, o.Number)
		}
	}
	return nil
}

// checkPeer says what keeps an Asterisk from ringing the pages that are registered at another, and from being rung. Its name is a part of names in
// Asterisk's own configuration.
func (a asteriskConfig) checkPeer(several bool) error {
	if a.SIP == "" && !several {
		return nil
	}
	if _, _, err := net.SplitHostPort(a.SIP); err != nil {
		return fmt.Errorf("sip %q: of several Asterisks each needs the address at which the others reach it, 10.0.0.11:5060", a.SIP)
	}
	if !asteriskName.MatchString(a.Name) {
		return errors.New("a name has letters, digits, - and _")
	}
	return nil
}

var asteriskName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

func (c httpConfig) check() error {
	if c.Listen == "" {
		return errors.New("http.listen is missing")
	}
	if err := c.Listener.Check("http"); err != nil {
		return err
	}
	if err := c.Internal.Check("http.internal"); err != nil {
		return err
	}
	for _, host := range c.Hosts {
		if host == "" || host != strings.ToLower(host) || strings.ContainsAny(host, "/@*? ") {
			return fmt.Errorf("http.hosts: %q is no host: desk.example, or desk.example:8443", host)
		}
	}
	for _, origin := range c.Connect {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || strings.ContainsAny(origin, "; ,'") {
			return fmt.Errorf("http.connect: %q is no origin: wss://sip.example", origin)
		}
	}
	if _, err := edge.Prefixes(c.Proxies); err != nil {
		return fmt.Errorf("http.proxies: %w", err)
	}
	return nil
}

// edge is what stands before the public listener. Desks register by the Asterisks' websockets, whichever node serves these.
func (c config) edge(log zerolog.Logger) edge.Options {
	proxies, _ := edge.Prefixes(c.HTTP.Proxies) // checked
	connect := slices.Clone(c.HTTP.Connect)
	for _, a := range c.Voice.Asterisks {
		address := a.SIPWS
		if address == "" {
			address = a.ARIURL
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "; ,'") {
			continue
		}
		scheme := map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
		connect = append(connect, cmp.Or(scheme, u.Scheme)+"://"+u.Host)
	}
	return edge.Options{MostBody: mostBody, Hosts: c.HTTP.Hosts, Connect: connect, Proxies: proxies, Log: log}
}

// reservedSenders are the senders by which citizens know Okno.
func (c config) reservedSenders() []string {
	reserved := []string{c.SMS.ShortNumber}
	for _, l := range c.SMS.Links {
		if l.Sender != "" {
			reserved = append(reserved, l.Sender)
		}
	}
	return reserved
}

func (c *config) has(role string) bool { return slices.Contains(c.Roles, role) }
