package ivrtest

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"time"

	"github.com/google/uuid"
)

// AudioSocket's messages: a kind, a length of two bytes, and as many bytes (Asterisk's manual, "AudioSocket").
const (
	audioSocketID    = 0x01
	audioSocketSound = 0x10 // 8 kHz, 16 bits, little-endian
	frame            = 320  // 20 ms of it
)

// key makes the UUID by which a phone's AudioSocket connection will be known.
func (p *Phones) key(id string) string {
	key := uuid.New()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys[string(key[:])] = p.phones[id]
	return key.String()
}

// listen takes the phones' AudioSocket connections.
func (p *Phones) listen() {
	for {
		conn, err := p.ears.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() {
			defer conn.Close()
			p.hear(conn)
		})
	}
}

// hear keeps what comes over a connection, and sends what is to be said, or silence: a telephone is never mute.
func (p *Phones) hear(conn net.Conn) {
	in := bufio.NewReader(conn)
	var phone *Phone
	for {
		var head [3]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint16(head[1:]))
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		switch {
		case head[0] == audioSocketID:
			p.mu.Lock()
			phone = p.keys[string(body)]
			p.mu.Unlock()
			if phone == nil {
				return
			}
			p.work.Go(func() { phone.speak(conn) })
		case head[0] == audioSocketSound && phone != nil:
			phone.mu.Lock()
			phone.heard = append(phone.heard, body...)
			phone.mu.Unlock()
		}
	}
}

// speak says what is to be said, 20 ms at a time, and silence else. A tick that a busy machine left out is made up for: a gap would tear
// what is said.
func (p *Phone) speak(conn net.Conn) {
	const every = 20 * time.Millisecond
	tick := time.NewTicker(every)
	defer tick.Stop()
	for next := time.Now(); ; <-tick.C {
		for ; !next.After(time.Now()); next = next.Add(every) {
			message := make([]byte, 3+frame)
			message[0] = audioSocketSound
			binary.BigEndian.PutUint16(message[1:], frame)
			p.mu.Lock()
			p.say = p.say[copy(message[3:], p.say):]
			p.mu.Unlock()
			if _, err := conn.Write(message); err != nil {
				return
			}
		}
	}
}
