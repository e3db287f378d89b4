package filestore_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/filestore"
)

// A page appends what is saved to the revision that the draft was made from. The second of two who began with the same
// one is told so.
func Example() {
	directory, err := os.MkdirTemp("", "settings")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(directory)
	store, err := filestore.Open[shared.Values](directory)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, revision, _ := store.Current()
	saved, err := store.Append(revision.Number, "anna", shared.Values{"address": shared.Text("lamp.example:4000")})
	fmt.Println(saved.Number, saved.Author, err)
	_, err = store.Append(revision.Number, "bert", shared.Values{})
	fmt.Println("conflict:", errors.Is(err, filestore.ErrConflict))
	values, revision, _ := store.Current()
	fmt.Println(values["address"], revision.Number)
	// Output:
	// 1 anna <nil>
	// conflict: true
	// lamp.example:4000 1
}
