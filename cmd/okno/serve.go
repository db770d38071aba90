package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"okno/internal/acd"
	"okno/internal/api"
	"okno/internal/appointment"
	"okno/internal/attachment"
	"okno/internal/audit"
	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/floor"
	"okno/internal/health"
	"okno/internal/lease"
	"okno/internal/news"
	"okno/internal/otp"
	"okno/internal/password"
	"okno/internal/postgres/inbound"
	"okno/internal/postgres/store"
	"okno/ivr/voice"
	"okno/sms"
	"okno/sms/gateway"
	"okno/sms/text"
)

type serveCommand struct {
	overrides
	dialogueFolder
}

func (c serveCommand) Run(ctx context.Context) error {
	config, err := c.load()
	if err != nil {
		return err
	}
	log, err := newLog(config.Log)
	if err != nil {
		return err
	}
	n := &node{config: config, dialogue: c.dialogueFolder, log: log, registry: prometheus.NewRegistry(), checks: &health.Checks{},
		mux: http.NewServeMux(), internal: http.NewServeMux(), hashing: password.NewBudget()}
	return n.run(ctx)
}

// node is one process of Okno, with the roles that its configuration gives it.
type node struct {
	config   config
	dialogue dialogueFolder
	log      zerolog.Logger
	registry *prometheus.Registry
	checks   *health.Checks
	mux      *http.ServeMux                // what anybody may reach
	internal *http.ServeMux                // what the machine and its watchers may
	routes   atomic.Pointer[http.ServeMux] // set once the parts behind it are there
	hashing  *password.Budget

	news      *news.News
	db        *store.Store
	parts     *components
	library   *conversation.Library
	services  *catalogue.Cache
	offices   *appointment.Cache
	vault     *otp.Vault
	passwords *otp.Service
	engine    *conversation.Engine
	registrar *citizen.Registrar
	floor     *floor.Floor
	pack      *voice.Pack        // nil where there are no telephones
	files     *attachment.Keeper // nil where none are kept
}

