package form_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

func labels(site string) shared.Value { return shared.Map(map[string]string{"site": site}) }

// versionsOf are what a field of each kind is when the form is opened, and what others make of it.
var versionsOf = map[string][2]shared.Value{
	"name":        {shared.Text("a"), shared.Text("b")},
	"notes":       {shared.Text("\none\r\ntwo "), shared.Text("one")},
	"contact":     {shared.Text("a@a.example"), shared.Text("b@b.example")},
	"site":        {shared.Text("https://a.example/"), shared.Text("https://b.example/")},
	"server":      {shared.Text("[::1]:636"), {}},
	"certificate": {shared.Text("PEM"), shared.Text("PEM 2")},
	"greeting":    {shared.Text(strings.Repeat("long ", 500)), shared.Text(strings.Repeat("other", 500))},
	"count":       {shared.Integer(7), shared.Integer(8)},
	"ratio":       {shared.Decimal(0.25), shared.Decimal(1)},
	"size":        {shared.Integer(2 << 20), shared.Integer(3 << 20)},
	"wait":        {shared.Text("45s"), shared.Text("50s")},
	"since":       {shared.Text("2026-12-31"), shared.Text("2026-11-30")},
	"mode":        {shared.Text("tls"), shared.Text("plain")},
	"transport":   {shared.Text("tls"), shared.Text("plain")},
	"parts":       {shared.List("tail", "head"), shared.List("head")},
	"bucket":      {shared.Text("mine"), shared.Text("yours")},
	"mirrors":     {shared.List("b", "a"), shared.List("c")},
	"servers":     {shared.List("a.example:1"), shared.List("b.example:2", "a.example:1")},
	"groups":      {labels("vienna"), labels("graz")},
	"proxied":     {shared.Boolean(true), shared.Boolean(false)},
}

// saveValues saves values over what is in force, by another reader.
func (p *kindsPage) saveValues(t *testing.T, values shared.Values, secrets map[string]shared.SecretChange) {
	t.Helper()
	snapshot, err := p.Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	saved, err := p.Save(t.Context(), shared.SaveRequest{
		Actor: "bob", Draft: shared.Draft{Values: values, Secrets: secrets}, Revision: snapshot.Revision.Number,
	})
	if err != nil || !saved.Saved {
		t.Fatal(saved.Diagnostics, err)
	}
}

// opened returns a page with a value of each field, and the form as a reader has it.
func opened(t *testing.T) (*kindsPage, url.Values) {
	t.Helper()
	page := newKinds(t)
	first := shared.Values{"proxy": shared.Text("p.example:1")}
	for name, one := range versionsOf {
		first[name] = one[0]
	}
	page.saveValues(t, first, nil)
	return page, filledIn(t, page.get(t))
}

// chosen tells which version of a field is chosen in a conflict: "" where it is not in it, "none" where none is.
func chosen(said, field string) string {
	_, row, there := strings.Cut(said, `name="choice.`+field+`" value="yours"`)
	row, _, _ = strings.Cut(row, `role="row"`)
	yours, theirs, _ := strings.Cut(row, `value="theirs"`)
	switch {
	case !there:
		return ""
	case strings.Contains(yours, "checked>"):
		return "yours"
	case strings.Contains(theirs, "checked>"):
		return "theirs"
	default:
		return "none"
	}
}

// TestConflictKeepsWhatOthersChanged has a reader save a form in which others have changed each field meanwhile, on a
// page without an audit trail. Of a field of each kind that the reader left alone, theirs is chosen and stands in the
// form; saving it as it is undoes nothing of theirs.
func TestConflictKeepsWhatOthersChanged(t *testing.T) {
	for field, c := range versionsOf {
		page, posted := opened(t)
		changed := "name"
		if field == changed {
			changed = "count"
		}
		page.saveValues(t, shared.Values{field: c[1]}, nil)
		posted.Set("value."+changed, map[string]string{"name": "ours", "count": "4"}[changed])
		status, body := page.post(t, "/save", "", posted)
		if status != http.StatusConflict {
			t.Fatalf("%s: status %d", field, status)
		}
		if is := chosen(body, field); is != "theirs" && is != "" || chosen(body, changed) != "yours" {
			t.Errorf("%s: %q is chosen, and of what was changed %q", field, is, chosen(body, changed))
		}
		_, reply := page.post(t, "/save", "application/json", posted)
		var told struct{ Values shared.Values }
		if err := json.Unmarshal([]byte(reply), &told); err != nil || told.Values[field] != c[1] || len(told.Values) != 1 {
			t.Errorf("%s: %v, the script is told %v", field, err, told.Values)
		}
		if status, body = page.post(t, "/save", "", filledIn(t, body)); status != http.StatusSeeOther {
			t.Errorf("%s: saved again: status %d\n%s", field, status, body)
			continue
		}
		snapshot, _ := page.Load(t.Context(), shared.LoadRequest{})
		if snapshot.Values[field] != c[1] || snapshot.Values[changed].IsEmpty() || snapshot.Values[changed] == c[0] {
			t.Errorf("%s: %q was saved, and of what was changed %q", field, snapshot.Values[field], snapshot.Values[changed])
		}
	}
}

