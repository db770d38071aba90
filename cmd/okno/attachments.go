package main

import (
	"context"
	"io"
	"time"

	"okno/internal/attachment"
	"okno/internal/attachment/folder"
	"okno/internal/privacy"
)

// attachmentsConfig is where files of cases are kept.
type attachmentsConfig struct {
	Dir string `yaml:"dir"` // one folder for all nodes that serve desks; "": cases have no files
}

// files is the folder of attachments; nil without one.
func (c config) files() (*folder.Folder, error) {
	if c.Attachments.Dir == "" {
		return nil, nil
	}
	return folder.New(c.Attachments.Dir)
}

// contents reads attachments for an archive. Without a folder all of them are missing.
func (c config) contents(ctx context.Context) (privacy.Contents, error) {
	files, err := c.files()
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

// startAttachments gives the keeper of files, and sweeps them; nil without a folder.
func (n *node) startAttachments() (*attachment.Keeper, error) {
	files, err := n.config.files()
	if files == nil || err != nil {
		return nil, err
	}
	n.parts.start("attachments", attachment.NewSweeper(files, n.db, time.Now, n.registry, n.log).Run)
	return attachment.NewKeeper(files), nil
}
