package form_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// element returns the part of the page that is one field.
func element(t *testing.T, page, field string) string {
	t.Helper()
	_, found, ok := strings.Cut(page, `id="field-`+field+`"`)
	if !ok {
		t.Fatalf("there is no field %s", field)
	}
	found, _, _ = strings.Cut(found, `<div class="field `)
	return found
}

// TestDisplay looks at what stands on the page of each kind and display before anything is filled in.
func TestDisplay(t *testing.T) {
	page := newKinds(t).get(t)
	for field, wanted := range map[string][]string{
		"name":  {`aria-required="true"`, `href="https://docs.example/names"`, `rel="noopener noreferrer"`},
		"notes": {`class="code"`}, "contact": {`inputmode="email"`}, "site": {`inputmode="url"`},
		"certificate": {`type="file"`, `accept=".pem"`, `data-limit="200"`, `class="file" hidden`},
		"callback":    {"readonly", `value="https://console.example/callback/1/"`, `data-copy="control-callback"`},
		"greeting":    {"hidden", "Use Notes instead.", "disabled"},
		"count":       {`messages per minute`, `unit-count`, `inputmode="numeric"`, "takes effect after a restart"},
		"ratio":       {`inputmode="decimal"`, `placeholder="0.5"`},
		"size":        {`placeholder="10 MiB"`}, "wait": {`placeholder="30s"`}, "since": {`type="date"`, "2026-01-01"},
		"active": {"checked"}, "mode": {`<option value="">(no choice)`},
		"transport": {`role="radiogroup"`, `value="plain" checked`}, "parts": {`role="group"`, `type="checkbox"`},
		"bucket": {`list="proposals-bucket"`, `<datalist`}, "mirrors": {"Another one"},
		"servers": {"<textarea", "One entry a line", `class="rows"`, `data-label="Server"`,
			`data-label="Move up"`},
		"groups":   {"One entry a line: Group = Role", `data-label="Group"`, `data-label="Role"`},
		"password": {`type="password"`, `value=""`}, "private_key": {"<textarea", `name="secret.private_key"`, `type="file"`},
		"account": {`type="hidden"`, "Not given yet."},
		"proxy":   {"data-concealed", "hidden>*"}, "realm": {"data-concealed"}, "open_realm": {"data-concealed"},
		"limit": {"data-disabled"}, "reason": {"hidden>*"},
		"option-depth": {"<select", `<option value="quick" selected>`}, "option-send": {"checked"},
		"option-tries": {`placeholder="2"`}, "action-find_buckets-region": {"<select", `name="action.find_buckets.region"`},
	} {
		shown := element(t, page, field)
		for _, want := range wanted {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: no %s in\n%s", field, want, shown)
			}
		}
	}
	for _, never := range []string{`name="value.callback"`, `name="value.account"`} {
		if strings.Contains(page, never) {
			t.Errorf("%s can be posted", never)
		}
	}
	for _, label := range []string{"Find buckets", "Sign in", "Test a login", "Make a new callback"} {
		if strings.Count(page, ">"+label+"</button>") == 0 {
			t.Errorf("there is no button %q", label)
		}
	}
}

// TestRulesAreFollowed renders what follows from what is in force: what is required, enabled and visible.
func TestRulesAreFollowed(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("value.name", "x")
	posted.Set("value.proxied", "true")
	posted.Set("value.proxy", "p.example:1")
	posted.Set("value.size", "20 MiB")
	posted.Set("value.wait", "2m")
	status, body := page.post(t, "/apply", "", posted)
	if status != http.StatusOK {
		t.Fatal(status)
	}
	for field, never := range map[string]string{
		"proxy": "data-concealed", "realm": "data-concealed", "limit": "data-disabled", "reason": "hidden>*",
	} {
		if strings.Contains(element(t, body, field), never) {
			t.Errorf("%s is %s", field, never)
		}
	}
	if !strings.Contains(element(t, body, "reason"), `aria-required="true"`) {
		t.Error("the reason of a long wait is not required")
	}
}

// TestWhatIsStoredOfSecrets shows the hint and the end of a secret, and what waits for a restart.
func TestWhatIsStoredOfSecrets(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("value.name", "x")
	posted.Set("value.count", "7")
	posted.Set("secret.password", "s3cret")
	posted.Set("secret.account", "ticket-1")
	if status, body := page.post(t, "/save", "", posted); status != http.StatusSeeOther {
		t.Fatal(status, body)
	}
	after := page.get(t)
	for field, want := range map[string]string{
		"password": "Stored: ends in 4711. Valid until ", "account": "Given since ", "count": "after a restart",
	} {
		if !strings.Contains(element(t, after, field), want) {
			t.Errorf("%s: no %q in\n%s", field, want, element(t, after, field))
		}
	}
	if !strings.Contains(after, "Saved, but in force only after a restart: Count.") {
		t.Error("the page does not say what waits for a restart")
	}
	posted = filledIn(t, after)
	posted.Set("value.name", "BIG")
	posted.Set("secret.password", "n3w")
	_, body := page.post(t, "/save", "", posted)
	if strings.Contains(body, "n3w") || !strings.Contains(element(t, body, "password"), "Type it again") {
		t.Error("a typed secret came back, or the page does not say that it has to be typed again")
	}
}

// TestDeprecatedFieldWithValue shows a deprecated field as long as it has a value.
func TestDeprecatedFieldWithValue(t *testing.T) {
	page := newKinds(t)
	saved, err := page.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{Values: shared.Values{
		"name": shared.Text("x"), "greeting": shared.Text("hello"),
	}}})
	if err != nil || !saved.Saved {
		t.Fatal(saved, err)
	}
	shown := element(t, page.get(t), "greeting")
	if strings.Contains(shown, "disabled") || !strings.Contains(shown, "hello") {
		t.Error(shown)
	}
}

// TestEnterSaves has the first button of the form, which Enter in a field presses, be the one that saves. Of a page
// with actions it would be one of theirs otherwise.
func TestEnterSaves(t *testing.T) {
	_, inForm, _ := strings.Cut(newKinds(t).get(t), `<form id="settings-form"`)
	_, button, _ := strings.Cut(inForm, `<button type="submit"`)
	if button, _, _ = strings.Cut(button, ">"); button != " hidden" {
		t.Errorf("Enter presses <button type=submit%s>", button)
	}
}
