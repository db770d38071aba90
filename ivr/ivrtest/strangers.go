package ivrtest

import (
	"crypto/rand"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Strangers sends INVITEs to the line (host:port) from an address that it does not know, spread over a time, each of another caller who says to be
// of a name. It gives how many final answers came, by their status.
func Strangers(t *testing.T, line, address string, names []string, requests int, over time.Duration) map[string]int {
	t.Helper()
	server, err := net.ResolveUDPAddr("udp4", line)
	require.NoError(t, err)
	conn, err := net.DialUDP("udp4", &net.UDPAddr{IP: net.ParseIP(address)}, server)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetReadBuffer(1<<22))
	answers := map[string]int{}
	var reading sync.WaitGroup
	reading.Go(func() {
		buffer := make([]byte, 8192)
		for {
			_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
			n, err := conn.Read(buffer)
			if err != nil {
				return
			}
			if status, ok := strings.CutPrefix(string(buffer[:n]), "SIP/2.0 "); ok && status[0] != '1' {
				answers[status[:3]]++
			}
		}
	})
	begun := time.Now()
	for i := range requests {
		<-time.After(time.Until(begun.Add(over * time.Duration(i) / time.Duration(requests))))
		name := names[i%len(names)]
		invite := fmt.Sprintf("INVITE sip:1414@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\nFrom: <sip:%s@%s>;tag=%s\r\n"+
			"To: <sip:1414@%s>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <sip:%s@%s>\r\nUser-Agent: friendly-scanner\r\nContent-Length: 0\r\n\r\n",
			line, conn.LocalAddr(), rand.Text(), name, address, rand.Text(), line, rand.Text(), name, conn.LocalAddr())
		_, err := conn.Write([]byte(invite))
		require.NoError(t, err)
	}
	reading.Wait()
	return answers
}
