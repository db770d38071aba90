package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"okno/internal/dialogue"
	"okno/internal/postgres/store"
	"okno/internal/publication"
)

// publish changes what is published, from what it finds, by fn.
func (o overrides) publish(ctx context.Context, why string, fn func(*store.Work, publication.Publication) (publication.Publication, error)) error {
	return o.withDatabase(ctx, func(_ config, db *store.Store) error {
		was, err := db.PublishedDialogue(ctx)
		if err != nil {
			return err
		}
		var p publication.Publication
		err = db.Do(ctx, func(w *store.Work) (err error) {
			p, err = fn(w, publication.Publication{Was: was, By: operator(), Why: why})
			return err
		})
		if err != nil {
			return err
		}
		fmt.Printf("published: %s, in the place of %s\n", versionOrFolder(p.Version), versionOrFolder(p.Was))
		return nil
	})
}

// versionOrFolder names a version; "" is the folder that a node was started with.
func versionOrFolder(version string) string {
	if version == "" {
		return "the folder of each node"
	}
	return version
}

type dialoguePublish struct {
	overrides
	Folder string `arg:"" type:"existingdir" help:"Folder with dialogue.yaml and texts/."`
	Why    string `required:"" help:"Why, for whoever reads the list of versions."`
}

func (c dialoguePublish) Run(ctx context.Context) error {
	_, files, err := dialogueFolder{c.Folder}.checked()
	if err != nil {
		return err
	}
	return c.publish(ctx, c.Why, func(w *store.Work, p publication.Publication) (publication.Publication, error) {
		return publication.Publisher{Vocabulary: vocabulary()}.Publish(ctx, w, files, p)
	})
}

// listedPublications is how many of them are listed.
const listedPublications = 50

type dialogueVersions struct{ overrides }

func (c dialogueVersions) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		all, err := db.Publications(ctx, listedPublications)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errors.New("nothing was published: the folder counts that each node was started with")
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, "VERSION\tNAME\tPUBLISHED\tBY\tWHY")
		for _, p := range all {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", versionOrFolder(p.Version), p.Name, p.At.UTC().Format(time.RFC3339), p.By, p.Why)
		}
		return out.Flush()
	})
}

type dialogueExport struct {
	overrides
	Version string `arg:"" help:"The version, as okno dialogue versions has it."`
	Folder  string `arg:"" type:"path" help:"Where to. Files of that name are overwritten."`
}

func (c dialogueExport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		files, err := db.DialogueFiles(ctx, c.Version)
		if err != nil {
			return err
		}
		for _, name := range dialogue.FileNames() {
			file := filepath.Join(c.Folder, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(file, []byte(files[name]), 0o644); err != nil {
				return err
			}
		}
		return nil
	})
}

type dialogueRollback struct {
	overrides
	Version string `arg:"" help:"The version, as okno dialogue versions has it."`
	Why     string `required:"" help:"Why, for whoever reads the list of versions."`
}

func (c dialogueRollback) Run(ctx context.Context) error {
	return c.publish(ctx, c.Why, func(w *store.Work, p publication.Publication) (publication.Publication, error) {
		p.Version = c.Version
		return publication.Publisher{Vocabulary: vocabulary()}.Republish(ctx, w, p)
	})
}

type dialogueWithdraw struct {
	overrides
	Why string `required:"" help:"Why, for whoever reads the list of versions."`
}

func (c dialogueWithdraw) Run(ctx context.Context) error {
	return c.publish(ctx, c.Why, func(w *store.Work, p publication.Publication) (publication.Publication, error) {
		return publication.Publisher{Vocabulary: vocabulary()}.Republish(ctx, w, p)
	})
}
