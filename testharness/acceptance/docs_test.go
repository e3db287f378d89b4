package acceptance

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocumentsHoldTheProgram keeps the program in the documents the one that compiles.
func TestDocumentsHoldTheProgram(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile("../example/embed/main.go")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile("../../docs/embed.md")
	if err != nil || !strings.Contains(string(document), "```go\n"+string(program)+"```") {
		t.Errorf("docs/embed.md does not hold testharness/example/embed/main.go as it is: %v", err)
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// TestDocumentsLink follows every link between the documents.
func TestDocumentsLink(t *testing.T) {
	t.Parallel()
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(documents) < 8 {
		t.Fatal(documents, err)
	}
	for _, document := range append(documents, "../../README.md") {
		content, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range link.FindAllStringSubmatch(string(content), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), match[1])); err != nil {
				t.Errorf("%s links to %s: %v", document, match[1], err)
			}
		}
	}
}

// TestSecurityModelIsTested holds that every row of the security model names the tests that show it, and that there are
// tests of these names.
func TestSecurityModelIsTested(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := declaredTests(t)
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	for _, match := range named.FindAllStringSubmatch(string(document), -1) {
		if !tests[match[1]] {
			t.Errorf("there is no %s", match[1])
		}
	}
	for line := range strings.Lines(string(document)) {
		cells := strings.Split(line, "|")
		if len(cells) == 4 && !strings.HasPrefix(line, "|--") && cells[1] != " threat " && !named.MatchString(line) {
			t.Errorf("no test shows what is done about:%s", cells[1])
		}
	}
}

// declaredTests are the names of all tests and fuzz targets.
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	names := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, entry os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, match := range declaration.FindAllStringSubmatch(string(source), -1) {
			names[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestDocumentedKeys makes sure that every key of plugin.hcl is explained.
func TestDocumentedKeys(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/plugin-hcl.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, declaring := range []string{
		"../../cmd/smtp-plugin/config.go", "../../plugin/configuration.go", "../../plugin/internal/notify/service.go",
	} {
		source, err := os.ReadFile(declaring)
		if err != nil {
			t.Fatal(err)
		}
		keys := regexp.MustCompile("`koanf:\"([a-z_0-9]+)\"").FindAllStringSubmatch(string(source), -1)
		if len(keys) == 0 {
			t.Errorf("%s declares no key", declaring)
		}
		for _, match := range keys {
			if !strings.Contains(string(document), "`"+match[1]+"`") {
				t.Errorf("docs/plugin-hcl.md does not explain %s", match[1])
			}
		}
	}
}

// TestPromisesAboutTypingAreTested holds that docs/settings.md names tests that there are.
func TestPromisesAboutTypingAreTested(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllStringSubmatch(string(document), -1)
	tests := declaredTests(t)
	for _, match := range named {
		if !tests[match[1]] {
			t.Errorf("there is no %s", match[1])
		}
	}
	if len(named) < 8 {
		t.Errorf("only %d tests are named", len(named))
	}
}

// TestDocumentedDaemon reads the example for launchd as that does: well-formed, with keys and values in turn, and
// enough time to drain.
func TestDocumentedDaemon(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(document), "```xml\n")
	example, _, found := strings.Cut(example, "```")
	var list struct {
		Entries struct {
			All []struct {
				XMLName xml.Name
				Text    string   `xml:",chardata"`
				Strings []string `xml:"string"`
			} `xml:",any"`
		} `xml:"dict"`
	}
	if err := xml.Unmarshal([]byte(example), &list); !found || err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for pair := range slices.Chunk(list.Entries.All, 2) {
		if len(pair) != 2 || pair[0].XMLName.Local != "key" || pair[1].XMLName.Local == "key" {
			t.Fatalf("no key with its value: %v", pair)
		}
		values[pair[0].Text] = pair[1].XMLName.Local + strings.TrimSpace(pair[1].Text) + strings.Join(pair[1].Strings, " ")
	}
	for key, want := range map[string]string{
		"Label": "stringcom.example.console", "KeepAlive": "true", "RunAtLoad": "true", "ExitTimeOut": "integer660",
		"ProgramArguments": "array/usr/local/console/bin/console /usr/local/console/plugin.hcl",
	} {
		if values[key] != want {
			t.Errorf("%s is %q, not %q", key, values[key], want)
		}
	}
}
