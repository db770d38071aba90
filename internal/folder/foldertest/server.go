// Package foldertest is an SSH server with SFTP for tests, on this machine's files, whose connections can be cut in the middle of a word.
package foldertest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pkg/sftp"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Server is the server, with what a client needs to know of it.
type Server struct {
	Address, Known string
	Key            string // by which a client logs in

	heard, said           atomic.Int64 // octets of SFTP
	mostHeard, mostAnswer atomic.Int64 // after which the connection breaks; 0: never
}

// New starts a server for a test.
func New(t testing.TB) *Server {
	t.Helper()
	host, _ := pair(t)
	user, key := pair(t)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
		if string(offered.Marshal()) != string(user.PublicKey().Marshal()) {
			return nil, errors.New("another key")
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	s := &Server{Address: address, Known: knownhosts.Line([]string{knownhosts.Normalize(address)}, host.PublicKey()) + "\n", Key: key}
	var serving sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { s.serve(connection, config) })
		}
	})
	return s
}

// Octets gives how many octets of SFTP the server has heard and said so far.
func (s *Server) Octets() (heard, said int64) { return s.heard.Load(), s.said.Load() }

// CutAfter breaks the connection at the moment at which the server has heard, or said, so many octets more; 0: it does not.
func (s *Server) CutAfter(heard, said int64) {
	limit := func(most *atomic.Int64, so, more int64) {
		if more > 0 {
			more += so
		}
		most.Store(more)
	}
	limit(&s.mostHeard, s.heard.Load(), heard)
	limit(&s.mostAnswer, s.said.Load(), said)
}

func pair(t testing.TB) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	require.NoError(t, err)
	return signer, string(pem.EncodeToMemory(block))
}

func (s *Server) serve(connection net.Conn, config *ssh.ServerConfig) {
	defer connection.Close()
	_, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for request := range requests {
				_ = request.Reply(request.Type == "subsystem", nil)
			}
		}()
		served, err := sftp.NewServer(brittle{channel, s, connection})
		if err != nil {
			return
		}
		_ = served.Serve()
		_ = channel.Close()
	}
}

// brittle is a channel whose connection breaks after some octets.
type brittle struct {
	io.ReadWriteCloser
	*Server
	connection net.Conn
}

func (b brittle) Read(p []byte) (int, error) {
	n, err := b.ReadWriteCloser.Read(p)
	return b.within(n, err, b.heard.Add(int64(n)), &b.mostHeard)
}

func (b brittle) Write(p []byte) (int, error) {
	if most := b.mostAnswer.Load(); most > 0 {
		p = p[:max(min(int64(len(p)), most-b.said.Load()), 0)]
	}
	n, err := b.ReadWriteCloser.Write(p)
	return b.within(n, err, b.said.Add(int64(n)), &b.mostAnswer)
}

// within breaks the connection when it has had its octets. What was heard past them counts as lost.
func (b brittle) within(n int, err error, so int64, limit *atomic.Int64) (int, error) {
	most := limit.Load()
	if most == 0 || so < most {
		return n, err
	}
	_ = b.connection.Close()
	return max(n-int(so-most), 0), io.ErrUnexpectedEOF
}
