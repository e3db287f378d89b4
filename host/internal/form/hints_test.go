package form_test

import (
	"encoding/json"
	"testing"
)

// TestHintsAfterRefusal holds what the script needs to take back that nothing was saved: whether anything is wrong
// still. As long as it is, a field that was left empty stays marked.
func TestHintsAfterRefusal(t *testing.T) {
	page := newKinds(t)
	for name, c := range map[string]struct {
		name, refused string
		marked, valid bool
	}{
		"empty, as nobody has filled it in yet": {},
		"empty, and refused for it":             {refused: "true", marked: true},
		"wrong":                                 {name: "BIG", marked: true},
		"wrong, and refused for it":             {name: "BIG", refused: "true", marked: true},
		"corrected":                             {name: "x", refused: "true", valid: true},
	} {
		posted := filledIn(t, page.get(t))
		posted.Set("value.name", c.name)
		posted.Set("refused", c.refused)
		_, body := page.post(t, "/validate", "", posted)
		var answer struct {
			Findings map[string]string
			Valid    bool
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(err)
		}
		if marked := answer.Findings["name"] != ""; marked != c.marked || answer.Valid != c.valid {
			t.Errorf("%s: marked %t, valid %t: %s", name, marked, answer.Valid, body)
		}
	}
}