// run starts the node's parts in order, waits for the end, and stops them in reverse.
func (n *node) run(ctx context.Context) error {
	// What cannot come back by waiting is an error now: the dialogue, the port.
	definition, files, err := n.dialogue.checked()
	if err != nil {
		return err
	}
	listener, internal, err := n.listen()
	if err != nil {
		return err
	}
	n.checks.Add("node", n.complete)
	n.parts = newComponents(n.log)
	defer n.close()
	if os.Getenv("GOGC") == "" {
		n.parts.start("garbage", boundGarbage)
	}
	if internal != nil {
		n.parts.start("internal http", serveHTTP(internal, n.inside(), n.log))
	}
	n.parts.start("http", serveHTTP(listener, n.front(), n.log))

	if n.news, err = news.Open(n.config.NATSURL); err != nil {
		return err
	}
	if err := n.awaitKeys(ctx); err != nil {
		return err
	}
	if n.db, err = openDatabase(n.config, n.news.Publish); err != nil {
		return err
	}
	n.checks.Add("database", health.Sparing(n.writable))
	if err := n.awaitDatabase(ctx); err != nil {
		return err
	}
	if err := openSeals(ctx, n.config, n.db); err != nil {
		return err
	}
	if err := n.checkLogs(ctx); err != nil {
		return err
	}

	if n.library, err = conversation.NewLibrary(ctx, definition, files, n.db, vocabulary()); err != nil {
		return err
	}
	n.checks.Tell("dialogue", n.library.Ready)
	n.pack = n.config.Voice.telephonePack(n.log)
	hints, stopHints := n.news.Subscribe(news.Catalogue)
	defer stopHints()
	n.services = catalogue.NewCache(n.db, hints, time.Now, n.log)
	moved, stopMoved := n.news.Subscribe(news.Offices)
	defer stopMoved()
	n.offices = appointment.NewCache(n.db, moved, n.log)
	passwords := n.config.subkeys("passwords")
	if n.vault, err = otp.NewVault(passwords[0], passwords[1:]...); err != nil {
		return err
	}
	if n.passwords, err = newPasswords(n.config, n.db, n.vault, conversation.NewPasscodes(n.library, n.config.SMS.Writing()), n); err != nil {
		return err
	}
	n.engine = conversation.NewEngine(n.library, n.services, n.vault, n.config.SMS.Writing(), time.Now, n.log)

	n.registrar = citizen.NewRegistrar(conversation.NewPasscodes(n.library, n.config.SMS.Writing()), text.Segments, time.Now)
	n.engine.Proves(conversation.Proving{Passwords: n.passwords, Hashing: n.hashing, Registrar: n.registrar})
	n.engine.Visits(n.offices)
	n.engine.Hears(n.config.Speech.hears())
	n.floor = floor.New(func(ctx context.Context, fn func(floor.Work) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, n.engine, n.log)
	// Whoever takes in work finds all that it needs: a message that is heard without a catalogue would be answered wrong.
	if err := n.services.Fill(ctx); err != nil {
		return err
	}
	if err := n.offices.Fill(ctx); err != nil {
		return err
	}
	if err := n.startRoles(); err != nil {
		return err
	}
	n.parts.start("keys", func(ctx context.Context) error { return n.db.KeepKeys(ctx, n.log) })
	n.parts.start("catalogue", n.services.Run)
	published, stopPublished := n.news.Subscribe(news.Catalogue)
	defer stopPublished()
	n.parts.start("dialogue", func(ctx context.Context) error { return n.library.Run(ctx, published, n.log) })
	n.parts.start("offices", n.offices.Run)
	n.parts.start("passwords", n.passwords.Run)
	n.routes.Store(n.mux)
	n.log.Info().Str("http", listener.Addr().String()).Strs("roles", n.config.Roles).Str("dialogue", n.library.Current().Version).Msg("okno runs")

	select {
	case <-ctx.Done():
		n.log.Info().Msg("draining")
		n.checks.Drain()
		return nil
	case err := <-n.parts.failed:
		return err
	}
}

// complete says that all parts have been started: before, none of them can complain.
func (n *node) complete(context.Context) error {
	if n.routes.Load() == nil {
		return errors.New("starting")
	}
	return nil
}

// close stops the parts in reverse, and then what they stand on.
func (n *node) close() {
	n.parts.stop()
	if n.db != nil {
		n.db.Close()
	}
	if n.news != nil {
		n.news.Close()
	}
}

// rest waits for a while, unless ctx ends or a part fails before.
func (n *node) rest(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-n.parts.failed:
		return err
	case <-timer.C:
		return nil
	}
}

// awaitDatabase waits for the database, and brings its schema up to date.
func (n *node) awaitDatabase(ctx context.Context) error {
	const most = 10 * time.Second
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, most) {
		err := n.db.Ready(ctx)
		if err == nil {
			_, err = n.db.Migrate(ctx)
			if err == nil {
				return nil
			}
			if n.db.Ready(ctx) == nil { // it is there, and does not want what we have
				return err
			}
		}
		n.log.Warn().Err(err).Dur("again_in", pause).Msg("waiting for the database")
		if err := n.rest(ctx, pause); err != nil {
			return err
		}
	}
}

