package settingstest_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// valid is a draft that the page can save. Values that follow from the form need not be named.
var valid = shared.Draft{Values: shared.Values{"address": shared.Text("localhost:514")}}

// This is all that a plugin's own tests need: each rule of the contract is a subtest.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestConformance(t *testing.T)
		settingstest.Run(t, func(t *testing.T) shared.SettingsPage {
			page, err := skeleton.New(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			return page
		}, valid)
	}
	// Output:
}

// A program prints a line for each rule; here only the verdict is of interest.
func ExampleReport() {
	directory, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(directory)
	page, err := skeleton.New(directory)
	if err != nil {
		log.Fatal(err)
	}
	kept := settingstest.Report(context.Background(), io.Discard, func() shared.SettingsPage { return page }, valid)
	fmt.Println("The page keeps the contract:", kept)
	// Output: The page keeps the contract: true
}
