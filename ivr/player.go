package ivr

import (
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"
)

// Whenever a key can come, something plays, if only silence: else Asterisk tells of some keys twice, and nothing tells such a key from two
// (main/channel.c, __ast_read: the flag END_DTMF_ONLY, which a playing file sets). So silence is queued behind each prompt, and renewed before
// it ends; and what comes next is queued before the silence is stopped, so that one follows the other without a gap.
const (
	silence       = "sound:silence/10"
	silenceLength = 10 * time.Second
	silenceRenew  = 7 * time.Second
)

// playNames is how many names the playbacks of a call take turns in: few, so that a process that adopts the call can stop whichever
// plays; and enough that the end of one is not taken for the end of another.
const playNames = 16

func playID(channel string, n int) string { return fmt.Sprintf("%s-play-%d", channel, n%playNames) }

// player plays clips, silence and music to a channel. The goroutine of the call owns it.
type player struct {
	rest    *rest
	channel string
	log     zerolog.Logger

	n      int
	queued []string // playbacks in Asterisk, the one that plays first
	music  bool
}

// play queues clips, and stops what played before. It gives the id of the playback.
func (p *player) play(clips []string) (id string, err error) {
	before := p.queued
	if id, err = p.queue(clips); err != nil {
		return "", err
	}
	return id, p.stop(before)
}

// queue queues clips behind what plays, and behind which music is to end.
func (p *player) queue(clips []string) (id string, err error) {
	p.stopMusic()
	id, err = p.rest.play(p.channel, func() string {
		p.n++
		return playID(p.channel, p.n)
	}, clips)
	if err != nil {
		return "", err
	}
	p.queued = append(slices.Clone(p.queued), id)
	return id, nil
}

// addSilence queues silence behind what plays.
func (p *player) addSilence() error {
	_, err := p.queue([]string{silence})
	return err
}

// stop ends playbacks, the last first: what is queued must not begin for a moment.
func (p *player) stop(ids []string) error {
	for _, id := range slices.Backward(slices.Clone(ids)) {
		if err := p.rest.stopPlaying(id); err != nil {
			return err
		}
		p.over(id)
	}
	return nil
}

// stopAll ends all that plays.
func (p *player) stopAll() error { return p.stop(p.queued) }

// skip ends one playback; what is queued behind it begins.
func (p *player) skip(id string) error { return p.stop([]string{id}) }

// over notes that a playback is over.
func (p *player) over(id string) {
	p.queued = slices.DeleteFunc(slices.Clone(p.queued), func(other string) bool { return other == id })
}

// plays says whether a playback has not ended, as far as is known.
func (p *player) plays(id string) bool { return slices.Contains(p.queued, id) }

// reset ends whatever plays after events were lost: it has one of the names. Music may play on; to stop what does not play does no harm.
func (p *player) reset() error {
	p.music = true
	p.queued = nil
	for n := range playNames {
		p.queued = append(p.queued, playID(p.channel, n))
	}
	return p.stopAll()
}

// startMusic plays music behind what plays.
func (p *player) startMusic() {
	if p.music {
		return
	}
	if err := p.rest.startMusic(p.channel); err != nil {
		p.log.Warn().Err(err).Msg("no music")
		return
	}
	p.music = true
}

func (p *player) stopMusic() {
	if !p.music {
		return
	}
	if err := p.rest.stopMusic(p.channel); err != nil {
		p.log.Warn().Err(err).Msg("music stays")
	}
	p.music = false
}
