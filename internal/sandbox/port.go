package sandbox

import (
	"errors"
	"math/rand/v2"
	"net"
)

// Ports are taken from below the kernel's ephemeral range (32768 and up), so that no outgoing connection takes one
// between the look and the use, and from above the range that RTP uses here.
const (
	lowestPort  = 20_000
	highestPort = 32_000
)

// FreePort returns a loopback port that is free for TCP and UDP now.
func FreePort() (int, error) {
	for range 1000 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		if PortIsFree(port) {
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
