package main

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestConditionText says each kind of condition in words.
func TestConditionText(t *testing.T) {
	form := shared.Schema{Sections: []shared.Section{{Fields: []shared.Field{
		{Name: "mode", Kind: shared.KindChoice}, {Name: "size", Kind: shared.KindByteSize},
		{Name: "wait", Kind: shared.KindDuration}, {Name: "on", Kind: shared.KindBoolean},
		{Name: "list", Kind: shared.KindList}, {Name: "text", Kind: shared.KindText},
	}}}}
	set, on := shared.IsSet("text"), shared.Equals("on", shared.Boolean(true))
	kms := shared.Equals("mode", shared.Text("aws:kms"), shared.Text("aws:kms:dsse"))
	for want, condition := range map[string]shared.Condition{
		"mode is aws:kms or aws:kms:dsse": kms, "mode is not aws:kms or aws:kms:dsse": shared.Not(kms),
		"text is filled in": set, "text is empty": shared.Not(set), "on is true": on,
		"size is at least 20 MiB":                          shared.AtLeast("size", shared.Integer(20<<20)),
		"wait is at most 1m":                               shared.AtMost("wait", shared.Text("1m")),
		"list has at least 2 entries":                      shared.AtLeast("list", shared.Integer(2)),
		"text has at most 9 characters":                    shared.AtMost("text", shared.Integer(9)),
		"text is filled in and on is true":                 shared.All(set, on),
		"on is true or (text is filled in and on is true)": shared.Any(on, shared.All(set, on)),
		"not (text is filled in or on is true)":            shared.Not(shared.Any(set, on)),
		"text is filled in, twice denied":                  {},
	} {
		if condition.IsZero() {
			condition, want = shared.Not(shared.Not(set)), "text is filled in"
		}
		if got := conditionText(form, condition); got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}
