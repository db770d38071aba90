package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"okno/internal/postgres/store"
	"okno/internal/sandbox"
)

const (
	slowdown  = 4 // times, of the CPU: what an old machine has
	loads     = 5 // how often the page is loaded on it
	fewCases  = 200
	manyCases = 10_000
	aWhile    = 2 * time.Minute
)

// haveCases gives aliya, who logs in, so many more cases to work on.
const haveCases = `
INSERT INTO cases (number, kind, state, assignee, due_at)
SELECT lpad((n + (SELECT max(id) FROM cases))::text, 9, '0'), 'appeal', 'registered', (SELECT id FROM agents WHERE login = 'aliya'), now() + n * interval '1 min'
FROM generate_series(1, $1::int) n`

// What is asked of the page. A frame is late by what the browser had to do for the one before.
const (
	firstPaint = `new Promise((done) => { const look = () => { const p = performance.getEntriesByName('first-contentful-paint')[0]; p ? done(p.startTime) : setTimeout(look, 20) }; look() })`
	logsIn     = `new Promise((done) => {
	const began = performance.now(), fill = (name, value) => { const field = document.querySelector('input[name=' + name + ']'); field.value = value; field.dispatchEvent(new Event('input', {bubbles: true})) }
	fill('login', 'aliya'); fill('password', 'okno-demo'); document.querySelector('form button.primary').click()
	const look = () => document.querySelector('#connection-lamp.on') ? done(performance.now() - began) : requestAnimationFrame(look)
	look()
})`
	listsAll = `new Promise((done) => {
	const look = () => { const more = document.querySelector('#worklist .more'); if (more) { more.click(); setTimeout(look, 15) } else if (document.querySelector('#worklist tr[data-row]')) done(true); else setTimeout(look, 50) }
	look()
})`
	listed = `document.querySelector('#worklist table').ariaRowCount - 1`
	drawn  = `document.querySelectorAll('#worklist tr[data-row]').length`
	scroll = `new Promise((done) => {
	let box = document.querySelector('#worklist table')
	while (box !== document.scrollingElement && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement ?? document.scrollingElement
	const gaps = []; let before = 0, down = true; box.scrollTop = 0
	const frame = (now) => {
		if (before) gaps.push(now - before)
		before = now
		if (box.scrollTop + box.clientHeight >= box.scrollHeight - 2) down = false
		if (box.scrollTop <= 0) down = true
		box.scrollTop += down ? 120 : -120
		gaps.length < 300 ? requestAnimationFrame(frame) : done(gaps)
	}
	requestAnimationFrame(frame)
})`
)

// pageResult is what was measured of the desk's page.
type pageResult struct {
	painted, there []float64 // milliseconds on the slowed CPU: to the log-in, and from the log-in to the desk that is connected
	few, many      frames
	listed, drawn  int // cases of the long list, and rows of it that the page draws
}

// frames are those of a list that is scrolled by a row and more a frame.
type frames struct{ second, p50, p99 float64 } // how many a second, and milliseconds from one to the next

// benchPage measures the desk's page in Chromium: how soon it is there on a slow machine, and how a list of cases scrolls.
func benchPage(ctx context.Context, f flags, folder string) (err error) {
	o := &floorOfDesks{beside: beside{folder: folder}}
	defer func() { err = errors.Join(err, o.stop()) }()
	if err := o.open(ctx, store.Options{}); err != nil {
		return err
	}
	if err := o.addNode(ctx, f.Okno); err != nil {
		return err
	}
	sample, err := start("sample", folder, f.Okno, "sample", "--config", filepath.Join(folder, "node-0.yaml"))
	if err != nil {
		return err
	}
	<-sample.Done()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(sandbox.FromEnvironment().Chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1440, 900), chromedp.UserDataDir(filepath.Join(folder, "chromium")), chromedp.Flag("lang", "ru"))
	ctx, closeBrowser := chromedp.NewExecAllocator(ctx, options...)
	defer closeBrowser()
	ctx, closeTab := chromedp.NewContext(ctx)
	defer closeTab()
	var r pageResult
	if err := r.measure(ctx, o); err != nil {
		return err
	}
	return r.report()
}

