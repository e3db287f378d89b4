package acceptance

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// console is a practice Console that runs.
type console struct {
	address string // ends in a slash
	stop    func()
}

// startConsole runs the practice Console until the test ends or it is stopped.
func startConsole(t testing.TB, args ...string) console {
	t.Helper()
	return startConsoleCommand(t, append([]string{"console"}, args...)...)
}

// startConsoleCommand runs a command that serves the Console.
func startConsoleCommand(t testing.TB, args ...string) console {
	t.Helper()
	return startConsoleOf(t, binary("testharness"), args...)
}

// startConsoleOf is startConsoleCommand for a program that need not be this version's.
func startConsoleOf(t testing.TB, program string, args ...string) console {
	t.Helper()
	command := exec.Command(program, append(args, "--listen", "127.0.0.1:0", "--actor", "anna")...)
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})
	t.Cleanup(stop)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	address := regexp.MustCompile(`http://[0-9.:]+/`).FindString(line)
	if err != nil || address == "" {
		t.Fatalf("the Console did not say where it is: %q, %v", line, err)
	}
	return console{address: address, stop: stop}
}

// browserLimit bounds everything that one test does in the browser, only so that what never comes ends the test.
const browserLimit = 4 * time.Minute

// tab is a page in Debian's Chromium. Every method fails the test when it cannot be done. A question whether to leave
// the page is answered with yes, and counted.
type tab struct {
	t         testing.TB
	ctx       context.Context
	questions atomic.Int32
}

func newTab(t testing.TB, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, "chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.WindowSize(1200, 1500))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(options, more...)...)
	ctx, cancel := chromedp.NewContext(allocator)
	ctx, expire := context.WithTimeout(ctx, browserLimit)
	t.Cleanup(func() { expire(); cancel(); stop() })
	b := &tab{t: t, ctx: ctx}
	b.do("start")
	b.answerQuestions()
	return b
}

// answerQuestions has the questions whether to leave the page answered.
func (b *tab) answerQuestions() {
	ctx := b.ctx
	dialogs := chromedp.Events(ctx, page.JavascriptDialogOpening)
	go func() {
		for _, err := range dialogs {
			if err != nil {
				return
			}
			b.questions.Add(1)
			_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}
	}()
}

func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

func (b *tab) open(address string) { b.t.Helper(); b.do("open "+address, chromedp.Navigate(address)) }

func (b *tab) reload() { b.t.Helper(); b.open(read[string](b, "location.href")) }

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

func (b *tab) typeInto(selector, text string) {
	b.t.Helper()
	b.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (b *tab) await(selector string) {
	b.t.Helper()
	b.do("await "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// read evaluates an expression of JavaScript.
func read[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// screenshot keeps a picture of the whole page when SCREENSHOTS names a directory.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	directory := os.Getenv("SCREENSHOTS")
	if directory == "" {
		return
	}
	// The window grows to the height of the page, so that what sticks to its edge is where a person sees it.
	size := read[[2]int64](b, "[innerWidth, document.documentElement.scrollHeight]")
	b.do("grow", chromedp.EmulateViewport(size[0], size[1]))
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	write(b.t, filepath.Join(directory, name+".png"), string(picture), 0o644)
}

// practise fills in the form with a practice server.
func (b *tab) practise(name string) {
	b.t.Helper()
	read[bool](b, `(document.querySelector("[data-practice=`+name+`]").click(), true)`)
}

// testConnection presses the button, awaits the verdict and returns its headline.
func (b *tab) testConnection() string {
	b.t.Helper()
	b.click("#test-button")
	b.await("#report #headline")
	return read[string](b, `document.getElementById("headline").textContent`)
}

// clear empties a field.
func clear(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Clear(chromedp.CSS(selector))
}

// awaitText waits until an expression of JavaScript contains the text.
func (b *tab) awaitText(expression, text string) {
	b.t.Helper()
	last := ""
	for late := time.Now().Add(browserLimit / 2); time.Now().Before(late); time.Sleep(20 * time.Millisecond) {
		// While a page is being left there may be nothing to read.
		found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`(() => { try { return `+expression+
			` } catch { return "" } })()`))
		if last = found; err == nil && strings.Contains(found, text) {
			return
		}
	}
	b.t.Fatalf("%s is %q and never held %q", expression, last, text)
}
