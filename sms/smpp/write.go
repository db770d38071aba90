package smpp

// write is the one goroutine that writes to the socket. It flushes when nothing
// more waits, so that a busy link fills its packets.
func (s *Session) write() {
	w := newStallWriter(s.conn, s.opts.WriteTimeout)
	for {
		next := s.waiting()
		if next == nil {
			if err := w.Flush(); err != nil {
				s.end(err)
				return
			}
			select {
			case next = <-s.control:
			case next = <-s.out:
			case <-s.done:
				return
			}
		}
		if next.answers != nil {
			s.answered()
		}
		if !next.state.CompareAndSwap(waiting, taken) {
			continue
		}
		s.confirmation.write(next)
		if _, err := w.Write(next.frame); err != nil {
			s.end(err)
			return
		}
		if next.then != nil {
			_ = w.Flush()
			s.end(next.then)
			return
		}
	}
}

// waiting gives the next frame that is there already, or nil. Control goes
// first: an enquiry behind a full window would find a live peer dead.
func (s *Session) waiting() *outgoing {
	select {
	case next := <-s.control:
		return next
	default:
	}
	select {
	case next := <-s.out:
		return next
	default:
		return nil
	}
}

// answered frees the place of a peer's message.
func (s *Session) answered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbound--
	s.checkQuiet()
}