// portal does what portals ask for citizens who are logged in there.
func (n *node) portal() *citizen.Portal {
	return citizen.NewPortal(func(ctx context.Context, fn func(citizen.PortalWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, n.registrar, n.hashing, time.Now)
}

// startAudit chains the journal, and has its head kept outside the database.
func (n *node) startAudit() error {
	chain, signers := n.config.auditChain()
	n.parts.start("audit", audit.NewSealer(n.db, chain, n.log).Run)
	places, err := n.config.Audit.places()
	if err != nil || len(places) == 0 {
		return err
	}
	n.parts.start("audit anchors", audit.NewAnchorer(n.db, signers[0], n.config.Audit.Every, places, n.log).Run)
	return nil
}

// startRoles starts what the node is there for. Whoever takes in work starts last, and so stops first.
func (n *node) startRoles() error {
	n.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if n.config.has(roleVoice) || n.config.has(roleDesk) || n.config.has(roleWorker) && len(n.config.Speech.Recognition) > 0 {
		if err := n.startAttachments(); err != nil {
			return err
		}
	}
	if n.config.has(roleWorker) {
		n.registry.MustRegister(queueMetrics{n.db.QueueWaiting}, passwordMetrics{n.db, time.Now})
		n.startJobs()
		hints, _ := n.news.Subscribe(news.Contacts)
		if err := n.startAudit(); err != nil {
			return err
		}
		keeper := lease.NewKeeper(n.db, acd.LeaseName, nodeName(n.config), n.log)
		caseHints, _ := n.news.Subscribe(news.Cases)
		n.parts.start("timekeeper", cases.NewTimekeeper(n.db, caseHints, time.Now, n.log).Run)
		n.checks.Tell("hours", health.Sparing(n.hoursKnown))
		n.parts.start("distribution", acd.NewDispatcher(keeper, n.db, n.floor, hints, n.log).Run)
	}
	if n.config.has(roleAPI) {
		api.New(api.Options{Clients: n.db, Passwords: n.passwords, Reports: n.db, Citizens: n.portal(), Catalogue: n.services, Exchange: n.inbox(), Filings: n.filings(), Cases: n.db, Pages: n.db, Webhooks: n.db, Notices: n.notices(), Appointments: n.bookings(), Booked: n.db, Jurisdiction: n.config.Open311.Jurisdiction, Clock: time.Now, Log: n.log}).Register(n.mux)
	}
	if n.config.has(roleVoice) {
		if err := n.startVoice(); err != nil {
			return err
		}
	}
	if n.config.has(roleDesk) {
		if err := n.startDesk(); err != nil {
			return err
		}
	}
	if n.config.has(roleSMS) {
		if err := n.startSMS(); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) startSMS() error {
	hints, _ := n.news.Subscribe(news.MO, news.MT)
	orders, _ := n.news.Subscribe(news.Links)
	through := n.db.Through(n.engine)
	channel, err := sms.New(sms.Options{
		Config: n.config.SMS.Config, Store: smsStore{n.db, through}, Spare: n.engine.IsStop, Dial: through.Dial,
		Answer: func(ctx context.Context) (int, error) { return through.ProcessMOs(ctx, sms.AnswerBatch) },
		Hints:  hints, Orders: orders, Node: nodeName(n.config), Metrics: n.registry, Log: n.log,
	})
	if err != nil {
		return err
	}
	n.internal.Handle("GET /sms/links", channel)
	n.checks.Add("sms", func(context.Context) error { return channel.Ready() })
	n.parts.start("sms", channel.Run)
	return n.startGateway()
}

// startGateway lets agencies bind, if the configuration says where.
func (n *node) startGateway() error {
	if n.config.SMS.Gateway.Listen == "" {
		return nil
	}
	listener, err := n.config.SMS.Gateway.Open(n.log)
	if err != nil {
		return err
	}
	agencies := gateway.New(gateway.Options{Store: n.db, Passwords: n.hashing, Reserved: n.config.reservedSenders(), Form: n.config.SMS.AgencyForm, Metrics: n.registry, Log: n.log})
	n.parts.start("gateway", func(ctx context.Context) error { return agencies.Serve(ctx, listener) })
	return nil
}

// nodeName tells nodes apart; one that comes back has its name again, and so what was its.
func nodeName(c config) string {
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	return host + "/" + c.HTTP.Listen
}

// smsStore is the store of the channel: what comes in is handled by the dialogue in the transaction that keeps it.
type smsStore struct {
	*store.Store
	inbound.Through
}
