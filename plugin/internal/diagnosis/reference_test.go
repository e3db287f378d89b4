package diagnosis

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestReference holds the document to the table. Its last part is that of the notification service, which writes it.
func TestReference(t *testing.T) {
	const path, last = "../../../docs/causes.md", "\n## The notification service\n"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	have, others, _ := strings.Cut(string(content), last)
	if *update {
		if err := os.WriteFile(path, []byte(reference()+last+others), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have != reference() {
		t.Errorf("%s is not current, run go test ./plugin/internal/diagnosis -update", path)
	}
}

// reference writes the table as a document: every code with what it means and what to do.
func reference() string {
	var document strings.Builder
	document.WriteString("# Causes\n\nMade from the table in `plugin/internal/diagnosis`; `go test " +
		"./plugin/internal/diagnosis -update` writes it anew. The codes are stable.\n")
	for _, part := range []struct {
		title   string
		outcome Outcome
	}{
		{"No SMTP conversation could be had", ConnectionFailed}, {"The login was refused", LoginFailed},
		{"Everything else", Failed},
	} {
		fmt.Fprintf(&document, "\n## %s\n\n“%s”\n\n| code | scope | lasting | provider | meaning | what to do "+
			"|\n|---|---|---|---|---|---|\n", part.title, part.outcome.Headline())
		for _, line := range referenceLines(part.outcome) {
			document.WriteString(line)
		}
	}
	return document.String()
}

func referenceLines(outcome Outcome) []string {
	var lines []string
	for _, one := range causeList() {
		if one.outcome != outcome {
			continue
		}
		for _, said := range one.words {
			line := fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s |\n", one.code, one.scope, one.lasting, said.provider,
				escapeCell(said.summary), escapeCell(said.detail))
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func escapeCell(said text.Message) string { return strings.ReplaceAll(string(said), "|", `\|`) }
