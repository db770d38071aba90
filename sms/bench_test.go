package sms

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"okno/internal/message"
	"okno/internal/postgres/store"
	"okno/sms/smstest"
	"okno/sms/text"
)

// From deliver_sm to the submit_sm of the reply, over TCP and the database:
// 400 citizens, each with one message on its way.
func BenchmarkReply(b *testing.B) {
	s, link := smsc(b, "a", smstest.Config{Window: 512})
	link.Window = 256
	r := newRig(b, link)
	r.options.tune = defaultTuning
	r.options.Config.Flood.Within = time.Millisecond // for these citizens write faster than people do
	r.run()
	const citizens = 400
	b.ResetTimer()
	var phones sync.WaitGroup
	for c := range citizens {
		phones.Go(func() {
			number := fmt.Sprintf("+7701%07d", c)
			lines, stop := s.Watch(number)
			defer stop()
			for range b.N/citizens + 1 {
				if s.Send(b.Context(), number, "1414", "STATUS 123456786") != nil {
					return
				}
				for line := range lines {
					if line.State == smstest.Received {
						break
					}
				}
			}
		})
	}
	phones.Wait()
	b.ReportMetric(float64((b.N/citizens+1)*citizens)/b.Elapsed().Seconds(), "replies/s")
}

// A backlog of notices, drained through one bind with its receipts.
func BenchmarkDrain(b *testing.B) {
	s, link := smsc(b, "a", smstest.Config{Window: 512})
	link.Window = 256
	r := newRig(b, link)
	r.options.tune = defaultTuning
	err := r.db.Do(b.Context(), func(w *store.Work) error {
		for i := range b.N {
			err := w.EnqueueMT(b.Context(), message.MT{Lane: message.Notice, Destination: fmt.Sprintf("+7701%07d", i),
				Text: "hi", Segments: text.Segments("hi"), ExpiresAt: time.Now().Add(time.Hour)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	last, stop := s.Watch(fmt.Sprintf("+7701%07d", b.N-1))
	defer stop()
	b.ResetTimer()
	r.run()
	<-last
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "segments/s")
}
