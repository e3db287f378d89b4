package main

import (
	"regexp"
	"testing"
)

// TestSchemaCommand prints all that one has to know to fill the form in and to run its actions.
func TestSchemaCommand(t *testing.T) {
	status, out := run(t, truthful(t), manifestOf(t), "schema")
	if status != exitDone {
		t.Fatalf("exit status %d\n%s", status, out)
	}
	for _, line := range []string{
		`format +json\|text +Format +default json; see action look; takes effect after a restart; deprecated: Use JSON\.`,
		`server +text +Server +required`, `port +integer +Port +default 25; in th`, `token +secret +Token`,
		`callback +url +Callback +computed`, `peers +list of url +Peers +default `, `roles +map +Roles +default `,
		`grant +secret +Account +see action look`, `Test: --option`, `send +boolean +Send`,
		`Actions: testharness action NAME`, `look +Look +Looks for formats\.`, `Look: --option`,
		`deep +boolean +Deep +default `, `rotate +Rotate`,
	} {
		if !regexp.MustCompile(`(?m)^ *` + line).MatchString(out) {
			t.Errorf("there is no line %q in\n%s", line, out)
		}
	}
}
