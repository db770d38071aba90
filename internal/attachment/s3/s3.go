// Package s3 keeps the files of attachments in a bucket of an S3-compatible object store. It knows nothing of what is in them: they are
// sealed.
//
// A file is gathered on this machine's disk, where it has no name, and sent as one object by one request when it is committed: the store has
// all of it or nothing. A name is used once and for one content, so every request may be repeated. What a store kept without our hearing of it
// is an object that no row names, and the sweeper's.
package s3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"okno/internal/attachment"
)

// attempts is how often a request is sent that gets no answer, 5xx, or "slow down"; pause is how long the first waits for the second.
const (
	attempts = 3
	pause    = 200 * time.Millisecond
)

// Store keeps files.
type Store struct {
	core   *minio.Core
	limits limits
	place  string // "https://s3.example/bucket", for errors
	bucket string
	prefix string // "", or ends with a slash
}

// New is over a bucket. It sends nothing: a store that is away is no reason not to start.
func New(c Config) (*Store, error) { return newStore(c, defaults) }

func newStore(c Config, l limits) (*Store, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	transport, err := newTransport(c.CAFile, l)
	if err != nil {
		return nil, err
	}
	u, _ := url.Parse(c.Endpoint) // checked
	core, err := minio.NewCore(u.Host, &minio.Options{Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: u.Scheme == "https",
		Region: cmp.Or(c.Region, "us-east-1"), Transport: transport,
		MaxRetries: 1}) // it would read a file again from its start while the attempt before still reads it: see again
	if err != nil {
		return nil, fmt.Errorf("attachments.s3: %w", err)
	}
	s := &Store{core: core, limits: l, place: u.Scheme + "://" + u.Host + "/" + c.Bucket, bucket: c.Bucket}
	if prefix := strings.Trim(c.Prefix, "/"); prefix != "" {
		s.prefix = prefix + "/"
	}
	return s, nil
}

// key is the name of a file's object: as in a folder, so that files move from one to the other by being copied.
func (s *Store) key(name string) (string, error) {
	path, err := attachment.Path(name)
	return s.prefix + path, err
}

// failed says which store failed, and by which code of S3: its message alone often says too little.
func (s *Store) failed(verb string, err error) error {
	var answer minio.ErrorResponse
	if errors.As(err, &answer) {
		return fmt.Errorf("%s %s: %s (%d): %w", verb, s.place, answer.Code, answer.StatusCode, err)
	}
	return fmt.Errorf("%s %s: %w", verb, s.place, err)
}

// again repeats a request until it succeeds, is refused, or its time is over.
func again(ctx context.Context, request func() error) (err error) {
	for n := range attempts {
		if n > 0 {
			select {
			case <-time.After(pause << n):
			case <-ctx.Done():
				return err
			}
		}
		err = request()
		status := minio.ToErrorResponse(err).StatusCode
		refused := status/100 == 4 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests
		if err == nil || refused || ctx.Err() != nil {
			return err
		}
	}
	return err
}

type draft struct {
	file  *os.File // has no name any more: nothing is left of it when the process dies
	ctx   context.Context
	store *Store
	key   string
	size  int64
}

// Ready asks the store for the first of the files.
func (s *Store) Ready(ctx context.Context) error {
	for object := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true, MaxKeys: 1}) {
		if object.Err != nil {
			return s.failed("list", object.Err)
		}
		break
	}
	if ctx.Err() != nil { // the library ends a list that was given up without a word
		return s.failed("list", context.Cause(ctx))
	}
	return nil
}

// Create begins a file.
func (s *Store) Create(ctx context.Context, name string) (attachment.Draft, error) {
	key, err := s.key(name)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "okno-attachment-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &draft{file: file, ctx: ctx, store: s, key: key}, nil
}

// Write adds to the file.
func (d *draft) Write(some []byte) (int, error) {
	n, err := d.file.Write(some)
	d.size += int64(n)
	return n, err
}

// Commit sends the file, and asks the store whether it has all of it: whatever stands in between may say yes to anything.
func (d *draft) Commit() error {
	s := d.store
	ctx, cancel := context.WithTimeoutCause(d.ctx, s.limits.whole, errSlow)
	defer cancel()
	err := again(ctx, func() error {
		content := io.NewSectionReader(d.file, 0, d.size)
		_, err := s.core.Client.PutObject(ctx, s.bucket, d.key, content, d.size,
			minio.PutObjectOptions{ContentType: "application/octet-stream", SendContentMd5: true, DisableMultipart: true})
		return err
	})
	if err == nil {
		err = again(ctx, func() error {
			kept, err := s.core.StatObject(ctx, s.bucket, d.key, minio.StatObjectOptions{})
			if err == nil && kept.Size != d.size {
				err = fmt.Errorf("%d bytes are kept, and not %d", kept.Size, d.size)
			}
			return err
		})
	}
	if err != nil {
		return s.failed("write to", errors.Join(err, slow(ctx)))
	}
	return nil
}

// Abort leaves nothing of a file that was not committed.
func (d *draft) Abort() error {
	_ = d.file.Close() // it has no name: there is nothing to lose
	return nil
}

// Open reads a file. attachment.ErrMissing.
func (s *Store) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	key, err := s.key(name)
	if err != nil {
		return nil, err
	}
	var file io.ReadCloser
	err = again(ctx, func() (err error) {
		file, _, _, err = s.core.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
		return err
	})
	switch {
	case minio.ToErrorResponse(err).Code == minio.NoSuchKey:
		return nil, attachment.ErrMissing
	case err != nil:
		return nil, s.failed("read from", err)
	}
	return file, nil
}

// Remove removes a file; one that is not there is no error.
func (s *Store) Remove(ctx context.Context, name string) error {
	key, err := s.key(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.limits.whole, errSlow)
	defer cancel()
	if err := again(ctx, func() error { return s.core.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}) }); err != nil {
		return s.failed("remove from", errors.Join(err, slow(ctx)))
	}
	return nil
}

// Walk gives all files with the time at which the store took them. There are no drafts: the store shows whole objects alone. What has another
// name is somebody else's, and left alone.
func (s *Store) Walk(ctx context.Context, _ time.Time, each func(name string, at time.Time) error) error {
	for object := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
		if object.Err != nil {
			return s.failed("list", object.Err)
		}
		name := path.Base(object.Key)
		if key, err := s.key(name); err != nil || key != object.Key {
			continue
		}
		if err := each(name, object.LastModified); err != nil {
			return err
		}
	}
	return ctx.Err() // the library ends a list that was given up without a word
}
