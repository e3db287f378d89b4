package diagnosis

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoCopies compares the project's own examples with the replies that it is measured by: a sentence that stands in
// both measures the memory, not the rules. The replies are in the directory that the variable REPLIES names; without it
// nothing is compared.
func TestNoCopies(t *testing.T) {
	directory := os.Getenv("REPLIES")
	if directory == "" {
		t.Log("left out: REPLIES names no directory of replies")
		return
	}
	measured := map[string]string{}
	for _, one := range readLines(t, filepath.Join(directory, "replies.jsonl")) {
		measured[plain(one.Reply)] = one.ID
	}
	if len(measured) == 0 {
		t.Fatalf("%s has no replies", directory)
	}
	for i, own := range readLines(t, "testdata/replies.jsonl") {
		if id, copied := measured[plain(own.Reply)]; copied {
			t.Errorf("line %d is a copy of %s: %s", i+1, id, own.Reply)
		}
	}
	for _, own := range examples() {
		if id, copied := measured[plain(own.reply)]; copied && own.reply != "" {
			t.Errorf("an example of %s is a copy of %s: %s", own.want, id, own.reply)
		}
	}
}

// plain is a text without what makes no other sentence of it: case, blanks and the last full stop.
func plain(text string) string {
	return strings.TrimRight(strings.ToLower(strings.Join(strings.Fields(text), " ")), ". ")
}
