package notify

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// meanings are of the codes of causes.go, for operators.
var meanings = []struct{ code, where, meaning, remedy string }{
	{cutOffCode, "notification",
		"It was cancelled while it was under way, after it had been cancelled and retried before.",
		"Retry it if it is still to be sent."},
	{notStarted, "service", "The service cannot begin to deliver; the reason is said, such as a database that is away.",
		"Mend what it names. It goes on trying every second."},
	{expiredCode, "notification", "It was not delivered by the time until which it was of use (*Expires*).",
		"None: it is not sent any more. The last attempt that failed is named."},
	{heldAfterMove, "service",
		"Notifications are held, because everything was moved to another database, which may have " +
			"delivered them since, and the move was undone.",
		"Deliver or discard what is held: the two buttons of the page, or " +
			"`testharness held deliver` or `held discard`."},
	{heldAfterRestore, "service", "Notifications are held, because the database was last used long before the start " +
		"(`restore_margin`): it may be a backup that was restored, and they may have been delivered since. A long stop " +
		"looks the same.", "Deliver what is held after a long stop, discard it after a restore: the two buttons of the " +
		"page, or `testharness held deliver` or `held discard`. Single ones: `testharness retry` and `cancel`."},
	{defectCode, "attempt", "The attempt failed because of a defect in this software.",
		"Report it, with the detail. The notification is tried again."},
	{messageUnusable, "notification", "The message cannot be written: its texts or attachments are damaged.",
		"Send it anew from where it came from."},
	{keyMissing, "attempt", "The key that the message was sealed with is not there. It waits, for as long as that takes.",
		"Put the key back: the file that it was in, or its source as `key` or in `old_keys` of plugin.hcl."},
	{outcomeUnknown, "attempt",
		"The message may have arrived: it was sent, but the server never said whether it took it. " +
			"After three sends in all it is a dead letter.", "Ask the recipient before you send it again."},
	{settingsUnreadable, "service", "The settings cannot be read at the moment; deliveries wait.",
		"See the log for the reason, such as a database that is away."},
}

const (
	causesFile  = "../../../docs/causes.md"
	causesTitle = "\n## The notification service\n"
)

func causesSection() string {
	var section strings.Builder
	section.WriteString(causesTitle + "\nWhat the service finds by itself; `go test ./plugin/internal/notify -run " +
		"TestCauses -update` writes this part anew.\n\n| code | of | meaning | what to do |\n|---|---|---|---|\n")
	lines := make([]string, len(meanings))
	for i, one := range meanings {
		lines[i] = fmt.Sprintf("| `%s` | %s | %s | %s |\n", one.code, one.where, one.meaning, one.remedy)
	}
	slices.Sort(lines)
	for _, line := range lines {
		section.WriteString(line)
	}
	return section.String()
}

// TestCauses holds the document to the codes of causes.go, all of them.
func TestCauses(t *testing.T) {
	document, err := os.ReadFile(causesFile)
	if err != nil {
		t.Fatal(err)
	}
	others, section, _ := strings.Cut(string(document), causesTitle)
	if *update {
		if err := os.WriteFile(causesFile, []byte(others+causesSection()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if causesTitle+section != causesSection() {
		t.Error("docs/causes.md is not current, run go test ./plugin/internal/notify -run TestCauses -update")
	}
	for _, code := range codesOf(t) {
		if !strings.Contains(section, "`"+code+"`") {
			t.Errorf("docs/causes.md does not say what %s means", code)
		}
	}
}

// codesOf reads the codes, and refuses those that are written down elsewhere in the package.
func codesOf(t *testing.T) (codes []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	for _, one := range files {
		if !strings.HasSuffix(one.Name(), ".go") || strings.HasSuffix(one.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, one.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.ValueSpec:
				if one.Name() == "causes.go" {
					code, _ := strconv.Unquote(node.Values[0].(*ast.BasicLit).Value)
					codes = append(codes, code)
				}
			case *ast.KeyValueExpr:
				key, named := node.Key.(*ast.Ident)
				if code, literal := node.Value.(*ast.BasicLit); named && literal && key.Name == "Code" {
					t.Errorf("%s: the code %s is not in causes.go", set.Position(node.Pos()), code.Value)
				}
			}
			return true
		})
	}
	if len(codes) != len(meanings) {
		t.Errorf("%d codes, and %d are explained", len(codes), len(meanings))
	}
	return codes
}
