package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestActionCommand lists the actions of a page and runs one: the address to visit, the verdict and all that was found
// are told, a ticket never; what is to be agreed to is not done without.
func TestActionCommand(t *testing.T) {
	plugin, manifest := truthful(t), manifestOf(t)
	for line, want := range map[string]struct {
		status int
		says   []string
	}{
		"action": {exitDone, []string{"look", "formats. (offered when safe is false)", "deep",
			"rotate  Rotate"}},
		"action --json":               {exitDone, []string{`"actions": [`, `"confirm": "Sure?"`}},
		"action --save":               {exitUsage, []string{"say which action"}},
		"action none":                 {exitUsage, []string{`no action "none"`}},
		"action look rotate":          {exitUsage, nil},
		"action look --option deep":   {exitUsage, []string{"write option=value"}},
		"action look --option wide=1": {exitUsage, []string{`no option "wide"`}},
		"action look":                 {exitFailed, []string{"nothing was done", "Sure?", "--yes"}},
		"action look --json":          {exitFailed, []string{"nothing was done", "Sure?", "--yes"}},
		"action look --yes": {exitDone, []string{"Sign in there.", "https://a.example/device",
			"Code: ABCD"}},
		"action look --yes --option deep=no": {exitDone, []string{"Fill in: --set port=587", "Choices of format (Format):",
			"  --set format=csv  CSV\n"}},
		"action look --yes --json":         {exitDone, []string{`"outcome":`, `"port": 587`, `(hidden)`, "Code: ABCD"}},
		"action look --yes --set safe=yes": {exitUsage, []string{`does not offer the action "look"`}},
		"action look --yes --save":         {exitDone, []string{"authorization for grant", "Saved as revision"}},
		"action look --yes --save --json":  {exitDone, []string{`"saved": true`}},
	} {
		status, out := run(t, plugin, manifest, line)
		if status != want.status {
			t.Errorf("%s: exit status %d\n%s", line, status, out)
		}
		for _, part := range want.says {
			if !strings.Contains(out, part) {
				t.Errorf("%s: it does not say %q\n%s", line, part, out)
			}
		}
		if strings.Contains(out, "t1") {
			t.Errorf("%s: it prints the ticket\n%s", line, out)
		}
	}
}

// TestAssignListsAndMaps types lists, maps and sizes as --set and --option take them, and reads back what is printed.
func TestAssignListsAndMaps(t *testing.T) {
	form := shared.Schema{Sections: []shared.Section{{Fields: []shared.Field{
		{Name: "servers", Label: "Servers", Kind: shared.KindList},
		{Name: "headers", Label: "Headers", Kind: shared.KindMap},
		{Name: "size", Label: "Size", Kind: shared.KindByteSize},
		{Name: "shown", Label: "Shown", Kind: shared.KindText, ReadOnly: true},
	}}}}
	for name, test := range map[string]struct {
		typed []string
		want  shared.Value
	}{
		"JSON list":      {[]string{`servers=["a","b"]`}, shared.List("a", "b")},
		"lines":          {[]string{"servers=a\nb"}, shared.List("a", "b")},
		"repeated":       {[]string{"servers=a", `servers=["b","c"]`}, shared.List("a", "b", "c")},
		"emptied":        {[]string{"servers=a", "servers=", "servers=b"}, shared.List("b")},
		"JSON map":       {[]string{`headers={"k":"t"}`}, shared.Map(map[string]string{"k": "t"})},
		"map, repeated":  {[]string{"headers=k = t", "headers=l=u"}, shared.Map(map[string]string{"k": "t", "l": "u"})},
		"size":           {[]string{"size=10 MiB"}, shared.Integer(10 << 20)},
		"size, repeated": {[]string{"size=10 MiB", "size=1 KiB"}, shared.Integer(1024)},
	} {
		flags := draftFlags{set: test.typed}
		draft, err := flags.read(form)
		field, _, _ := strings.Cut(test.typed[0], "=")
		if got := draft.Values[field]; err != nil || got != test.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		declared, _ := form.Field(field)
		printed := onOneLine(declared, test.want)
		if back, err := declared.Parse(printed); err != nil || back != test.want || strings.Contains(printed, "\n") {
			t.Errorf("%s: printed as %q, read as %v, %v", name, printed, back, err)
		}
		options, err := assigned(form, test.typed, "no %q")
		if err != nil || options[field] != test.want {
			t.Errorf("%s, as an option: %v, %v", name, options[field], err)
		}
	}
	if _, err := (&draftFlags{set: []string{"shown=x"}}).read(form); err == nil {
		t.Error("a computed field is set")
	}
}

// askingPage asks its questions one after the other before it saves.
type askingPage struct {
	shared.SettingsPage
	questions []string
	saves     int
}

func (p *askingPage) Save(_ context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	at := min(p.saves, len(p.questions))
	p.saves++
	if at > 0 && request.Confirmed != p.questions[at-1] || at < len(p.questions) {
		return shared.SaveResult{Confirm: p.questions[min(at, len(p.questions)-1)]}, nil
	}
	return shared.SaveResult{Saved: true}, nil
}

// TestSaveAgreed saves with the agreement that the page asks for, each sentence in turn and not without end.
func TestSaveAgreed(t *testing.T) {
	for name, test := range map[string]struct {
		questions []string
		yes       bool
		typed     string
		saved     bool
		saves     int
	}{
		"nothing asked": {nil, false, "", true, 1},
		"--yes":         {[]string{"One?"}, true, "", true, 2},
		"two questions": {[]string{"One?", "Two?"}, true, "", true, 3},
		"without end":   {strings.Fields("a b c d e f g"), true, "", false, 4},
		"typed yes":     {[]string{"One?"}, false, "Yes\n", true, 2},
		"typed no":      {[]string{"One?"}, false, "\n", false, 1},
		"no terminal":   {[]string{"One?"}, false, "", false, 1},
	} {
		var asked bytes.Buffer
		here := invocation{prompts: &asked}
		if test.typed != "" {
			here.answers = strings.NewReader(test.typed)
		}
		page := &askingPage{questions: test.questions}
		save := func(confirmed string) (shared.SaveResult, error) {
			return page.Save(t.Context(), shared.SaveRequest{Confirmed: confirmed})
		}
		outcome, err := untilAgreed(save, func(sentence string) bool { return here.agreed(sentence, test.yes) })
		if err != nil || outcome.Saved != test.saved || page.saves != test.saves {
			t.Errorf("%s: saved %v after %d calls, %v", name, outcome.Saved, page.saves, err)
		}
		if test.typed != "" && asked.String() != "One? [y/N] " {
			t.Errorf("%s: asked %q", name, asked.String())
		}
	}
	var out bytes.Buffer
	unsaved := saved(shared.SaveResult{Confirm: "This signs everybody out."})
	unsaved.text(&out)
	if document, _ := json.Marshal(unsaved.document); !unsaved.failed ||
		out.String() != "This signs everybody out. Agree with --yes.\nNothing was saved.\n" ||
		!bytes.Contains(document, []byte(`"confirm":"This signs everybody out."`)) {
		t.Errorf("a save that is not agreed to: %s, %s", out.String(), document)
	}
}
