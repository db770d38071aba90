package attachment

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// A file is a mark, and chunks: the length of each sealed one in four octets, big-endian, and the sealed chunk. The place of a chunk names the
// file, its number, and whether it is the last: a chunk that is moved, doubled or cut off does not open.
const (
	mark      = "OKA1"
	chunkSize = 64 << 10
	mostChunk = chunkSize + 64 // with what sealing adds
)

func placeOf(file string, number int, last bool) string {
	place := "attachment:" + file + " " + strconv.Itoa(number)
	if last {
		place += " last"
	}
	return place
}

// watched is a reader that remembers how it failed: one that ends too early is told from one that ends.
type watched struct {
	from   io.Reader
	failed error
}

// Read reads on.
func (w *watched) Read(into []byte) (int, error) {
	n, err := w.from.Read(into)
	if err != nil && err != io.EOF { //nolint:errorlint // io.EOF is never wrapped
		w.failed = err
	}
	return n, err
}

// seal writes a content of at most so many bytes in sealed chunks, and gives its length and its first bytes. Errors of reading are ErrHalf.
func seal(key Key, file string, content io.Reader, most int64, w io.Writer) (size int64, head []byte, err error) {
	if _, err := io.WriteString(w, mark); err != nil {
		return 0, nil, err
	}
	whole := &watched{from: content}
	buffered := bufio.NewReaderSize(whole, chunkSize)
	chunk := make([]byte, chunkSize)
	for number := 0; ; number++ {
		n, _ := io.ReadFull(buffered, chunk)
		_, end := buffered.Peek(1)
		size += int64(n)
		if size > most {
			return size, head, ErrTooLarge
		}
		if whole.failed != nil {
			return size, head, fmt.Errorf("%w: %w", ErrHalf, whole.failed)
		}
		if number == 0 {
			head = append(head, chunk[:min(n, 512)]...) // as much as sniffing looks at
		}
		last := end != nil
		sealed := key.Seal(placeOf(file, number, last), chunk[:n])
		if _, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(sealed))), sealed...)); err != nil {
			return size, head, err
		}
		if last {
			return size, head, nil
		}
	}
}

// opened reads the content of a sealed file. ErrBroken; or what the store failed with.
type opened struct {
	file   io.ReadCloser
	key    Key
	name   string
	number int
	begun  bool
	done   bool
	left   []byte // of the chunk that was opened last
	next   []byte // sealed; nil: there is none
}

// Read gives the next bytes; none of a chunk before all of the chunk is proved.
func (o *opened) Read(into []byte) (int, error) {
	for len(o.left) == 0 {
		if o.done {
			return 0, io.EOF
		}
		if err := o.advance(); err != nil {
			return 0, err
		}
	}
	n := copy(into, o.left)
	o.left = o.left[n:]
	return n, nil
}

func (o *opened) advance() (err error) {
	if !o.begun {
		o.begun = true
		head := make([]byte, len(mark))
		if _, err := io.ReadFull(o.file, head); err != nil {
			return cut(err)
		}
		if string(head) != mark {
			return ErrBroken
		}
		if o.next, err = o.chunk(); err != nil {
			return err
		}
	}
	if o.next == nil {
		return ErrBroken
	}
	this := o.next
	if o.next, err = o.chunk(); err != nil {
		return err
	}
	o.done = o.next == nil
	if o.left, err = o.key.Open(placeOf(o.name, o.number, o.done), this); err != nil {
		return ErrBroken
	}
	o.number++
	return nil
}

// chunk reads a sealed chunk; nil at the end of the file.
func (o *opened) chunk() ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(o.file, length[:]); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, cut(err)
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > mostChunk {
		return nil, ErrBroken
	}
	sealed := make([]byte, n)
	if _, err := io.ReadFull(o.file, sealed); err != nil {
		return nil, cut(err)
	}
	return sealed, nil
}

// cut is an error of reading a file: one that ends too early is ErrBroken, one whose store fails stays what it is.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrBroken
	}
	return err
}

// Close ends the reading.
func (o *opened) Close() error { return o.file.Close() }
