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
		`format +json\|text +Format +default json; default text when safe is true; shown when safe is true; ` +
			`see action look; takes effect after a restart; deprecated: Use JSON\.`,
		`server +text +Server +required`,
		`port +integer +Port +default 25; default 465 when safe is true; can be changed when server is filled in; in th`,
		`token +secret +Token`,
		`callback +url +Callback +computed`, `peers +list of url +Peers +default `, `roles +map +Roles +default `,
		`grant +secret +Account +see action look`, `Test: --option`, `send +boolean +Send`,
		`Actions: testharness action NAME`, `look +Look +Looks for formats\. \(offered when safe is false\)`,
		`notes +multiline +Notes +required when port is at least 1 and at most 1023 and ` +
			`\(safe is true or server is not b\.example\)`, `Look: --option`,
		`deep +boolean +Deep +default `, `rotate +Rotate`,
	} {
		if !regexp.MustCompile(`(?m)^ *` + line).MatchString(out) {
			t.Errorf("there is no line %q in\n%s", line, out)
		}
	}
}
