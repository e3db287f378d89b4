package shared_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// judged are values of fields of each kind: what Validate says of them, empty for nothing.
var judged = map[string]struct {
	field shared.Field
	said  map[shared.Value]string
}{
	"integer": {shared.Field{Kind: shared.KindInteger, Min: shared.Integer(1)}, map[shared.Value]string{
		shared.Integer(1): "", shared.Integer(0): "out_of_range", shared.Integer(1<<53 - 1): "",
		shared.Integer(1 << 53): "out_of_range", shared.Decimal(1.5): "not_a_number", shared.Text("1"): "not_a_number",
		shared.Decimal(2): "",
	}},
	"decimal": {
		shared.Field{Kind: shared.KindDecimal, Min: shared.Decimal(0.5), Max: shared.Integer(2)},
		map[shared.Value]string{
			shared.Decimal(0.5): "", shared.Decimal(0.49): "out_of_range", shared.Integer(2): "",
			shared.Decimal(2.01): "out_of_range", shared.Text("1"): "not_a_number", shared.Boolean(true): "not_a_number",
		},
	},
	"choice": {
		shared.Field{Kind: shared.KindChoice, Options: []shared.Option{{Label: "none"}, {Value: "a"}}},
		map[shared.Value]string{shared.Text("a"): "", {}: "", shared.Text("b"): "not_an_option"},
	},
	"choice of what an action finds": {
		shared.Field{Kind: shared.KindChoice, OptionsFrom: "look"},
		map[shared.Value]string{shared.Text("b"): "", shared.Text("b\n"): "control_character"},
	},
	"choices": {
		shared.Field{
			Kind: shared.KindChoices, Options: []shared.Option{{Value: "a"}, {Value: "b"}, {Value: "c"}},
			Max: shared.Integer(2),
		},
		map[shared.Value]string{
			shared.List("b", "a"): "", shared.List("a", "b", "c"): "wrong_length", shared.List("d"): "not_an_option",
			shared.List("a", "a"): "entry_twice", shared.Text("a"): "not_an_option",
		},
	},
	"list": {shared.Field{Kind: shared.KindList, Min: shared.Integer(2), Pattern: "[a-z]+"}, map[shared.Value]string{
		shared.List("a", "a"): "", shared.List("a"): "wrong_length", shared.List("a", "B"): "wrong_entry",
		shared.List("a", ""): "wrong_entry", shared.List("a", "b\n"): "control_character", shared.Text("a"): "not_a_list",
		shared.List(strings.Split(strings.Repeat("a ", 257), " ")[:257]...): "wrong_length",
		shared.List("a", strings.Repeat("a", 4001)):                         "wrong_entry",
	}},
	"list of hosts": {shared.Field{Kind: shared.KindList, Items: shared.KindHostPort}, map[shared.Value]string{
		shared.List("a.example:636", "[::1]:636"): "", shared.List("a.example"): "wrong_entry",
	}},
	"map": {shared.Field{Kind: shared.KindMap, Max: shared.Integer(1)}, map[shared.Value]string{
		shared.Map(map[string]string{"cn=a,dc=b": "admin"}): "",
		shared.Map(map[string]string{"a": "b", "c": "d"}):   "wrong_length",
		shared.Map(map[string]string{"": "b"}):              "wrong_key",
		shared.Map(map[string]string{"a": ""}):              "wrong_entry",
		shared.Map(map[string]string{"a\n": "b"}):           "control_character",
		shared.List("a"): "not_a_map",
		shared.Map(map[string]string{strings.Repeat("a", 4001): "b"}): "wrong_key",
	}},
	"url": {shared.Field{Kind: shared.KindURL, Schemes: []string{"ldaps", "ldap"}}, texts(
		"not_a_url", "https://a.example ldap:a.example ldap://user@a.example ldap://u:p@a.example ldap://a.example:65536"+
			" ldap:// ldap://a.example/%zz ldap://[1.2.3.4] ldap://[:::] ldap://a.example\\b LDAP://a.example",
		"ldap://a.example ldaps://a.example:636/dc=b?cn?sub#x ldap://[::1]:389 ldap://127.0.0.1 ldap://bücher.example",
	)},
	"url of the web": {shared.Field{Kind: shared.KindURL}, texts(
		"not_a_url", "ftp://a.example a.example //a.example https://", "https://a.example http://localhost:8080/a%20b?c=d",
	)},
	"host and port": {shared.Field{Kind: shared.KindHostPort}, texts(
		"not_a_host_and_port", "a.example a.example: a.example:65536 a.example:0x1 :636 ::1:636 a:b:1 a.example:00636"+
			" https://a.example:636 -a:1", "a.example:636 [2001:db8::1]:1 1.2.3.4:65535 a:0 münchen.example:25",
	)},
	"duration": {shared.Field{Kind: shared.KindDuration, Min: shared.Text("1s"), Max: shared.Text("5m")}, texts(
		"not_a_duration", "5 -5s 1m1h 1x s 9999999h", "1s 300s 4m59.5s 5m 1000ms",
	)},
	"duration out of bounds": {
		shared.Field{Kind: shared.KindDuration, Min: shared.Text("1s"), Max: shared.Text("5m")},
		texts("out_of_range", "0 999ms 5m1s 1h", "1s"),
	},
	"byte size": {
		shared.Field{Kind: shared.KindByteSize, Max: shared.Integer(1 << 20)},
		map[shared.Value]string{
			shared.Integer(0): "", shared.Integer(1 << 20): "", shared.Integer(1<<20 + 1): "out_of_range",
			shared.Integer(-1): "not_a_size", shared.Text("1 MiB"): "not_a_size",
		},
	},
	"date": {shared.Field{Kind: shared.KindDate}, texts(
		"not_a_date", "2026-02-29 2026-13-01 2026-04-31 0000-01-01 26-01-01 2026-1-1 1900-02-29 2026-00-10 2026-01-00",
		"2026-12-31 2028-02-29 2000-02-29 0001-01-01 9999-12-31",
	)},
	"date out of bounds": {
		shared.Field{Kind: shared.KindDate, Min: shared.Text("2026-01-31"), Max: shared.Text("2030-12-31")},
		texts("out_of_range", "2026-01-30 2031-01-01 1999-12-31", "2026-01-31 2030-12-31 2028-06-15"),
	},
	"file": {shared.Field{Kind: shared.KindFile}, map[shared.Value]string{
		shared.Text(strings.Repeat("é", 65_536)): "", shared.Text(strings.Repeat("x", 65_537)): "wrong_length",
		shared.Text("a\x00"): "control_character",
	}},
	"read-only": {shared.Field{Kind: shared.KindText, ReadOnly: true}, map[shared.Value]string{
		{}: "", shared.Text("x"): "read_only",
	}},
}

