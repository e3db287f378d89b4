package form

import (
	"bytes"
	"compress/gzip"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestWeight holds that what the browser loads for a page stays small: at most 15 KiB of scripts and 15 KiB of styles,
// compressed.
func TestWeight(t *testing.T) {
	const most = 15 << 10
	for _, name := range pageScripts {
		if weight := packed(t, []byte(bundles()[name])); weight > most {
			t.Errorf("%s weighs %d bytes, at most %d are allowed", name, weight, most)
		}
	}
	files, err := assetFiles.ReadDir("assets")
	if err != nil {
		t.Fatal(err)
	}
	styles := 0
	for _, file := range files {
		if path.Ext(file.Name()) != ".css" || file.Name() == "notifications.css" {
			continue // It is of another page.
		}
		content, err := assetFiles.ReadFile("assets/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		styles += packed(t, content)
	}
	if styles == 0 || styles > most {
		t.Errorf("the styles weigh %d bytes, at most %d are allowed", styles, most)
	}
}

// packed is how many bytes the content has when it is compressed.
func packed(t *testing.T, content []byte) int {
	t.Helper()
	var into bytes.Buffer
	writer := gzip.NewWriter(&into)
	if _, err := writer.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return into.Len()
}

// TestBundles holds what makes one scope of several modules the same as the modules: no two of them declare the same
// name, each declares all that others import of it, and nothing of an import or export is left.
func TestBundles(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^(?:export )?(?:async )?(?:function\*?|const|let|class) (?:\{ ([^}]+) \}|(\w+))`)
	exports := regexp.MustCompile(`(?m)^export (?:async )?(?:function\*?|const|let|class) (\w+)`)
	imports := regexp.MustCompile(`(?m)^import \{ ([^}]+) \} from "\./(\w+\.js)";$`)
	files, err := scriptFiles.ReadDir("scripts")
	if err != nil {
		t.Fatal(err)
	}
	owner, offered, wanted := map[string]string{}, map[string]bool{}, map[string]string{}
	for _, file := range files {
		content, err := scriptFiles.ReadFile("scripts/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range declared.FindAllStringSubmatch(string(content), -1) {
			for name := range strings.SplitSeq(match[1]+match[2], ", ") {
				if other := owner[name]; other != "" && file.Name() != notificationsScript && file.Name() != viewedScript {
					t.Errorf("%s and %s both declare %s", other, file.Name(), name)
				}
				owner[name] = file.Name()
			}
		}
		for _, match := range exports.FindAllStringSubmatch(string(content), -1) {
			offered[file.Name()+" "+match[1]] = true
		}
		for _, match := range imports.FindAllStringSubmatch(string(content), -1) {
			for name := range strings.SplitSeq(match[1], ", ") {
				wanted[match[2]+" "+name] = file.Name()
			}
		}
	}
	for what, by := range wanted {
		if !offered[what] {
			t.Errorf("%s imports %s, which is not exported", by, what)
		}
	}
	for name, content := range bundles() {
		if left := regexp.MustCompile(`(?m)^\s*(import|export)\b.*`).FindString(content); left != "" {
			t.Errorf("%s: %q is left", name, left)
		}
	}
}
