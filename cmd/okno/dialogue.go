package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/sms/text"
)

type dialogueCommand struct {
	Check dialogueCheck `cmd:"" help:"Find what would go wrong: dead ends, missing texts, keys used twice. Each finding with file, line and advice."`
	Try   dialogueTry   `cmd:"" help:"Hold the conversation in this terminal, as a phone, by SMS or by USSD."`

	Publish  dialoguePublish  `cmd:"" help:"Have new calls and messages begin with a dialogue, on all nodes and without a restart."`
	Versions dialogueVersions `cmd:"" help:"List what was published: which version, when, by whom and why."`
	Export   dialogueExport   `cmd:"" help:"Write the files of a version into a folder: to keep them elsewhere, or to have its prompts recorded."`
	Rollback dialogueRollback `cmd:"" help:"Publish an earlier version again."`
	Withdraw dialogueWithdraw `cmd:"" help:"Have the folder count again that each node was started with."`
}

// dialogueFolder is the folder of a dialogue, or the one that Okno comes with.
type dialogueFolder struct {
	Folder string `arg:"" optional:"" type:"existingdir" help:"Folder with dialogue.yaml and texts/. Default: the dialogue that Okno comes with."`
}

func (f dialogueFolder) read() (*dialogue.Definition, map[string]string, error) {
	var files fs.FS = line.Files
	if f.Folder != "" {
		files = os.DirFS(f.Folder)
	}
	source, err := dialogue.Source(files)
	if err != nil {
		return nil, nil, err
	}
	d, err := dialogue.Parse(source, vocabulary())
	return d, source, err
}

// vocabulary is what a dialogue is checked against.
func vocabulary() *dialogue.Vocabulary {
	v := conversation.Vocabulary(text.Segments)
	v.Latin = func(l dialogue.Language, s string) string { return text.Latin(string(l), s) }
	return v
}

// checked refuses a dialogue that has findings.
func (f dialogueFolder) checked() (*dialogue.Definition, map[string]string, error) {
	d, source, err := f.read()
	if err != nil {
		return nil, nil, err
	}
	if findings := d.Check(); len(findings) > 0 {
		return nil, nil, fmt.Errorf("dialogue: %s (and %d more; see okno dialogue check)", findings[0], len(findings)-1)
	}
	return d, source, nil
}

type dialogueCheck struct{ dialogueFolder }

func (c dialogueCheck) Run() error {
	d, _, err := c.read()
	var findings dialogue.FindingsError // of files that cannot be read
	if err != nil && !errors.As(err, &findings) {
		return err
	}
	if d != nil {
		findings = d.Check()
	}
	for _, f := range findings {
		fmt.Fprintln(os.Stderr, f)
	}
	if len(findings) > 0 {
		return silentError{}
	}
	fmt.Printf("dialogue %s, version %s: %d nodes, no findings\n", d.Name, d.Version, len(d.Nodes))
	return nil
}
