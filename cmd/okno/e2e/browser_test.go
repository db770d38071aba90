package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// page is the only tab of a Chromium.
type page struct {
	ctx context.Context

	mu      sync.Mutex
	console []string
	asked   int // how often the page asked whether to leave it
}

// browse opens a Chromium whose microphone hears the WAV file over and over; "" is no microphone. It ends with the test.
func browse(t *testing.T, url, microphone string) *page {
	t.Helper()
	need(t, "Chromium", tools.Chromium)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(tools.Chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1440, 900), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("mute-audio", true), chromedp.Flag("lang", "ru"),
	)
	if microphone != "" {
		options = append(options, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-file-for-fake-audio-capture", microphone))
	}
	p := &page{}
	allocator, closeBrowser := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeTab := chromedp.NewContext(allocator, chromedp.WithBrowserOption(chromedp.WithConsolef(p.hear)))
	p.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() {
			p.tell(t)
		}
		closeTab()
		closeBrowser()
	})
	require.NoError(t, chromedp.Do(ctx)) // starts the browser, which lives as long as the context of its first call
	p.answersDialogs(t)
	p.do(t, "open "+url, chromedp.Navigate(url))
	return p
}

// answersDialogs has whoever is asked whether to leave the page leave it.
func (p *page) answersDialogs(t *testing.T) {
	calls(t, p, cdppage.Enable, cdppage.EnableParams{})
	require.NoError(t, chromedp.Listen(p.ctx, func(event any) {
		if _, ok := event.(*cdppage.EventJavascriptDialogOpening); !ok {
			return
		}
		p.mu.Lock()
		p.asked++
		p.mu.Unlock()
		go func() {
			_, _ = chromedp.Call(p.ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: true})
		}()
	}))
}

// tab opens another tab of the same browser.
func (p *page) tab(t *testing.T, url string) *page {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(p.ctx)
	t.Cleanup(closeTab)
	other := &page{ctx: ctx}
	require.NoError(t, chromedp.Do(ctx))
	other.answersDialogs(t)
	other.do(t, "open "+url, chromedp.Navigate(url))
	return other
}

// hear keeps what the page complains of.
func (p *page) hear(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.console = append(p.console, fmt.Sprintf(format, args...))
}

// tell shows the page of a test that has failed.
func (p *page) tell(t *testing.T) {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	picture, _ := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	file := filepath.Join(t.ArtifactDir(), "page.png")
	_ = os.WriteFile(file, picture, 0o600)
	p.mu.Lock()
	defer p.mu.Unlock()
	t.Logf("the page says:\n%s\nits console:\n%s\nits picture: %s (kept by go test -artifacts)", text, strings.Join(p.console, "\n"), file)
}

func (p *page) do(t *testing.T, what string, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	require.NoError(t, chromedp.Do(ctx, actions...), "%s: not within %v", what, patience)
}

// runs runs statements in the page.
func (p *page) runs(t *testing.T, script string) {
	t.Helper()
	require.True(t, value[bool](t, p, fmt.Sprintf(`(() => { %s; return true })()`, script)))
}

