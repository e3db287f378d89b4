package host

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"
)

// words are what a rule has beside the names of figures.
var ruleWords = map[string]bool{"time": true, "absent": true, "delta": true, "or": true, "state": true, "status": true}

// TestAlertRules holds that the rules of the document ask for figures that there are, and for states that they have.
func TestAlertRules(t *testing.T) {
	document, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, fenced, _ := strings.Cut(string(document), "```yaml\ngroups:")
	fenced, _, found := strings.Cut("groups:"+fenced, "```")
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr, For string }
		}
	}
	if err := yaml.Unmarshal([]byte(fenced), &rules); err != nil || !found || len(rules.Groups) != 1 {
		t.Fatalf("the rules cannot be read: %v", err)
	}
	told := make(chan *prometheus.Desc, 100)
	(&collector{}).Describe(told)
	close(told)
	names := map[string]bool{}
	for one := range told {
		names[regexp.MustCompile(`fqName: "([a-z_]+)"`).FindStringSubmatch(one.String())[1]] = true
	}
	quoted := regexp.MustCompile(`"[a-z]+"|\[[0-9a-z]+\]`)
	for _, rule := range rules.Groups[0].Rules {
		asked := regexp.MustCompile(`[a-z_]+`).FindAllString(quoted.ReplaceAllString(rule.Expr, ""), -1)
		figures := 0
		for _, word := range asked {
			if names[word] {
				figures++
			} else if !ruleWords[word] {
				t.Errorf("%s asks for %s, which is no figure", rule.Alert, word)
			}
		}
		if figures == 0 {
			t.Errorf("%s asks for nothing", rule.Alert)
		}
	}
	if len(rules.Groups[0].Rules) < 9 {
		t.Errorf("there are %d rules", len(rules.Groups[0].Rules))
	}
}
