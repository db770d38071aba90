import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Recorded } from '../store/protocol'
import { text } from '../store/texts'
import { length, moment } from '../store/time'
import { Transcript } from './transcript'
import { Waveform, type Wave } from './waveform'

// Talk is the recording of a talk, to be heard by whoever may. Nothing is fetched before the agent asks for it: the journal keeps each time.
export function Talk({ of: r }: { of: Recorded }) {
  const audio = useRef<HTMLAudioElement>(null)
  const wave = useSignal<Wave | null>(null)
  const at = useSignal(0) // the share of the talk that has been played
  const draw = async () => {
    if (wave.value) return
    const answer = await fetch(`/desk/recordings/${r.id}/waveform`).catch(() => null)
    if (answer?.ok) wave.value = (await answer.json()) as Wave
  }
  const play = (ms: number) => {
    if (!audio.current) return
    audio.current.currentTime = ms / 1000
    void audio.current.play()
  }
  return (
    <div class="line did talk" data-recording={r.id}>
      <div class="bubble">
        {text('recording.talk')} · {r.hear ? length(r.seconds) : text('recording.' + r.state)}
        {r.hear && (
          <audio ref={audio} controls preload="none" src={`/desk/recordings/${r.id}`} aria-label={text('recording.talk')} onPlay={() => void draw()}
            onTimeUpdate={({ currentTarget: a }) => (at.value = a.duration ? a.currentTime / a.duration : 0)} />
        )}
        {wave.value && <Waveform of={wave.value} at={at.value} seek={(share) => audio.current && (audio.current.currentTime = share * audio.current.duration)} />}
        {r.transcript && <Transcript of={r} play={play} />}
      </div>
      <div class="meta">{moment(r.at)}</div>
    </div>
  )
}
