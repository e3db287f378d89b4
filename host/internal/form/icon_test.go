package form

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestIcons holds that every icon has its symbol, that none is left over, and that nothing else gets onto the page.
func TestIcons(t *testing.T) {
	content, err := templateFiles.ReadFile("templates/icons.html")
	if err != nil {
		t.Fatal(err)
	}
	var symbols []string
	for _, found := range regexp.MustCompile(`<symbol id="icon-([a-z]+)"`).FindAllStringSubmatch(string(content), -1) {
		symbols = append(symbols, found[1])
	}
	var used []string
	for name, symbol := range icons {
		used = append(used, symbol)
		if shown := string(icon(name)); !strings.Contains(shown, `href="#icon-`+symbol+`"`) {
			t.Errorf("the icon %q is %s", name, shown)
		}
	}
	slices.Sort(used)
	slices.Sort(symbols)
	if used = slices.Compact(used); !slices.Equal(used, symbols) {
		t.Errorf("the icons are %q, the symbols %q", used, symbols)
	}
	if shown := string(icon(`"><script>`)); !strings.Contains(shown, "#icon-info") || strings.Contains(shown, "script") {
		t.Errorf("an unknown icon is %s", shown)
	}
}
