package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopBudget is how long a process may take to end when asked, before it is killed.
const stopBudget = 10 * time.Second

// Command is a server process to start.
type Command struct {
	Name string // for messages
	Path string
	Args []string
	Env  []string // beside the parent's
	Dir  string

	LogFile string // stdout and stderr are appended here
	PIDFile string // identifies the process to a later EndLeftover

	// StopSignal asks for a graceful end. The process also gets it when its parent dies.
	StopSignal syscall.Signal
	// User runs the process as someone else; nil as whoever we are.
	User *syscall.Credential
}

// Process is a running Command, in a process group of its own.
type Process struct {
	command Command
	cmd     *exec.Cmd
	ended   chan struct{}
	err     error // how it ended; read it after ended is closed
}

// Start ends what an earlier run left under the same PIDFile, then starts the command.
func Start(command Command) (*Process, error) {
	if err := EndLeftover(command.PIDFile); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(command.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Name, err)
	}
	defer log.Close()
	cmd := exec.Command(command.Path, command.Args...)
	cmd.Dir = command.Dir
	cmd.Env = append(os.Environ(), command.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:    true,
		Pdeathsig:  command.StopSignal,
		Credential: command.User,
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Name, err)
	}
	p := &Process{command: command, cmd: cmd, ended: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	if err := writePIDFile(command, cmd.Process.Pid); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended, asked or not.
func (p *Process) Done() <-chan struct{} { return p.ended }

// Stop ends the process and its group: by the stop signal, after ten seconds by force.
func (p *Process) Stop() error {
	err := endGroup(p.PID(), p.command.StopSignal, p.ended)
	if err != nil {
		return fmt.Errorf("stop %s: %w", p.command.Name, err)
	}
	return remove(p.command.PIDFile)
}

// died explains an end that nobody asked for, with what the log complains of last.
func (p *Process) died() error {
	text, _ := os.ReadFile(p.command.LogFile)
	complaint := lastLine(text)
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte("FATAL")) || bytes.Contains(line, []byte("ERROR")) {
			complaint = string(bytes.TrimSpace(line))
		}
	}
	return fmt.Errorf("%s ended (%v): %s; see %s", p.command.Name, p.err, complaint, p.command.LogFile)
}

// waitReady polls until ready returns nil, the process ends, or the limit is over.
func (p *Process) waitReady(limit time.Duration, done <-chan struct{}, ready func() error) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-poll.C:
		case <-p.ended:
			return p.died()
		case <-done:
			return fmt.Errorf("%s: stopped while it was starting", p.command.Name)
		case <-deadline.C:
			return fmt.Errorf("%s is not ready after %v: %w; see %s", p.command.Name, limit, err, p.command.LogFile)
		}
	}
}

// EndLeftover ends the process that a pid file names, if that very process still lives: the file carries its start
// time and the machine's boot, so that a reused pid is never taken for it, and the signal to stop it by. No file is no
// error.
func EndLeftover(pidFile string) error {
	text, err := os.ReadFile(pidFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end leftover: %w", err)
	}
	who, stop, _ := strings.Cut(string(text), "\n")
	first, _, _ := strings.Cut(who, " ")
	pid, errPID := strconv.Atoi(first)
	signal, errSignal := strconv.Atoi(stop)
	if now, err := identity(pid); errPID == nil && errSignal == nil && err == nil && now == who {
		if err := endGroup(pid, syscall.Signal(signal), gone(pid, who)); err != nil {
			return fmt.Errorf("end leftover of %s: %w", filepath.Base(pidFile), err)
		}
	}
	return remove(pidFile)
}

// endGroup signals the group's leader, and the whole group if that does not help in time.
func endGroup(pid int, stop syscall.Signal, ended <-chan struct{}) error {
	for _, signal := range []func() error{
		func() error { return syscall.Kill(pid, stop) },
		func() error { return syscall.Kill(-pid, syscall.SIGKILL) },
	} {
		select {
		case <-ended:
			return nil
		default:
		}
		if err := signal(); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		patience := time.NewTimer(stopBudget)
		select {
		case <-ended:
		case <-patience.C:
		}
		patience.Stop()
	}
	select {
	case <-ended:
		return nil
	default:
		return fmt.Errorf("process %d does not end", pid)
	}
}

// gone is closed once the process with that identity is no more. It watches a process that is no child of ours, for
// no longer than endGroup waits.
func gone(pid int, who string) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		poll := time.NewTicker(20 * time.Millisecond)
		defer poll.Stop()
		for deadline := time.Now().Add(3 * stopBudget); time.Now().Before(deadline); <-poll.C {
			if now, err := identity(pid); err != nil || now != who {
				close(ended)
				return
			}
		}
	}()
	return ended
}

func writePIDFile(command Command, pid int) error {
	who, err := identity(pid)
	if err != nil {
		return err
	}
	content := fmt.Sprintf("%s\n%d", who, int(command.StopSignal))
	if err := os.WriteFile(command.PIDFile, []byte(content), 0o644); err != nil {
		return fmt.Errorf("write pid file: %w", err)
	}
	return nil
}

// identity is "pid starttime boot-id": starttime is field 22 of /proc/PID/stat (proc(5)), in clock ticks since boot.
// A zombie has no identity: it has ended, only its parent has not looked yet.
func identity(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", err
	}
	// the second field is the name in parentheses and may hold anything
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return "", fmt.Errorf("process %d: unreadable stat", pid)
	}
	if fields[0] == "Z" {
		return "", fmt.Errorf("process %d has ended", pid)
	}
	return fmt.Sprintf("%d %s %s", pid, fields[19], strings.TrimSpace(string(boot))), nil
}

func remove(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
