package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/version"
)

func TestContractVersionCanBeDownloaded(t *testing.T) {
	for name, test := range map[string]struct {
		build version.Build
		want  string
	}{
		"a release built from its checkout": {version.Build{Version: "0.1.0", Revision: "0123"}, "v0.1.0"},
		"a candidate":                       {version.Build{Version: "0.2.0-rc.1", Revision: "0123"}, "v0.2.0-rc.1"},
		"go install of a version":           {version.Build{Version: "0.1.0"}, "v0.1.0"},
		"go install of a branch": {version.Build{Version: "0.1.1-0.20261126105029-0123456789ab"},
			"v0.1.1-0.20261126105029-0123456789ab"},
		"an untagged checkout": {version.Build{Version: "0.1.1-0.20261126105029-0123456789ab",
			Revision: "0123"}, unpublished},
		"a checkout with changes": {version.Build{Version: "0.1.0+dirty", Revision: "0123"}, unpublished},
		"nothing recorded":        {version.Build{Version: version.Unknown}, unpublished},
	} {
		t.Run(name, func(t *testing.T) {
			if got := contractVersion(test.build); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestCheckoutIsFoundByTheProgramInIt(t *testing.T) {
	checkout := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(checkout, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700),
			os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	inside := write("src/bin/testharness", "")
	write("go.mod", "module example.com/around\n")
	if got := checkoutOf(inside, nil); got != "" {
		t.Errorf("a program of another module is said to stand in %s", got)
	}
	write("src/go.mod", "module "+thisModule+"\n\ngo 1.26.0\n")
	if got, want := checkoutOf(inside, nil), filepath.Join(checkout, "src"); got != want {
		t.Errorf("the checkout of %s is %q, want %q", inside, got, want)
	}
	if got := checkoutOf("", errors.New("not known")); got != "" {
		t.Errorf("a program that is not known stands in %q", got)
	}
}

func TestTakenNames(t *testing.T) {
	for name, want := range map[string]bool{"func": true, "shared": true, "net": true, "main": true, "internal": true,
		"transport": true, "address": true, "weather": false, "ldap": false, "s3": false} {
		if taken(name) != want {
			t.Errorf("taken(%q) is %t", name, !want)
		}
	}
}
