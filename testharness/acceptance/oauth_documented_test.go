package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTokenAnswersAreComplete holds that TestOAuthEndpointAnswers meets each answer that Microsoft and Google document,
// in each way in which somebody may meet it, that it knows what is to be said, and that nothing else is taken for
// documented.
func TestTokenAnswersAreComplete(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("testdata", "token_answers", "documented.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for line := range strings.Lines(string(content)) {
		name, flows, listed := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.HasPrefix(line, "#") || !listed {
			continue
		}
		for flow := range strings.SplitSeq(flows, ", ") {
			documented = append(documented, name+" in "+flow)
		}
	}
	var met []string
	for _, file := range []string{"microsoft", "google"} {
		for _, answer := range endpointAnswers(t, file) {
			name := fmt.Sprintf("%s/%s in %s", file, answer.Name, answer.Flow)
			if answer.Outcome == "" || answer.Cause == "" || answer.Summary == "" {
				t.Errorf("%s: it is not held what is said", name)
			}
			if slices.Contains(met, name) {
				t.Errorf("%s is met twice", name)
			}
			met = append(met, name)
		}
	}
	for _, name := range documented {
		if !slices.Contains(met, name) {
			t.Errorf("%s is not met", name)
		}
	}
	for _, name := range met {
		if !slices.Contains(documented, name) {
			t.Errorf("%s is not documented", name)
		}
	}
	if len(documented) < 90 {
		t.Errorf("only %d answers are documented", len(documented))
	}
}
