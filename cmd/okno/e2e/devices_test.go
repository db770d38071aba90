package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// An agent chooses devices, which stay chosen, and sees and hears that they work; whoever has none is told.
func TestDevicesAreChosenAndTried(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	s.desk.clicks(t, "#section-account")
	s.desk.clicks(t, "#hear")
	s.desk.reads(t, "#device-microphone", "Fake Audio Input 1")
	const id = `[...document.querySelectorAll('#device-microphone option')].find((o) => o.innerText === 'Fake Audio Input 1').value`
	microphone := value[string](t, s.desk, id)
	s.desk.chooses(t, "#device-microphone", microphone)
	speaks := func() bool { return value[bool](t, s.desk, `document.querySelector('#level')?.value > 0.4`) }
	eventually(t, patience, speaks, func() string { return "the level does not move" })
	s.desk.clicks(t, "#hear")
	s.desk.misses(t, "#level")

	// What the page opens from now on is that microphone.
	s.desk.do(t, "reload", chromedp.Reload())
	s.desk.sees(t, "#connection-lamp.on")
	s.desk.runs(t, `window.asked = []
		const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
		navigator.mediaDevices.getUserMedia = async (wish) => {
			const stream = await open(wish)
			window.asked.push(stream.getAudioTracks()[0].getSettings().deviceId)
			return stream
		}`)
	s.desk.clicks(t, "#section-account")
	s.desk.holds(t, "#device-microphone", microphone)
	s.desk.clicks(t, "#hear")
	eventually(t, patience, speaks, func() string { return "the level does not move" })
	require.Equal(t, []string{microphone}, value[[]string](t, s.desk, `window.asked`))
	s.desk.clicks(t, "#hear")

	// One that is gone gives way to another, and is said to be gone.
	s.desk.runs(t, `localStorage.setItem('okno-devices', JSON.stringify({microphone: 'pulled out', headset: 'pulled out', ring: 'pulled out'}))`)
	s.desk.do(t, "reload", chromedp.Reload())
	s.desk.clicks(t, "#section-account")
	s.desk.reads(t, "#device-microphone", "Не подключено")
	s.desk.clicks(t, "#hear")
	eventually(t, patience, speaks, func() string { return "the level does not move" })
	s.desk.clicks(t, "#try-ring")

	without := browse(t, s.http+"/desk/", "")
	without.logsIn(t, "boris", demoPassword)
	without.clicks(t, "#section-account")
	without.clicks(t, "#hear")
	without.reads(t, "#soundcheck", "Микрофон не найден")
}
