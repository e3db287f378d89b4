package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

func configured(t *testing.T, content string) (config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plugin.hcl")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Read(path)
	if err != nil {
		return config{}, err
	}
	c := config{Configuration: plugin.Configuration{DataDir: "data"}}
	if err := m.Config(&c); err != nil {
		return c, err
	}
	if c.SecretDir != "" {
		c.SecretDir = m.Resolve(c.SecretDir)
	}
	return c, c.Check()
}

// commentedKey is a key that the example shows but does not set.
var commentedKey = regexp.MustCompile(`(?m)^( +)# ([a-z_0-9]+ += .*)$`)

// TestExamples reads the plugin.hcl of this repository, with and without what it only shows, and the one of the
// document.
func TestExamples(t *testing.T) {
	example, err := os.ReadFile("../../plugin.hcl")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile("../../docs/plugin-hcl.md")
	if err != nil {
		t.Fatal(err)
	}
	_, fenced, _ := strings.Cut(string(document), "```hcl\n")
	fenced, _, _ = strings.Cut(fenced, "```")
	whole := commentedKey.ReplaceAllString(string(example), "$1$2")
	whole = strings.Replace(whole, `sha256 = "…"`, `sha256 = "`+strings.Repeat("0", 64)+`"`, 1)
	for name, content := range map[string]string{"plugin.hcl": string(example), "all of plugin.hcl": whole,
		"docs/plugin-hcl.md": fenced} {
		if _, err := configured(t, content); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c, _ := configured(t, whole); c.Database == "" || c.Key == "" || len(c.Allow) == 0 {
		t.Errorf("what plugin.hcl only shows was not read: %+v", c)
	}
}

// TestDeprecatedKeys takes keys of older versions, with a warning that names the place.
func TestDeprecatedKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plugin.hcl")
	content := "plugin \"smtp\" {\n  binary = \"x\"\n  config {\n    attempt_limit = \"4s\"\n    " +
		"rescue_after = \"5s\"\n  }\n}\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var c config
	if err := m.Config(&c); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{path + ":4:5: config: the key \"attempt_limit\" has no effect any more",
		path + ":5:5: config: the key \"rescue_after\""} {
		if warnings := m.Warnings(); len(warnings) != 2 || !strings.HasPrefix(warnings[i], want) {
			t.Errorf("%q, want %q", warnings, want)
		}
	}
}