// texts judges texts with blanks between them.
func texts(code, bad, good string) map[shared.Value]string {
	said := map[shared.Value]string{}
	for _, text := range strings.Fields(bad) {
		said[shared.Text(text)] = code
	}
	for _, text := range strings.Fields(good) {
		said[shared.Text(text)] = ""
	}
	return said
}

// TestKinds judges values of fields of each kind.
func TestKinds(t *testing.T) {
	for name, one := range judged {
		one.field.Name, one.field.Label = "one", "One"
		schema := shared.Schema{
			Title: "One", Sections: []shared.Section{{Name: "one", Fields: []shared.Field{one.field}}},
			Actions: []shared.Action{{Name: "look", Label: "Look"}}, Test: shared.TestAction{Label: "Test"},
		}
		if name != "choice" && name != "choices" { // Their options have no labels.
			if err := schema.Check(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for value, want := range one.said {
			found := schema.Validate(shared.Values{"one": value}, nil)
			got := ""
			if len(found) > 0 {
				got = found[0].Code
			}
			if got != want {
				t.Errorf("%s: %.80q is %q, want %q", name, value, got, want)
			}
			if length, isText := value.AsText(); isText && one.field.Kind == shared.KindDuration && want == "" {
				if _, err := time.ParseDuration(length); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestPatternMessage says what the page says, where it says something.
func TestPatternMessage(t *testing.T) {
	for kind, value := range map[shared.Kind]shared.Value{
		shared.KindText: shared.Text("B"), shared.KindList: shared.List("a", "B"),
		shared.KindMap: shared.Map(map[string]string{"k": "B"}),
	} {
		schema := shared.Schema{Sections: []shared.Section{{Fields: []shared.Field{
			{Name: "one", Label: "One", Kind: kind, Pattern: "[a-z]+", PatternMessage: "Only small letters."},
		}}}}
		found := schema.Validate(shared.Values{"one": value}, nil)
		if len(found) != 1 || found[0].Summary != "Only small letters." {
			t.Errorf("%s: %v", kind, found)
		}
	}
}

// TestTyped reads values as they are typed, writes them, and reads that again.
func TestTyped(t *testing.T) {
	for _, c := range []struct {
		kind  shared.Kind
		typed string
		want  shared.Value
	}{
		{shared.KindDecimal, " 0.75 ", shared.Decimal(0.75)}, {shared.KindDecimal, "2.0", shared.Integer(2)},
		{shared.KindDecimal, "1e3", shared.Integer(1000)},
		{shared.KindByteSize, "10 MiB", shared.Integer(10 << 20)}, {shared.KindByteSize, "1.5kb", shared.Integer(1500)},
		{shared.KindByteSize, "17", shared.Integer(17)},
		{shared.KindList, "a\n\n b \r\n", shared.List("a", "b")}, {shared.KindList, `["a\nb",""]`, shared.List("a\nb", "")},
		{shared.KindList, "[::1]:636", shared.List("[::1]:636")}, {shared.KindList, " \n", shared.Value{}},
		{shared.KindMap, "a=b\nc = d", shared.Map(map[string]string{"a": "b", "c": "d"})},
		{shared.KindMap, "cn=ops,dc=b = admin", shared.Map(map[string]string{"cn=ops,dc=b": "admin"})},
		{shared.KindMap, `{"a":"b"}`, shared.Map(map[string]string{"a": "b"})},
		{shared.KindMap, "a", shared.Map(map[string]string{"a": ""})},
		{shared.KindDate, "2026-12-31", shared.Text("2026-12-31")}, {shared.KindInteger, "-7", shared.Integer(-7)},
	} {
		field := shared.Field{Name: "one", Label: "One", Kind: c.kind}
		got, err := field.Parse(c.typed)
		if err != nil || got != c.want {
			t.Errorf("%s: %q is %q, %v", c.kind, c.typed, got, err)
		}
		again, err := field.Parse(field.Format(got))
		if err != nil || again != got {
			t.Errorf("%s: %q is written %q, which is %q, %v", c.kind, got, field.Format(got), again, err)
		}
	}
	for _, c := range []struct {
		kind  shared.Kind
		typed string
	}{
		{shared.KindDecimal, "0x10"}, {shared.KindDecimal, "Inf"}, {shared.KindDecimal, "1_0"}, {shared.KindByteSize, "1.5"},
		{shared.KindByteSize, "-1"}, {shared.KindByteSize, "MiB"}, {shared.KindByteSize, "9999999999 TiB"},
		{shared.KindMap, "a=b\na=c"}, {shared.KindMap, "=b"}, {shared.KindInteger, "1.5"},
	} {
		field := shared.Field{Name: "one", Label: "One", Kind: c.kind}
		if got, err := field.Parse(c.typed); err == nil {
			t.Errorf("%s: %q is %q", c.kind, c.typed, got)
		}
	}
}

// TestValueForms writes values of each form to JSON, reads them again, and compares them.
func TestValueForms(t *testing.T) {
	for want, value := range map[string]shared.Value{
		`null`: shared.List(), `["b","a"]`: shared.List("b", "a"), `{"a":"2","b":"1"}`: shared.Map(map[string]string{
			"b": "1", "a": "2",
		}), `0.5`: shared.Decimal(0.5), `7`: shared.Decimal(7), `1e+300`: shared.Decimal(1e300), `[""]`: shared.List(""),
	} {
		encoded, err := json.Marshal(value)
		if err != nil || string(encoded) != want {
			t.Errorf("%q is written %s, %v", value, encoded, err)
		}
		var again shared.Value
		if err := json.Unmarshal(encoded, &again); err != nil || again != value {
			t.Errorf("%s is read as %q, %v", encoded, again, err)
		}
	}
	for _, wrong := range []string{`[1]`, `{"a":1}`, `[["a"]]`} {
		var value shared.Value
		if err := json.Unmarshal([]byte(wrong), &value); err == nil {
			t.Errorf("%s is read as %q", wrong, value)
		}
	}
}
