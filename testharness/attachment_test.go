package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestReadAttachment reads files with and without what may stand behind their names.
func TestReadAttachment(t *testing.T) {
	directory := t.TempDir()
	for _, name := range []string{"chart.png", "odd;name.txt", "unknown.zzz9"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte("content"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for given, want := range map[string]shared.Attachment{
		"chart.png":              {Name: "chart.png", Type: "image/png"},
		"chart.png;inline=chart": {Name: "chart.png", Type: "image/png", ContentID: "chart"},
		"chart.png;inline=chart;type=image/x-chart": {Name: "chart.png", Type: "image/x-chart", ContentID: "chart"},
		"chart.png;type=text/plain; charset=utf-8":  {Name: "chart.png", Type: "text/plain; charset=utf-8"},
		"chart.png;type=a/b;c=d;inline=x":           {Name: "chart.png", Type: "a/b;c=d", ContentID: "x"},
		"odd;name.txt":                              {Name: "odd;name.txt", Type: "text/plain"},
		"unknown.zzz9":                              {Name: "unknown.zzz9"},
	} {
		got, err := readAttachment(filepath.Join(directory, given))
		if err != nil || got.Name != want.Name || got.Type != want.Type || got.ContentID != want.ContentID ||
			string(got.Content) != "content" {
			t.Errorf("%s is %+v, %v", given, got, err)
		}
	}
	for given, want := range map[string]string{
		"nowhere.png": "no such file", "chart.png;inline": ";inline=ID", "chart.png;as=x": ";inline=ID", "": "--attach",
	} {
		if _, err := readAttachment(filepath.Join(directory, given)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", given, err)
		}
	}
}

// TestReadExpires reads times and lengths of time.
func TestReadExpires(t *testing.T) {
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	for given, want := range map[string]time.Time{
		"": {}, "10m": now.Add(10 * time.Minute), "-1s": now.Add(-time.Second),
		"2027-01-31T08:00:00+01:00": time.Date(2027, 1, 31, 7, 0, 0, 0, time.UTC),
	} {
		if got, err := readExpires(given, now); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, %v", given, got, err)
		}
	}
	for _, given := range []string{"tomorrow", "10", "2027-01-31"} {
		if _, err := readExpires(given, now); err == nil || !strings.Contains(err.Error(), "2026-02-03T04:05:06Z") {
			t.Errorf("%q: %v", given, err)
		}
	}
}