// TestConflictIsMergedAsChosen has a reader take the version of the others, or the own one, of a field that both have
// changed and of one that only they have, without scripts.
func TestConflictIsMergedAsChosen(t *testing.T) {
	for _, choice := range []string{"yours", "theirs"} {
		page, posted := opened(t)
		posted.Set("value.reason", "mine") // It was not set, and has no default.
		page.saveValues(t, shared.Values{"groups": versionsOf["groups"][1], "name": shared.Text("b")},
			map[string]shared.SecretChange{"password": shared.ReplaceSecret("0ther")})
		posted.Set("value.name", "mine")
		posted.Set("secret.password", "s3cret")
		_, body := page.post(t, "/save", "", posted)
		for field, is := range map[string]string{"groups": "theirs", "name": "yours", "password": "yours", "count": ""} {
			if chosen(body, field) != is {
				t.Errorf("of %s %q is chosen, want %q", field, chosen(body, field), is)
			}
		}
		_, row, _ := strings.Cut(body, "<strong>Reason</strong>")
		if row, _, _ = strings.Cut(row, `role="row"`); !strings.Contains(row, "not set") {
			t.Errorf("what has no default had it:\n%s", body)
		}
		if strings.Count(body, ">both changed<") != 2 || !strings.Contains(body, "Fields that you have not changed") {
			t.Errorf("it is not told what both have changed:\n%s", body)
		}
		posted = filledIn(t, body)
		posted.Set("choice.name", choice)
		posted.Set("choice.groups", choice)
		_, body = page.post(t, "/merge", "", posted)
		want := map[string][2]string{"yours": {"mine", "site = vienna"}, "theirs": {"b", "site = graz"}}[choice]
		posted = filledIn(t, body)
		if posted.Get("value.name") != want[0] || posted.Get("value.groups") != want[1] {
			t.Errorf("%s: the form holds %q and %q", choice, posted.Get("value.name"), posted.Get("value.groups"))
		}
		if status, _ := page.post(t, "/save", "", posted); status != http.StatusSeeOther {
			t.Errorf("%s: what was merged is not saved: %d", choice, status)
		}
	}
}

// TestConflictWithoutBase has a form that does not say what it was opened with: nothing is chosen for the reader, and
// nothing is filled in.
func TestConflictWithoutBase(t *testing.T) {
	page, posted := opened(t)
	posted.Del("base")
	page.saveValues(t, shared.Values{"groups": versionsOf["groups"][1]}, nil)
	_, body := page.post(t, "/save", "", posted)
	if chosen(body, "groups") != "none" || !strings.Contains(body, "not known") ||
		strings.Contains(body, "Fields that you have not changed") {
		t.Errorf("%q is chosen:\n%s", chosen(body, "groups"), body)
	}
	posted.Set("base", "no JSON")
	if status, _ := page.post(t, "/save", "", posted); status != http.StatusBadRequest {
		t.Errorf("what was not made by this page: %d", status)
	}
}

// TestConflictOfLongValues has both change a value that goes with the form as a digest alone: they are asked, and it is
// not told what it was.
func TestConflictOfLongValues(t *testing.T) {
	page, posted := opened(t)
	if len(posted.Get("base")) > 2000 {
		t.Errorf("the form carries %d bytes beside what it shows", len(posted.Get("base")))
	}
	page.saveValues(t, shared.Values{"greeting": versionsOf["greeting"][1]}, nil)
	posted.Set("value.greeting", "mine")
	_, body := page.post(t, "/save", "", posted)
	if chosen(body, "greeting") != "yours" || !strings.Contains(body, ">both changed<") ||
		!strings.Contains(body, "not known") {
		t.Errorf("%q is chosen:\n%s", chosen(body, "greeting"), body)
	}
}
