package main

import (
	"context"
	"errors"
	"io"
	"time"

	"okno/internal/attachment"
	"okno/internal/attachment/folder"
	"okno/internal/attachment/s3"
	"okno/internal/health"
	"okno/internal/privacy"
)

// attachmentsConfig is where files of cases are kept: a folder, or a bucket. Neither: cases have no files.
type attachmentsConfig struct {
	Dir string    `yaml:"dir"` // one folder for all nodes that serve desks
	S3  s3.Config `yaml:"s3"`
}

func (c attachmentsConfig) check() error {
	if c.Dir != "" && c.S3.On() {
		return errors.New("attachments: dir or s3, not both")
	}
	return c.S3.Check()
}

// files is where files are kept; nil for nowhere.
func (c attachmentsConfig) files() (attachment.Files, error) {
	switch {
	case c.Dir != "":
		return folder.New(c.Dir)
	case c.S3.On():
		return s3.New(c.S3)
	}
	return nil, nil
}

// contents reads attachments for an archive. Where no files are kept all of them are missing.
func (c config) contents(ctx context.Context) (privacy.Contents, error) {
	files, err := c.Attachments.files()
	if err != nil {
		return nil, err
	}
	return func(a privacy.Attachment) (io.ReadCloser, error) {
		if files == nil {
			return nil, attachment.ErrMissing
		}
		return attachment.NewKeeper(files).Read(ctx, a.Key, a.Stored)
	}, nil
}

// startAttachments has files kept, and sweeps them, where the configuration says a place.
func (n *node) startAttachments() error {
	files, err := n.config.Attachments.files()
	if files == nil || err != nil {
		return err
	}
	n.parts.start("attachments", attachment.NewSweeper(files, n.db.Files(), time.Now, n.registry, n.log).Run)
	n.files = attachment.NewKeeper(files)
	n.checks.Tell("attachments", health.Sparing(n.files.Ready))
	return nil
}
