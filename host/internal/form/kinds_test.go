package form_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/net/html"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/example/kinds"
)

// kindsPage is the page of every kind, and what it was asked for.
type kindsPage struct {
	*kinds.Page
	handler http.Handler
	tested  *shared.TestRequest
	acted   *shared.ActionRequest

	validated shared.Draft
}

func newKinds(t *testing.T) *kindsPage {
	t.Helper()
	page := &kindsPage{Page: kinds.New()}
	if err := kinds.Schema().Check(); err != nil {
		t.Fatal(err)
	}
	page.handler = page.serve(func() shared.ActionRunner { return page })
	return page
}

func (p *kindsPage) serve(actions func() shared.ActionRunner) http.Handler {
	return serveKinds(p, actions)
}

func serveKinds(page shared.SettingsPage, actions func() shared.ActionRunner) http.Handler {
	return form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		Actions: actions, Logger: hclog.NewNullLogger(),
	})
}

// get returns the page as a browser gets it.
func (p *kindsPage) get(t *testing.T) string {
	t.Helper()
	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	return answer.Body.String()
}

// post posts a form, for the script when accept says so.
func (p *kindsPage) post(t *testing.T, route, accept string, posted url.Values) (int, string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, route, strings.NewReader(posted.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", accept)
	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, request)
	return answer.Code, answer.Body.String()
}

// filledIn is what a browser without scripts would post of the form as it stands on the page.
func filledIn(t *testing.T, page string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	posted := url.Values{}
	for node := range root.Descendants() {
		if name, value, sent := successful(node); sent {
			posted.Add(name, value)
		}
	}
	return posted
}

// successful returns what a control is posted as, if it is (HTML, section 4.10.21.4).
func successful(node *html.Node) (name, value string, sent bool) {
	given := map[string]string{}
	for _, one := range node.Attr {
		given[one.Key] = one.Val
	}
	_, disabled := given["disabled"]
	_, checked := given["checked"]
	name, value = given["name"], given["value"]
	switch {
	case name == "" || disabled:
		return name, "", false
	case node.Data == "input" && (given["type"] == "checkbox" || given["type"] == "radio"):
		return name, value, checked
	case node.Data == "input":
		return name, value, true
	case node.Data == "textarea":
		if node.FirstChild != nil {
			value = node.FirstChild.Data
		}
		return name, value, true
	case node.Data == "select":
		return name, selected(node), true
	}
	return name, "", false
}

// selected is the value of the option that is selected, or else of the first one.
func selected(node *html.Node) string {
	var values []string
	for option := range node.Descendants() {
		if option.Data != "option" {
			continue
		}
		value, chosen := "", false
		for _, one := range option.Attr {
			if one.Key == "value" {
				value = one.Val
			}
			chosen = chosen || one.Key == "selected"
		}
		if chosen {
			return value
		}
		values = append(values, value)
	}
	return values[0]
}

// TestEachKindIsPosted fills in one field of each kind in the form as it stands on the page, saves it and looks at what
// was saved: this is what works without scripts.
func TestEachKindIsPosted(t *testing.T) {
	for field, c := range map[string]struct {
		typed []string
		want  shared.Value
		shown string // on the page afterwards
	}{
		"notes":       {[]string{"\r\n{\r\n}"}, shared.Text("\n{\n}"), ">\n\n{\n}</textarea>"},
		"contact":     {[]string{"a@b.example"}, shared.Text("a@b.example"), `value="a@b.example"`},
		"site":        {[]string{"https://a.example/x"}, shared.Text("https://a.example/x"), `value="https://a.example/x"`},
		"server":      {[]string{"[::1]:636"}, shared.Text("[::1]:636"), `value="[::1]:636"`},
		"certificate": {[]string{"PEM"}, shared.Text("PEM"), ">\nPEM</textarea>"},
		"count":       {[]string{"7"}, shared.Integer(7), `value="7"`},
		"ratio":       {[]string{"0.25"}, shared.Decimal(0.25), `value="0.25"`},
		"size":        {[]string{"2 MiB"}, shared.Integer(2 << 20), `value="2 MiB"`},
		"wait":        {[]string{"45s"}, shared.Text("45s"), `value="45s"`},
		"since": {[]string{"2026-12-31"}, shared.Text("2026-12-31"),
			`type="date" id="control-since" aria-describedby="findings-since" name="value.since" value="2026-12-31"`},
		"mode":      {[]string{"tls"}, shared.Text("tls"), `<option value="tls" selected>TLS`},
		"transport": {[]string{"tls"}, shared.Text("tls"), `name="value.transport" value="tls" checked`},
		"parts":     {[]string{"head", "tail"}, shared.List("head", "tail"), `value="tail" checked`},
		"bucket":    {[]string{"mine"}, shared.Text("mine"), `name="value.bucket" value="mine"`},
		"mirrors":   {[]string{"", "mine"}, shared.List("mine"), `name="value.mirrors" value="mine" checked`},
		"servers": {[]string{"a.example:1\r\nb.example:2"}, shared.List("a.example:1", "b.example:2"),
			"a.example:1\nb.example:2</textarea>"},
		"groups": {[]string{"admins = owner"}, shared.Map(map[string]string{"admins": "owner"}),
			"admins = owner</textarea>"},
		"proxied": {[]string{"true"}, shared.Boolean(true), `name="value.proxied" value="true" checked`},
	} {
		page := newKinds(t)
		posted := filledIn(t, page.get(t))
		posted["value.name"] = []string{"x"}
		posted["value."+field] = c.typed
		posted["value.proxy"] = []string{"p.example:1"}
		if status, body := page.post(t, "/save", "", posted); status != http.StatusSeeOther {
			t.Errorf("%s: status %d\n%s", field, status, body)
			continue
		}
		snapshot, _ := page.Load(t.Context(), shared.LoadRequest{})
		if got := snapshot.Values[field]; got != c.want {
			t.Errorf("%s: %q was saved", field, got)
		}
		if after := page.get(t); !strings.Contains(after, c.shown) {
			t.Errorf("%s: no %s on the page", field, c.shown)
		}
		again := filledIn(t, page.get(t))
		if status, _ := page.post(t, "/save", "", again); status != http.StatusSeeOther {
			t.Errorf("%s: what the page shows is refused", field)
		}
		if snapshot, _ := page.Load(t.Context(), shared.LoadRequest{}); snapshot.Values[field] != c.want {
			t.Errorf("%s: saved once more it became %q", field, snapshot.Values[field])
		}
	}
}

