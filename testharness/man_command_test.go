package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestManualPages holds the pages to what man(7) defines; mandoc itself looks at them in .ci/check-dist.
func TestManualPages(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1795690354")
	directory := t.TempDir()
	root := newRootCommand()
	root.PersistentFlags().Lookup("actor").DefValue = "the-builder"
	root.SetArgs([]string{"man", directory})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(directory, "testharness*.1"))
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	odd := regexp.MustCompile(`\n\n\.|(?m)^\t|the-builder`)
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.ToUpper(strings.TrimSuffix(filepath.Base(page), ".1"))
		if want := `.TH "` + name + `" "1" "2026-11-26"`; !strings.Contains(string(content), want) {
			t.Errorf("%s: no %s", page, want)
		}
		if found := odd.Find(content); found != nil {
			t.Errorf("%s: %q", page, found)
		}
	}
}
