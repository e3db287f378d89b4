package finding

import (
	"encoding/json"
	"reflect"
	"testing"
	"testing/fstest"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

var german = text.NewCatalog(fstest.MapFS{"de.json": {Data: []byte(`{"It is {what}.": "Es ist {what}.",
	"Enter it again.": "Geben Sie es noch einmal ein.", "Use port {port}": "Port {port} nehmen"}`)}}, ".").Language("de")

var written = shared.Diagnostic{
	Severity: shared.SeverityError, Code: "a_code", Scope: shared.ScopeLogin, Lasting: shared.LastingPermanent,
	Step: "auth", Field: "password",
	Summary: "Es ist so.", Detail: "Geben Sie es noch einmal ein.",
	Evidence: &shared.Evidence{Code: 535, EnhancedCode: "5.7.8", Text: "no"},
	Fixes:    []shared.Fix{{Label: "Port 465 nehmen", Values: shared.Values{"port": shared.Integer(465)}}},
}

// TestKept keeps a finding and writes it later in another language; one that was kept with strings too.
func TestKept(t *testing.T) {
	one := Finding{
		Severity: shared.SeverityError, Code: "a_code", Scope: shared.ScopeLogin, Lasting: shared.LastingPermanent,
		Step: "auth", Field: "password",
		Summary: text.Of("It is {what}.", "what", "so"), Detail: text.Of("Enter it again."),
		Evidence: &shared.Evidence{Code: 535, EnhancedCode: "5.7.8", Text: "no"},
		Fixes:    []Fix{{Label: text.Of("Use port {port}", "port", 465), Values: shared.Values{"port": shared.Integer(465)}}},
	}
	kept, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	const asStrings = `{"severity":"error","code":"a_code","scope":"login","lasting":"permanent",
		"step":"auth","field":"password",
		"summary":"\u001f[\"It is {what}.\",\"what\",\"so\"]","detail":"Enter it again.",
		"evidence":{"code":535,"enhanced_code":"5.7.8","text":"no"},
		"fixes":[{"label":"\u001f[\"Use port {port}\",\"port\",\"465\"]","values":{"port":465}}]}`
	for _, content := range []string{string(kept), asStrings} {
		var read Finding
		if err := json.Unmarshal([]byte(content), &read); err != nil {
			t.Fatal(err)
		}
		if got := read.In(german); !reflect.DeepEqual(got, written) {
			t.Errorf("%s\nbecame %+v", content, got)
		}
	}
}

// TestEveryFieldIsWritten compares the fields with those of the contract.
func TestEveryFieldIsWritten(t *testing.T) {
	ours, theirs := reflect.TypeFor[Finding](), reflect.TypeFor[shared.Diagnostic]()
	for i := range theirs.NumField() {
		field := theirs.Field(i)
		if _, has := ours.FieldByName(field.Name); !has {
			t.Errorf("a finding has no %s", field.Name)
		}
		if reflect.ValueOf(written).Field(i).IsZero() {
			t.Errorf("the test does not look at %s", field.Name)
		}
	}
}
