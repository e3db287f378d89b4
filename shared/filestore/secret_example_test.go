package filestore_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filestore"
)

// state is what filestore keeps. Destination is the address that the token was entered for.
type state struct {
	Values      shared.Values `json:"values"`
	Token       string        `json:"token,omitempty"`
	Destination string        `json:"destination,omitempty"`
}

// WithoutSecrets is what stays of a revision once a newer one is saved.
func (s state) WithoutSecrets() state { return state{Values: s.Values} }

// next is what the draft would lead to. With ok false the token was entered for another address: ask for it again.
func next(current state, draft shared.Draft) (after state, ok bool) {
	after = current
	after.Values = draft.Apply(current.Values)
	address, _ := after.Values["address"].AsText()
	switch change := draft.Secrets["token"]; change.Action {
	case shared.SecretReplace:
		after.Token, after.Destination = change.Text.Reveal(), address
	case shared.SecretClear:
		after.Token, after.Destination = "", ""
	}
	return after, after.Token == "" || after.Destination == address
}

// A secret is kept in the newest revision only, and bound to the address that it was entered for.
func Example_secret() {
	directory, err := os.MkdirTemp("", "settings")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(directory)
	store, err := filestore.Open[state](directory)
	if err != nil {
		fmt.Println(err)
		return
	}
	first, ok := next(state{}, shared.Draft{
		Values:  shared.Values{"address": shared.Text("lamp.example:4000")},
		Secrets: map[string]shared.SecretChange{"token": shared.ReplaceSecret("t0ken")},
	})
	_, err = store.Append(0, "anna", first)
	fmt.Println("entered:", ok, err)
	current, _, _ := store.Current()
	_, ok = next(current, shared.Draft{})
	fmt.Println("kept:", ok)
	_, ok = next(current, shared.Draft{Values: shared.Values{"address": shared.Text("other.example:4000")}})
	fmt.Println("another address:", ok)
	// Output:
	// entered: true <nil>
	// kept: true
	// another address: false
}

// TestSecretAsDocumented holds that docs/write-a-plugin.md shows the example as it is compiled and run here.
func TestSecretAsDocumented(t *testing.T) {
	source, err := os.ReadFile("secret_example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile("../../docs/write-a-plugin.md")
	if err != nil {
		t.Fatal(err)
	}
	begin, end := strings.Index(string(source), "// state is"), strings.Index(string(source), "\n// A secret is kept")
	if sample := string(source)[begin:end]; !strings.Contains(string(document), "```go\n"+sample+"```\n") {
		t.Errorf("the document does not show\n%s", sample)
	}
}
