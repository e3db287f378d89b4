package form_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestFoundIsOfUse runs an action that finds values for a field of each kind that can have such, without scripts: the
// page says so of each, and what was found can be taken over without typing it.
func TestFoundIsOfUse(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("value.name", "x")
	posted.Set("value.replicas", "mine\r\neu-photos")
	posted.Set("action", "find_buckets")
	_, body := page.post(t, "/action", "", posted)
	for _, label := range []string{"Bucket", "Mirrors", "Replicas", "Archive"} {
		if !strings.Contains(body, "2 values for “"+label+"” were found.") {
			t.Errorf("of %s nothing is said", label)
		}
	}
	if !strings.Contains(body, `value="{&#34;archive&#34;:&#34;eu-backups&#34;}">Backups</button>`) {
		t.Error("a text with proposals has no buttons")
	}
	for _, c := range []struct {
		ticked []string
		want   shared.Value
	}{
		{[]string{"eu-photos"}, shared.List("mine", "eu-photos")}, // as it came
		{[]string{"eu-photos", "eu-backups"}, shared.List("mine", "eu-photos", "eu-backups")},
		{nil, shared.List("mine")},
		{[]string{"eu-backups"}, shared.List("mine", "eu-backups")},
	} {
		posted = filledIn(t, body)
		posted["add.replicas"] = c.ticked
		posted["value.mirrors"] = []string{"eu-backups"}
		page.post(t, "/validate", "", posted)
		if got := page.validated.Values; got["replicas"] != c.want || got["mirrors"] != shared.List("eu-backups") {
			t.Errorf("%v ticked: the draft is %v", c.ticked, got)
		}
	}
	posted = filledIn(t, body)
	posted.Set("value.replicas", "mine") // The line was taken out, and the box is still ticked.
	if page.post(t, "/validate", "", posted); page.validated.Values["replicas"] != shared.List("mine") {
		t.Errorf("what was taken out is back: %v", page.validated.Values["replicas"])
	}
}

// TestFoundIsStreamed has the script told of what was found for a list as of any other field.
func TestFoundIsStreamed(t *testing.T) {
	page := newKinds(t)
	posted := filledIn(t, page.get(t))
	posted.Set("action", "find_buckets")
	_, body := page.post(t, "/action", stream, posted)
	lines := strings.Split(strings.TrimSpace(body), "\n")
	var last struct {
		HTML    string
		Choices map[string]string
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err, body)
	}
	for _, want := range []string{`<option value="eu-backups" label="Backups">`,
		`type="checkbox" name="add.replicas" value="eu-backups"`} {
		if !strings.Contains(last.Choices["replicas"], want) {
			t.Errorf("no %s in %s", want, last.Choices["replicas"])
		}
	}
	if !strings.Contains(last.HTML, "2 values for “Replicas” were found.") {
		t.Errorf("the verdict says nothing of the list:\n%s", last.HTML)
	}
}
