package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestAnotherPlugin renders, tests and saves a page that has nothing to do with mail: the proof that the host knows
// only the contract.
func TestAnotherPlugin(t *testing.T) {
	t.Parallel()
	var pings atomic.Int32
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer t0ken" {
			pings.Add(1)
		}
	}))
	defer target.Close()
	c := startConsole(t, "--manifest", manifest(t, "webhook", "webhook-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/webhook/")
	b.await("#control-url")
	heading := read[string](b, `document.querySelector(".settings-page h1").textContent`)
	if heading != "Webhook settings" {
		t.Errorf("the heading is %q", heading)
	}
	for _, alien := range []string{".practice", "[href='/practice/inbox']", "[href='/monitoring/notifications/']"} {
		if read[bool](b, `document.querySelector("`+alien+`") !== null`) {
			t.Errorf("a page that has nothing to do with mail shows %s", alien)
		}
	}
	b.click("#test-button")
	b.await("#report #headline")
	finding := read[string](b, `document.querySelector("#findings-url").textContent`)
	if !strings.Contains(finding, "must be filled in") {
		t.Errorf("beside the empty address stands %q", finding)
	}
	b.typeInto("#control-url", target.URL)
	b.click("#control-authenticate")
	b.await("#control-token")
	b.typeInto("#control-token", "t0ken")
	b.click("#test-button")
	b.await("#report .passed #headline")
	b.screenshot("another-plugin")
	if pings.Load() != 1 {
		t.Errorf("%d pings arrived with the token", pings.Load())
	}
	b.click(".save-bar button")
	b.await(".notice.success")
	if shown := read[string](b, `document.getElementById("control-url").value`); shown != target.URL {
		t.Errorf("after saving the address is %q", shown)
	}
}

// TestPluginDiesInTest kills the plugin in the middle of a test: the page says so, keeps what was typed, and the next
// test works.
func TestPluginDiesInTest(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	c := startConsole(t, "--manifest", manifest(t, "odd", oddPlugin(t, "dies-in-test")))
	b := newTab(t)
	b.open(c.address + "settings/webhook/")
	b.typeInto("#control-url", target.URL)
	b.click("#test-button")
	b.await("#report .failed #headline")
	b.screenshot("plugin-died")
	report := read[string](b, `document.getElementById("report").innerText`)
	if !strings.Contains(report, "The plugin stopped before the test had ended.") {
		t.Errorf("the report is:\n%s", report)
	}
	if typed := read[string](b, `document.getElementById("control-url").value`); typed != target.URL {
		t.Errorf("what was typed became %q", typed)
	}
	b.click("#test-button")
	b.await("#report .passed #headline")
}

// TestHostileTexts renders a schema that tries to break out of the page.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "odd", oddPlugin(t, "hostile-texts")))
	b := newTab(t)
	b.open(c.address + "settings/webhook/")
	b.await("#control-url")
	if questions := b.questions.Load(); questions != 0 {
		t.Errorf("a script of the schema ran %d times", questions)
	}
	images := read[int](b, `document.querySelectorAll(".settings-page img, .settings-page script").length`)
	if images != 0 {
		t.Errorf("%d elements of the schema became part of the page", images)
	}
}

// TestConformance runs the suite of the contract over real plugin processes.
func TestConformance(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	for name, args := range map[string][]string{
		"smtp": {"--manifest", manifest(t, "smtp", "smtp-plugin"), "--set", "server=127.0.0.1", "--set", "port=1",
			"--set", "login=a@b.example", "--secret", "password=env:SECRET"},
		"webhook": {"--manifest", manifest(t, "webhook", "webhook-plugin"), "--set", "url=" + target.URL,
			"--set", "authenticate=true"},
	} {
		r := harness(t, "s3cret", append([]string{"conformance"}, args...)...)
		if r.status != 0 || !strings.Contains(r.stdout, " rules kept, 0 broken") {
			t.Errorf("%s: exit status %d\n%s\n%s", name, r.status, r.stdout, r.stderr)
		}
	}
	r := harness(t, "", "conformance", "--manifest", manifest(t, "odd", oddPlugin(t, "two-verdicts")),
		"--set", "url="+target.URL)
	if r.status != 1 || !strings.Contains(r.stdout, "FAIL  test/verdict") {
		t.Errorf("a plugin that breaks the contract: exit status %d\n%s\n%s", r.status, r.stdout, r.stderr)
	}
}

// TestOddTests holds tests that go wrong inside the plugin: each is a failed test that says so, never a hang or a crash
// of the host.
func TestOddTests(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	for way, says := range map[string]string{
		"no-verdict":     "the plugin ended the test without a verdict",
		"two-verdicts":   "the plugin went on after the verdict",
		"panics-in-test": "the plugin has a defect",
		"dies-in-test":   "the plugin is unavailable",
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			r := harness(t, "", "test", "--json", "--manifest", manifest(t, "odd", oddPlugin(t, way)),
				"--set", "url="+target.URL)
			want := 1
			if way == "dies-in-test" {
				want = 3
			}
			if r.status != want || !strings.Contains(r.stderr, says) {
				t.Errorf("exit status %d, want %d; standard error does not say %q:\n%s", r.status, want, says, r.stderr)
			}
			if strings.Contains(r.stdout+r.stderr, "with secret") {
				t.Errorf("the panic's value got out:\n%s", r.stderr)
			}
		})
	}
}

// TestOddLog has a plugin write lines that go-plugin's own reader of them panics at: the host lives, tests, and passes
// them on without what could steer a terminal.
func TestOddLog(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(target.Close)
	for _, way := range []string{"odd-log-at-start", "odd-log-later", "odd-log-at-end"} {
		for _, level := range []string{"trace", "warn"} {
			t.Run(way+" at "+level, func(t *testing.T) {
				t.Parallel()
				r := harness(t, "", "test", "--json", "--log-level", level, "--manifest", manifest(t, "odd", oddPlugin(t, way)),
					"--set", "url="+target.URL)
				if r.status != 0 || !strings.Contains(r.stderr, "after all of it") || strings.ContainsAny(r.stderr, "\x1b\x07") {
					t.Errorf("exit status %d\n%s\n%.3000s", r.status, r.stdout, r.stderr)
				}
			})
		}
	}
}

// TestDeepDefaults types into the last of a hundred fields that take their defaults from each other: the first follows
// at once.
func TestDeepDefaults(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "odd", oddPlugin(t, "deep-defaults")))
	b := newTab(t)
	b.open(c.address + "settings/webhook/")
	b.typeInto("#control-deep_99", "the end")
	b.awaitText(`document.getElementById("control-deep_0").placeholder`, "the end")
}

// TestFixNeverFillsASecret presses a fix that the page should never have had: the script writes no secret either.
func TestFixNeverFillsASecret(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "webhook", "webhook-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/webhook/")
	b.await("#control-url")
	read[bool](b, `(() => {
		const fix = document.createElement("button");
		fix.name = "fix"; fix.id = "forged"; fix.value = JSON.stringify({ token: "evil", url: "https://filled.example/" });
		document.getElementById("settings-form").append(fix);
		fix.click();
		return true;
	})()`)
	b.awaitText(`document.getElementById("control-url").value`, "https://filled.example/")
	if typed := read[string](b, `document.getElementById("control-token").value`); typed != "" {
		t.Errorf("the secret became %q", typed)
	}
}
