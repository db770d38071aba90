package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"okno/internal/exchange"
)

// directory is a folder of this machine. os.Root keeps whatever an agency puts there, a link say, from leading out of it.
type directory struct {
	root *os.Root
}

func openDirectory(name string) (*directory, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	d := &directory{root}
	for _, dir := range exchange.Directories {
		if err := root.Mkdir(dir, 0o770); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, errors.Join(fmt.Errorf("make folder: %w", err), root.Close())
		}
	}
	return d, nil
}

// List is exchange.Folder's.
func (d *directory) List(ctx context.Context, dir string) (files []fs.FileInfo, err error) {
	entries, err := fs.ReadDir(d.root.FS(), dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist): // it has gone meanwhile
		case err != nil:
			return nil, err
		case left(info.Name()) && time.Since(info.ModTime()) > leftAfter:
			_ = d.root.Remove(path.Join(dir, info.Name()))
		case info.Mode().IsRegular():
			files = append(files, info)
		}
	}
	return files, ctx.Err()
}

// leftAfter is how long no write takes.
const leftAfter = time.Hour

// Read is exchange.Folder's.
func (d *directory) Read(ctx context.Context, name string, most int64) ([]byte, error) {
	file, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAll(file, most)
}

// Write is exchange.Folder's. What was written outlives a loss of power.
func (d *directory) Write(ctx context.Context, name string, content []byte) (err error) {
	hidden := temporary(name)
	file, err := d.root.OpenFile(hidden, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o660)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = d.root.Rename(hidden, name)
	}
	if err != nil {
		_ = d.root.Remove(hidden)
		return err
	}
	return d.sync(filepath.Dir(name))
}

// sync has the names of a directory outlive a loss of power.
func (d *directory) sync(dir string) error {
	opened, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

// Move is exchange.Folder's: a link to the new name fails where there is a file, which a rename would replace. A move that was interrupted
// between the two steps is found by the file being the same.
func (d *directory) Move(_ context.Context, from, to string) error {
	err := d.root.Link(from, to)
	if errors.Is(err, fs.ErrExist) {
		before, statErr := d.root.Stat(from)
		there, thereErr := d.root.Stat(to)
		if statErr != nil || thereErr != nil || !os.SameFile(before, there) {
			return errors.Join(statErr, err)
		}
		err = nil
	}
	if err != nil {
		return err
	}
	if err := d.root.Remove(from); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(d.sync(filepath.Dir(to)), d.sync(filepath.Dir(from)))
}

// Close is exchange.Folder's.
func (d *directory) Close() error { return d.root.Close() }
