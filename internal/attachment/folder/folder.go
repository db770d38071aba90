// Package folder keeps the files of attachments in a folder of this machine, or one that several machines share. It knows nothing of what is
// in them: they are sealed.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"okno/internal/attachment"
)

// drafts is the folder of what is being written: in the same file system, so that a rename is atomic.
const drafts = "drafts"

// Folder keeps files.
type Folder struct{ path string }

// New is over a folder, which it makes: nobody but the process's user enters it.
func New(path string) (*Folder, error) {
	if err := os.MkdirAll(filepath.Join(path, drafts), 0o700); err != nil {
		return nil, fmt.Errorf("folder of attachments: %w", err)
	}
	for _, folder := range []string{path, filepath.Join(path, drafts)} { // made before, perhaps by somebody else's umask
		if err := os.Chmod(folder, 0o700); err != nil {
			return nil, fmt.Errorf("folder of attachments: %w", err)
		}
	}
	return &Folder{path}, nil
}

// Ready begins a draft, and drops it.
func (f *Folder) Ready(context.Context) error {
	file, err := os.CreateTemp(filepath.Join(f.path, drafts), "ready-")
	if err != nil {
		return fmt.Errorf("folder of attachments: %w", err)
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// place is a file's path.
func (f *Folder) place(name string) (string, error) {
	path, err := attachment.Path(name)
	return filepath.Join(f.path, filepath.FromSlash(path)), err
}

type draft struct {
	*os.File
	final string
	done  bool
}

// Create begins a file.
func (f *Folder) Create(_ context.Context, name string) (attachment.Draft, error) {
	final, err := f.place(name)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(f.path, drafts, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &draft{File: file, final: final}, nil
}

// Commit gives the file its name once its content is on the disk.
func (d *draft) Commit() error {
	if err := d.Sync(); err != nil {
		return err
	}
	folder := filepath.Dir(d.final)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := os.Rename(d.Name(), d.final); err != nil {
		return err
	}
	d.done = true
	return errors.Join(d.Close(), syncFolder(folder), syncFolder(filepath.Dir(folder)))
}

// syncFolder puts the names in a folder on the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Abort leaves nothing of a file that was not committed.
func (d *draft) Abort() error {
	if d.done {
		return nil
	}
	d.done = true
	return errors.Join(d.Close(), os.Remove(d.Name()))
}

// Open reads a file. attachment.ErrMissing.
func (f *Folder) Open(_ context.Context, name string) (io.ReadCloser, error) {
	path, err := f.place(name)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, attachment.ErrMissing
	}
	return file, err
}

// Remove removes a file; one that is not there is no error.
func (f *Folder) Remove(_ context.Context, name string) error {
	path, err := f.place(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Walk gives all files with the time at which they were written last, and removes drafts that nobody has written since a moment. What has
// another name is somebody else's, and left alone.
func (f *Folder) Walk(ctx context.Context, stale time.Time, each func(name string, at time.Time) error) error {
	return filepath.WalkDir(f.path, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // committed or removed meanwhile
			return nil
		}
		if err = errors.Join(err, ctx.Err()); err != nil || entry.IsDir() {
			return err
		}
		if _, other := attachment.Path(entry.Name()); other != nil {
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if filepath.Base(filepath.Dir(path)) != drafts {
			return each(entry.Name(), info.ModTime())
		}
		if info.ModTime().Before(stale) {
			if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return nil
	})
}
