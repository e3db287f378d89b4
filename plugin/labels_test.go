package plugin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// namesElsewhere stand in quotation marks, and are what servers, providers and the host's operator call something.
var namesElsewhere = []string{"STARTTLS", "apikey", "Authenticated SMTP", "Mail Send", "resend", "SMTP_Injection",
	"Send via SMTP", "inspect esmtp", "Send mail as", "Send as", "Access token", "Certificates & secrets",
	"Value", "Secret ID", "Web", "Grant admin consent", "Service accounts roles", "Standard flow",
	"OAuth 2.0 Device Authorization Grant"}

var quotation = regexp.MustCompile(`“([^”{}]*)”`)

// TestTextsNameWhatThePageHas holds that what a text calls a field, an option or a button is called so on the page, in
// every language: a reader who is sent to a button that is not there is lost.
func TestTextsNameWhatThePageHas(t *testing.T) {
	page := openPage(t, Configuration{DataDir: t.TempDir()})
	english := labelsIn(t, page, "en")
	files, err := filepath.Glob("internal/language/languages/*.json")
	if err != nil || len(files) != 7 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		tag := strings.TrimSuffix(filepath.Base(file), ".json")
		translated := labelsIn(t, page, tag)
		content, err := os.ReadFile(file)
		var catalog map[string]json.RawMessage
		if err != nil || json.Unmarshal(content, &catalog) != nil {
			t.Fatal(file, err)
		}
		for message, translation := range catalog {
			for _, quoted := range quotation.FindAllStringSubmatch(message, -1) {
				name := quoted[1]
				at := slices.Index(english, name)
				if at < 0 && !slices.Contains(namesElsewhere, name) {
					t.Errorf("the page has nothing called %q: %s", name, message)
				}
				if at >= 0 && !strings.Contains(string(translation), translated[at]) {
					t.Errorf("%s: %q is called %q on the page, but not in %s", tag, name, translated[at], translation)
				}
			}
		}
	}
}

// labelsIn are the names of all that the page has, in the same order in every language.
func labelsIn(t *testing.T, page *Page, locale string) []string {
	t.Helper()
	schema, err := page.Schema(t.Context(), shared.SchemaRequest{Locale: locale})
	if err != nil {
		t.Fatal(err)
	}
	fields := slices.Concat(slices.Collect(schema.Fields()), schema.Test.Options)
	labels := []string{schema.Title, schema.Test.Label}
	for _, section := range schema.Sections {
		labels = append(labels, section.Title)
	}
	for _, action := range schema.Actions {
		labels = append(labels, action.Label)
	}
	for _, field := range fields {
		labels = append(labels, field.Label)
		for _, option := range field.Options {
			labels = append(labels, option.Label)
		}
	}
	return labels
}
