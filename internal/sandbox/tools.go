package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Tools says where the parts are that instances are made of. A part that is not there is empty.
type Tools struct {
	AsteriskTree string // folder: Asterisk's unpacked packages, usr/ and all
	PostgresBin  string // folder: initdb, postgres
	Espeak       string // program
	Chromium     string // program
	NPM          string // folder that holds node_modules
	Kannel       string // folder: bearerbox, smsbox
	Tshark       string // program
}

// Prepare runs scripts/sandbox for the named parts (asterisk, postgres, speech, browser, smpp, kannel, tshark) and returns where they
// are. The script is looked for in the working folder and those above it. With everything there it takes
// milliseconds; the first time it downloads.
func Prepare(ctx context.Context, parts ...string) (Tools, error) {
	script, err := findScript()
	if err != nil {
		return Tools{}, err
	}
	cmd := exec.CommandContext(ctx, script, parts...)
	var said, progress bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &progress
	if err := cmd.Run(); err != nil {
		return Tools{}, fmt.Errorf("prepare %s: %w: %s", strings.Join(parts, ", "), err, lastLine(progress.Bytes()))
	}
	return parseTools(said.String()), nil
}

// FromEnvironment returns the parts that a caller of scripts/sandbox has put into the environment.
func FromEnvironment() Tools {
	return Tools{
		AsteriskTree: os.Getenv("OKNO_ASTERISK_TREE"),
		PostgresBin:  os.Getenv("OKNO_POSTGRES_BIN"),
		Espeak:       os.Getenv("OKNO_ESPEAK"),
		Chromium:     os.Getenv("OKNO_CHROMIUM"),
		NPM:          os.Getenv("OKNO_NPM"),
		Kannel:       os.Getenv("OKNO_KANNEL"),
		Tshark:       os.Getenv("OKNO_TSHARK"),
	}
}

// AsteriskSounds is the folder of the sound sets that the tree holds, one folder a language within.
func (t Tools) AsteriskSounds() string {
	return filepath.Join(t.AsteriskTree, "usr/share/asterisk/sounds")
}

func findScript() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find scripts/sandbox: %w", err)
	}
	for {
		script := filepath.Join(folder, "scripts", "sandbox")
		if info, err := os.Stat(script); err == nil && info.Mode().IsRegular() {
			return script, nil
		}
		above := filepath.Dir(folder)
		if above == folder {
			return "", errors.New("no scripts/sandbox in this folder or above: run in a checkout of Okno")
		}
		folder = above
	}
}

func parseTools(said string) Tools {
	var tools Tools
	fields := map[string]*string{
		"OKNO_ASTERISK_TREE": &tools.AsteriskTree,
		"OKNO_POSTGRES_BIN":  &tools.PostgresBin,
		"OKNO_ESPEAK":        &tools.Espeak,
		"OKNO_CHROMIUM":      &tools.Chromium,
		"OKNO_NPM":           &tools.NPM,
		"OKNO_KANNEL":        &tools.Kannel,
		"OKNO_TSHARK":        &tools.Tshark,
	}
	lines := bufio.NewScanner(strings.NewReader(said))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		if field := fields[key]; field != nil {
			*field = strings.ReplaceAll(value, `\`, "") // the script quotes for the shell: a\ b
		}
	}
	return tools
}

func lastLine(text []byte) string {
	text = bytes.TrimSpace(text)
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}