func (r *pageResult) measure(ctx context.Context, o *floorOfDesks) error {
	desk := "http://" + o.nodes[0].address + "/desk/"
	if err := chromedp.Do(ctx); err != nil { // starts the browser
		return err
	}
	if err := slow(ctx, slowdown); err != nil {
		return err
	}
	for range loads {
		painted, there, err := load(ctx, desk)
		if err != nil {
			return fmt.Errorf("load the page: %w", err)
		}
		r.painted, r.there = append(r.painted, painted), append(r.there, there)
	}
	if err := slow(ctx, 1); err != nil {
		return err
	}
	var err error
	if r.few, err = r.scrolls(ctx, o, desk, fewCases); err == nil {
		r.many, err = r.scrolls(ctx, o, desk, manyCases-fewCases)
	}
	return err
}

func slow(ctx context.Context, times float64) error {
	_, err := chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: times})
	return err
}

// load opens the page anew, as somebody whom it does not know, and logs in.
func load(ctx context.Context, desk string) (painted, there float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, aWhile)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(desk)); err != nil {
		return 0, 0, err
	}
	if painted, err = evaluate[float64](ctx, firstPaint); err == nil {
		err = chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("input[name=login]")))
	}
	if err == nil {
		there, err = evaluate[float64](ctx, logsIn)
	}
	if err == nil {
		err = chromedp.Do(ctx, chromedp.Click(chromedp.CSS("button.logout")), chromedp.WaitVisible(chromedp.CSS("input[name=login]")))
	}
	return painted, there, err
}

// scrolls adds cases, lists all, and scrolls through them for 300 frames.
func (r *pageResult) scrolls(ctx context.Context, o *floorOfDesks, desk string, more int) (f frames, err error) {
	if _, err := o.db.Exec(ctx, haveCases, more); err != nil {
		return f, err
	}
	ctx, cancel := context.WithTimeout(ctx, aWhile)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(desk), chromedp.WaitVisible(chromedp.CSS("#section-work, input[name=login]"))); err != nil {
		return f, err
	}
	if out, err := evaluate[bool](ctx, `!!document.querySelector('input[name=login]')`); err != nil {
		return f, err
	} else if out {
		if _, err := evaluate[float64](ctx, logsIn); err != nil {
			return f, err
		}
	}
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#section-work")), chromedp.WaitVisible(chromedp.CSS("#worklist table"))); err != nil {
		return f, err
	}
	if _, err := evaluate[bool](ctx, listsAll); err != nil {
		return f, fmt.Errorf("list all cases: %w", err)
	}
	if r.listed, err = evaluate[int](ctx, listed); err == nil {
		r.drawn, err = evaluate[int](ctx, drawn)
	}
	var gaps []float64
	if err == nil {
		gaps, err = evaluate[[]float64](ctx, scroll)
	}
	if err != nil {
		return f, fmt.Errorf("scroll: %w", err)
	}
	whole := 0.0
	for _, gap := range gaps {
		whole += gap
	}
	slices.Sort(gaps)
	return frames{1000 * float64(len(gaps)) / whole, gaps[len(gaps)/2], gaps[len(gaps)*99/100]}, nil
}

func evaluate[T any](ctx context.Context, script string) (T, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

func (r pageResult) report() error {
	middle := func(of []float64) float64 {
		sorted := slices.Sorted(slices.Values(of))
		return sorted[len(sorted)/2]
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "the page on a CPU that is %d times slower\tmedian ms\tslowest ms\n", slowdown)
	fmt.Fprintf(w, "navigation to the log-in painted\t%.0f\t%.0f\n", middle(r.painted), slices.Max(r.painted))
	fmt.Fprintf(w, "log-in to the desk connected\t%.0f\t%.0f\n", middle(r.there), slices.Max(r.there))
	fmt.Fprintf(w, "\nscrolling through cases\tframes a second\tp50 ms\tp99 ms\n")
	fmt.Fprintf(w, "%d\t%.0f\t%.1f\t%.1f\n", fewCases, r.few.second, r.few.p50, r.few.p99)
	fmt.Fprintf(w, "%d (%d rows drawn)\t%.0f\t%.1f\t%.1f\n", r.listed, r.drawn, r.many.second, r.many.p50, r.many.p99)
	return w.Flush()
}
