// Command okno is the contact centre: `okno serve` runs it, the other commands prepare, check and look after it. This
// package parses, wires and runs; what things do is told by the packages it joins.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Serve       serveCommand       `cmd:"" help:"Run Okno, with the roles that the configuration gives this node."`
	Demo        demoCommand        `cmd:"" help:"Run everything on this machine with the sample region: Postgres, Asterisk, an SMSC and Okno."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the database's schema to the newest version."`
	Sample      sampleCommand      `cmd:"" help:"Load the sample region; loading it again changes nothing."`
	Dialogue    dialogueCommand    `cmd:"" help:"Check a dialogue, try it in the terminal, publish it, or go back to an earlier one."`
	Prompts     promptsCommand     `cmd:"" help:"List, render, check and take in what callers hear; write the script for a studio."`
	Catalogue   catalogueCommand   `cmd:"" help:"Check, import or export the catalogue of services."`
	ACD         acdCommand         `cmd:"" name:"acd" help:"Simulate the distribution of calls, and say how many operators a queue needs."`
	Agent       agentCommand       `cmd:"" help:"Add an agent, give one a new password, lock one out, or look at logins."`
	Audit       auditCommand       `cmd:"" help:"Verify the journal of what was done to personal data."`
	Citizen     citizenCommand     `cmd:"" help:"Import a register of citizens; export or erase all that is kept of one."`
	Binding     bindingCommand     `cmd:"" help:"Take over which numbers prove nothing any more."`
	Keys        keysCommand        `cmd:"" help:"Rotate the keys of personal data."`
	Retention   retentionCommand   `cmd:"" help:"Show whether the rules of retention are kept."`
	Jobs        jobsCommand        `cmd:"" help:"Show background jobs; try one again, or discard it."`
	SMS         smsCommand         `cmd:"" name:"sms" help:"Show how the links to the operators stand, and pause, resume or drain one."`
	Client      clientCommand      `cmd:"" help:"Add, load, list and suspend the portals that may call the API; replace their keys."`
	OTP         otpCommand         `cmd:"" name:"otp" help:"Show what came of one-time passwords."`
	Emergency   emergencyCommand   `cmd:"" help:"Have every caller hear something first: an outage, a flood."`
	Calendar    calendarCommand    `cmd:"" help:"Import, export and check business calendars: hours, holidays, moved working days."`
	Queue       queueCommand       `cmd:"" help:"Import, export and check queues: their hours, and the rules of waiting."`
	Office      officeCommand      `cmd:"" help:"Check, import or export the offices that citizens visit by appointment."`
	Case        caseCommand        `cmd:"" help:"Take registers of cases over."`
	CaseRules   caseRulesCommand   `cmd:"" help:"Import, export and check the rules by which cases are answered in time."`
	Report      reportCommand      `cmd:"" help:"Figures of the contact centre: service level, self-service, what is asked, where citizens give up."`
	Exchange    exchangeCommand    `cmd:"" help:"Endpoints of agencies: where they take what becomes of their cases, and how that goes."`
	SMPPAccount smppAccountCommand `cmd:"" name:"smpp-account" help:"Add, list and suspend the accounts by which agencies send SMS over SMPP."`
}

// Exit statuses, as the contract gives them.
const (
	exitFailure = 1
	exitUsage   = 2
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("okno"), kong.Description("A telephone and SMS contact centre for e-government."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(os.Stderr, "okno:", err)
		return exitUsage
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "okno:", err)
		return exitUsage
	}
	// The first signal ends in order; a second one, when order takes too long, at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(); err != nil {
		var quiet silentError
		if !errors.As(err, &quiet) {
			fmt.Fprintln(os.Stderr, "okno:", err)
		}
		return exitFailure
	}
	return 0
}

// silentError fails a command that has told why already.
type silentError struct{}

func (silentError) Error() string { return "" }
