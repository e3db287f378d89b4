package diagnosis

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCodesStay holds the table to the codes that were ever given out: scripts and stored findings know them. The list
// only grows; -update writes new codes into it and takes none away.
func TestCodesStay(t *testing.T) {
	const path = "testdata/codes.txt"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Fields(string(content))
	for _, code := range listed {
		if _, stays := causes()[code]; !stays {
			t.Errorf("the code %s is gone", code)
		}
	}
	all := slices.Clone(listed)
	for _, one := range causeList() {
		if !slices.Contains(listed, one.code) {
			all = append(all, one.code)
			if !*update {
				t.Errorf("%s lacks %s: go test ./plugin/internal/diagnosis -update", path, one.code)
			}
		}
	}
	if *update {
		slices.Sort(all)
		if err := os.WriteFile(path, []byte(strings.Join(slices.Compact(all), "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMeasuredCodes: each cause of the replies that the rules are measured by is a cause of the table, with that scope
// and that lasting. They stand in causes.md of the directory that the variable REPLIES names.
func TestMeasuredCodes(t *testing.T) {
	directory := os.Getenv("REPLIES")
	if directory == "" {
		t.Log("left out: REPLIES names no directory of replies")
		return
	}
	content, err := os.ReadFile(filepath.Join(directory, "causes.md"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)`[^|]*\\| *(\\w+) *\\| *(\\w+) *\\|")
	rows := row.FindAllStringSubmatch(string(content), -1)
	if len(rows) == 0 {
		t.Fatalf("%s has no causes", directory)
	}
	for _, want := range rows {
		have, known := causes()[want[1]]
		if !known {
			t.Errorf("%s is no cause", want[1])
		} else if string(have.scope) != want[2] || string(have.lasting) != want[3] {
			t.Errorf("%s: %s, %s; want %s, %s", want[1], have.scope, have.lasting, want[2], want[3])
		}
	}
}

// TestRepliesAreLeftOutOrRead runs the tests of the measured replies in a process of their own: without the variable
// REPLIES they pass and say so, with a directory that cannot be read they fail.
func TestRepliesAreLeftOutOrRead(t *testing.T) {
	const both = "^(TestNoCopies|TestMeasuredCodes)$"
	run := func(directory string) (string, error) {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", both, "-test.v")
		again.Env = append(os.Environ(), "REPLIES="+directory)
		said, err := again.CombinedOutput()
		return string(said), err
	}
	if said, err := run(""); err != nil || strings.Count(said, "left out") != 2 {
		t.Errorf("without replies: %v\n%s", err, said)
	}
	for _, directory := range []string{filepath.Join(t.TempDir(), "missing"), t.TempDir()} {
		if said, err := run(directory); err == nil || strings.Count(said, "--- FAIL") != 2 {
			t.Errorf("with %s: %v\n%s", directory, err, said)
		}
	}
}