// sees waits until something is shown.
func (p *page) sees(t *testing.T, selector string) {
	t.Helper()
	p.do(t, "see "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// misses waits until something is not there any more.
func (p *page) misses(t *testing.T, selector string) {
	t.Helper()
	p.do(t, "miss "+selector, chromedp.WaitNotPresent(chromedp.CSS(selector)))
}

// reads waits until an element says something.
func (p *page) reads(t *testing.T, selector, want string) {
	t.Helper()
	var said string
	eventually(t, patience, func() bool {
		said = value[string](t, p, fmt.Sprintf(`[...document.querySelectorAll(%s)].map((e) => e.innerText).join("\n")`, quoted(selector)))
		return strings.Contains(said, want)
	}, func() string { return fmt.Sprintf("%s does not say %q, but %q", selector, want, said) })
}

// clicks clicks on something that is shown.
func (p *page) clicks(t *testing.T, selector string) {
	t.Helper()
	p.do(t, "click "+selector, chromedp.WaitEnabled(chromedp.CSS(selector)))
	p.clicksOn(t, fmt.Sprintf(`document.querySelector(%s)`, quoted(selector)))
}

// clicksOn clicks on what a script finds, once it stands still and nothing covers it.
// A page that moved between the look and the click was hit elsewhere, so the click is made again.
func (p *page) clicksOn(t *testing.T, script string) {
	t.Helper()
	why := ""
	eventually(t, patience, func() bool {
		at := value[struct {
			X, Y float64
			Why  string
		}](t, p, fmt.Sprintf(`(async () => {
			const e = %s
			if (!e || e.disabled) return {Why: e ? 'it is disabled' : 'it is not there'}
			e.scrollIntoView({block: 'nearest'})
			const box = () => { const b = e.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2] }
			const before = box()
			await new Promise((done) => setTimeout(done, 50))
			const [X, Y] = box()
			if (X !== before[0] || Y !== before[1]) return {Why: 'it moves'}
			const top = document.elementFromPoint(X, Y)
			if (!e.contains(top)) return {Why: 'it is covered by ' + top?.outerHTML.slice(0, 100)}
			window.clicked = false
			document.addEventListener('click', (event) => (window.clicked = e.contains(event.target)), {capture: true, once: true})
			return {X, Y, Why: ''}
		})()`, script))
		if why = at.Why; why != "" {
			return false
		}
		p.do(t, "click "+script, chromedp.MouseClickXY(at.X, at.Y))
		why = "the click hit something else"
		return value[bool](t, p, `window.clicked !== false`) // a new page knows nothing of it
	}, func() string { return "no click on " + script + ": " + why })
}

func (p *page) types(t *testing.T, selector, text string) {
	t.Helper()
	p.do(t, "type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// demoPassword is that of the agents of `okno sample`.
const demoPassword = "okno-demo"

// logsIn fills the form of the log-in, and sends it.
func (p *page) logsIn(t *testing.T, login, password string) {
	t.Helper()
	p.types(t, "input[name=login]", login)
	p.types(t, "input[name=password]", password)
	p.clicks(t, "form button.primary")
}

// pastes writes a long text at once: letter by letter it would take its time.
func (p *page) pastes(t *testing.T, selector, text string) {
	t.Helper()
	p.sees(t, selector)
	require.True(t, value[bool](t, p, fmt.Sprintf(`(() => {
		document.querySelector(%s).focus()
		return document.execCommand('insertText', false, %s)
	})()`, quoted(selector), quoted(text))), "nothing is pasted into %s", selector)
}

// chooses takes an option of a list.
func (p *page) chooses(t *testing.T, selector, option string) {
	t.Helper()
	p.sees(t, selector)
	require.True(t, value[bool](t, p, fmt.Sprintf(`(() => {
		const e = document.querySelector(%s)
		e.value = %s
		e.dispatchEvent(new Event('input', {bubbles: true}))
		e.dispatchEvent(new Event('change', {bubbles: true}))
		return e.value === %[2]s
	})()`, quoted(selector), quoted(option))), "%s has no option %s", selector, option)
}

// value gives what a script, which may promise it, evaluates to.
func value[T any](t *testing.T, p *page, script string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	require.NoError(t, err, script)
	return found
}

// picture writes what the page shows to docs/images, when pictures are wanted.
func (p *page) picture(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("OKNO_SCREENSHOTS") == "" {
		return
	}
	folder := filepath.Join("..", "..", "..", "docs", "images")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), png, 0o644))
}

// audio is what the page's telephone counts: packets, and the energy of what it got.
type audio struct {
	Received float64 `json:"received"`
	Sent     float64 `json:"sent"`
	Level    float64 `json:"level"`
}

// hearsSomething waits until the page's telephone has got a second of packets that sound, and sent as many.
func (p *page) hearsSomething(t *testing.T) {
	t.Helper()
	before := value[audio](t, p, `window.okno.stats()`)
	var now audio
	eventually(t, patience, func() bool {
		now = value[audio](t, p, `window.okno.stats()`)
		return now.Received > before.Received+50 && now.Sent > before.Sent+50 && now.Level > before.Level
	}, func() string { return fmt.Sprintf("the page's telephone is mute: first %+v, then %+v", before, now) })
}

func quoted(text string) string {
	content, _ := json.Marshal(text)
	return string(content)
}
