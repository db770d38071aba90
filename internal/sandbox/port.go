package sandbox

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync"
)

// Ports are taken from below the kernel's ephemeral range (32768 and up), so that no outgoing connection takes one
// between the look and the use, and from above the range that RTP uses here.
const (
	lowestPort  = 20_000
	highestPort = 32_000
)

// given are the ports that this process was given. A server takes seconds until it listens on its port: another must not be given the same meanwhile.
var given sync.Map

// FreePort returns a loopback port that is free for TCP and UDP now, and that this process was not given before.
func FreePort() (int, error) {
	for range 1000 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		if _, before := given.LoadOrStore(port, true); !before && PortIsFree(port) {
			return port, nil
		}
	}
	return 0, errors.New("no free port on 127.0.0.1")
}

// PortIsFree says whether a server could listen on the loopback port now, with TCP and UDP.
func PortIsFree(port int) bool {
	stream, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return false
	}
	defer stream.Close()
	packet, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return false
	}
	defer packet.Close()
	return true
}