// TestUntouchedSavePinsNothing saves the form as it stands: no default becomes a value, also none that depends on what
// is chosen elsewhere.
func TestUntouchedSavePinsNothing(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted["value.name"] = []string{"x"}
	if status, body := page.post(t, "/save", "", posted); status != http.StatusSeeOther {
		t.Fatal(status, body)
	}
	snapshot, _ := page.Load(t.Context(), shared.LoadRequest{})
	if len(snapshot.Values) != 1 {
		t.Errorf("%v was saved", snapshot.Values)
	}
	posted = filledIn(t, page.get(t))
	posted["value.mode"], posted["value.transport"] = []string{"tls"}, []string{"plain"} // tls is the default now.
	posted.Del("value.active")
	posted.Set("confirmed", "This switches the page off for everybody.")
	if status, body := page.post(t, "/save", "", posted); status != http.StatusSeeOther {
		t.Fatal(status, body)
	}
	snapshot, _ = page.Load(t.Context(), shared.LoadRequest{})
	if snapshot.Values["active"] != shared.Boolean(false) || snapshot.Values["transport"] != shared.Text("plain") {
		t.Errorf("what was decided against the default: %v", snapshot.Values)
	}
}

// TestRefusedFormIsShownAsTyped has each kind refuse what was typed: it stands on the page again, beside what is wrong.
func TestRefusedFormIsShownAsTyped(t *testing.T) {
	for field, c := range map[string]struct{ typed, shown, says string }{
		"name":        {"BIG", `value="BIG"`, "A name has small letters only."},
		"contact":     {"no mail", `value="no mail"`, ""},
		"site":        {"ftp://a", `value="ftp://a"`, ""},
		"server":      {"a:b:c", `value="a:b:c"`, ""},
		"certificate": {strings.Repeat("é", 201), strings.Repeat("é", 201), ""},
		"count":       {"seven", `value="seven"`, ""},
		"ratio":       {"1.5", `value="1.5"`, ""},
		"size":        {"10 apples", `value="10 apples"`, ""},
		"wait":        {"1ms", `value="1ms"`, ""},
		"since": {"31.12.2026", `type="text" id="control-since" aria-invalid="true" aria-describedby="findings-since"` +
			` name="value.since" value="31.12.2026"`, ""},
		"mode":      {"carrier pigeon", `value="carrier pigeon" selected`, ""},
		"transport": {"steam", `value="steam" checked`, ""},
		"parts":     {"foot", `value="foot" checked`, ""},
		"servers":   {"not a server", "not a server</textarea>", ""},
		"groups":    {"a = 1\na = 2", "a = 1\na = 2</textarea>", ""},
	} {
		page := newKinds(t)
		posted := filledIn(t, page.get(t))
		posted.Set("value.name", "x")
		posted.Set("value."+field, c.typed)
		status, body := page.post(t, "/save", "", posted)
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, c.shown) {
			t.Errorf("%s: status %d, or %q is not on the page", field, status, c.shown)
		}
		if c.says != "" && !strings.Contains(body, c.says) {
			t.Errorf("%s: the page does not say %q", field, c.says)
		}
		_, beside, _ := strings.Cut(body, `id="findings-`+field+`"`)
		if beside, _, _ = strings.Cut(beside, `class="field`); !strings.Contains(beside, `class="finding error"`) {
			t.Errorf("%s: nothing stands beside the field", field)
		}
	}
}
