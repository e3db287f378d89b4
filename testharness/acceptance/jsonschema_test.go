package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// judgement is a schema and documents, and what a validator says of them.
type judgement struct {
	Schema    json.RawMessage `json:"schema"`
	Documents []shared.Values `json:"documents"`
}

type verdicts struct {
	Error string `json:"error"`
	Valid []bool `json:"valid"`
}

// judge asks ajv, a validator in use everywhere, in its strict mode.
func judge(t *testing.T, all []judgement) []verdicts {
	t.Helper()
	if _, err := os.Stat("../../.ci/npm/node_modules/ajv"); err != nil {
		missing(t, "the npm package ajv is not installed")
	}
	var in bytes.Buffer
	for _, one := range all {
		if err := json.NewEncoder(&in).Encode(one); err != nil {
			t.Fatal(err)
		}
	}
	node := exec.CommandContext(t.Context(), "node", "json-schema.js")
	node.Dir, node.Stdin, node.Stderr = "../../.ci/npm", &in, os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []verdicts
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var answer verdicts
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, answer)
	}
	if len(answers) != len(all) {
		t.Fatalf("%d answers to %d questions", len(answers), len(all))
	}
	return answers
}

// TestJSONSchemaOfPages has the exported schemas of the pages be taken by a strict validator, which then knows values
// that they take, and values that they do not.
func TestJSONSchemaOfPages(t *testing.T) {
	t.Parallel()
	smtp := harness(t, "", "schema", "--manifest", manifest(t, "smtp", "smtp-plugin"), "--json-schema")
	fingerprint := strings.Repeat("Ab:", 31) + "cD"
	one := judgement{Schema: json.RawMessage(smtp.stdout), Documents: []shared.Values{
		{"server": shared.Text("smtp.example.com"), "pinned_certificate": shared.Text("SHA256:" + fingerprint)},
		{"server": shared.Text("smtp.example.com"), "port": shared.Integer(0)},
		{"server": shared.Text("smtp.example.com"), "pinned_certificate": shared.Text("x" + fingerprint)},
		{"server": shared.Text("smtp.example.com"), "surprise": shared.Text("x")}, {},
	}}
	answer := judge(t, []judgement{one})[0]
	if got := fmt.Sprint(answer.Error, answer.Valid); got != "[true false false false false]" {
		t.Errorf("the validator says %s", got)
	}
}

// TestJSONSchemaSaysWhatValidateSays generates forms and values: what Validate refuses for its form is refused by the
// exported schema, and the reverse.
func TestJSONSchemaSaysWhatValidateSays(t *testing.T) {
	t.Parallel()
	judgeForms(t, 0, 100)
}

// TestSoakJSONSchema does the same with many more forms.
func TestSoakJSONSchema(t *testing.T) {
	t.Parallel()
	if os.Getenv("SOAK") == "1" {
		judgeForms(t, 1000, 1500)
		return
	}
	judgeForms(t, 1000, 10)
}

func judgeForms(t *testing.T, first uint64, forms int) {
	t.Helper()
	var all []judgement
	var schemas []shared.Schema
	for i := range forms {
		seed := first + uint64(i)
		random := rand.New(rand.NewPCG(seed, 15))
		schema := randomForm(random)
		if err := schema.Check(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		exported, err := schema.JSONSchema()
		if err != nil {
			t.Fatal(err)
		}
		one := judgement{Schema: exported}
		for range 100 {
			one.Documents = append(one.Documents, randomDocument(random, schema))
		}
		all, schemas = append(all, one), append(schemas, schema)
	}
	taken, refused := 0, 0
	for i, answer := range judge(t, all) {
		if answer.Error != "" {
			t.Fatalf("seed %d: %s\n%s", first+uint64(i), answer.Error, all[i].Schema)
		}
		for j, valid := range answer.Valid {
			document := all[i].Documents[j]
			found := schemas[i].Validate(document, nil)
			if valid == found.HasErrors() {
				written, _ := json.Marshal(document)
				t.Fatalf("seed %d: %s: the schema takes it: %t, Validate finds %v\n%s", first+uint64(i), written, valid, found,
					all[i].Schema)
			}
			if valid {
				taken++
			} else {
				refused++
			}
		}
	}
	if taken < forms || refused < forms {
		t.Errorf("%d documents were taken and %d refused; both must be tried", taken, refused)
	}
}

// typedSamples are texts that a kind takes, and texts that it almost takes.
var typedSamples = []string{
	"a", "A", "ab-1", "é", "\u212a", "x\ny", "x\x7fy", "\u0085", "日本", "😀",
	"a@b.example", "a@b", "a..b@c.example", "a@b@c",
	"a b@c.example", "a@[127.0.0.1]", "https://a.example", "https://a.example/%zz", "ldap://[::1]:389/x?y#z",
	"https://u:p@a.example", "https://a.example:65536", "http://a_b.example/a b", "a.example:636", "[::1]:25", "[::]:0",
	"1.2.3.4:65535", "a:1:2", "[1::2::3]:4", "30s", "1h30m", "1m1h", "-5s", "1.5h", "0", "2026-12-31", "2028-02-29",
	"2027-02-29", "2026-04-31", "2026-1-1", "0000-01-01", strings.Repeat("é", 70_000), strings.Repeat("x", 300),
	"ſha256:", "SHA256:", "-", "]", "^", "\\", "a.b", "aXb", "1", "true",
}

var samplePatterns = []string{
	"", "", "", `[a-z]+`, `(?i)sha256:|k`, `.+`, `(?s).+`, `\p{L}+`, `[^a-c\]\-^]*`, `a{1,3}|\d+`, `(?:a|b)*x?`,
	`\w+\.\w*`,
	`\x{E9}+`, `a|^b$|`, `\Aab-1\z`, `(a)(b)?.*`, `[[:punct:]]+`, `\Q.*\E`, `\bab\b.*`, `(?m)^x$\n^y$`,
}

func randomForm(random *rand.Rand) shared.Schema {
	section := shared.Section{Name: "all"}
	for i := range 1 + random.IntN(5) {
		section.Fields = append(section.Fields, randomField(random, fmt.Sprint("f", i)))
	}
	return shared.Schema{Title: "Random", Sections: []shared.Section{section}, Test: shared.TestAction{Label: "Test"}}
}

func randomField(random *rand.Rand, name string) shared.Field {
	kinds := shared.Kinds()
	kind := kinds[random.IntN(len(kinds)-1)] // The last is authorization, which has no values.
	field := shared.Field{Name: name, Label: "L", Kind: kind, Required: random.IntN(3) == 0}
	bound := func(least, most int64) {
		if random.IntN(2) == 0 {
			field.Min = shared.Integer(least)
		}
		if random.IntN(2) == 0 {
			field.Max = shared.Integer(most)
		}
	}
	switch kind {
	case shared.KindText, shared.KindMultiline, shared.KindFile, shared.KindEmail, shared.KindURL, shared.KindHostPort:
		bound(int64(random.IntN(3)), int64(3+random.IntN(400)))
		field.Pattern = samplePatterns[random.IntN(len(samplePatterns))]
		if kind == shared.KindURL && random.IntN(2) == 0 {
			field.Schemes = []string{"ldap", "https"}
		}
	case shared.KindInteger, shared.KindDecimal, shared.KindByteSize:
		bound(int64(random.IntN(5)), int64(5+random.IntN(5)))
	case shared.KindChoice, shared.KindChoices:
		field.Options = []shared.Option{{Value: "a", Label: "A"}, {Value: "日本", Label: "J"}, {Value: "\\", Label: "B"}}
		if kind == shared.KindChoices {
			bound(1, int64(1+random.IntN(2)))
		}
	case shared.KindList, shared.KindMap:
		bound(int64(random.IntN(2)), int64(2+random.IntN(2)))
		field.Items = []shared.Kind{"", shared.KindEmail, shared.KindURL, shared.KindHostPort}[random.IntN(4)]
		field.Pattern = samplePatterns[random.IntN(len(samplePatterns))]
	case shared.KindDate:
		field.Min, field.Max = shared.Text("2026-03-09"), shared.Text("2028-02-29")
	}
	return field
}

func randomDocument(random *rand.Rand, schema shared.Schema) shared.Values {
	document := shared.Values{}
	for field := range schema.Fields() {
		if random.IntN(4) > 0 {
			document[field.Name] = randomValue(random, field)
		}
		if document[field.Name].IsEmpty() {
			delete(document, field.Name)
		}
	}
	if random.IntN(30) == 0 {
		document["surprise"] = shared.Text("x")
	}
	return document
}

// nearSamples are texts that a kind takes, or nearly.
var nearSamples = map[shared.Kind][]string{
	shared.KindDate: {"2026-03-08", "2026-03-09", "2026-03-10", "2026-02-28", "2028-02-28", "2028-02-29", "2028-03-01",
		"2027-12-31", "2029-01-01", "2025-12-31", "2036-01-01", "2026-03-19", "1999-12-31", "2028-01-30"},
	shared.KindChoice: {"a", "日本", "\\", "b"}, shared.KindChoices: {"a", "日本", "\\", "b"},
}

// randomValue is mostly of the field's form, and sometimes of another.
func randomValue(random *rand.Rand, field shared.Field) shared.Value {
	form := field.Kind.Form()
	text := func() string {
		if near := nearSamples[field.Kind]; len(near) > 0 && random.IntN(4) > 0 {
			return near[random.IntN(len(near))]
		}
		return typedSamples[random.IntN(len(typedSamples))]
	}
	if random.IntN(12) == 0 {
		forms := []shared.Form{
			shared.FormText, shared.FormInteger, shared.FormDecimal, shared.FormBoolean, shared.FormList, shared.FormMap,
		}
		form = forms[random.IntN(len(forms))]
	}
	switch form {
	case shared.FormInteger:
		return []shared.Value{
			shared.Integer(int64(random.IntN(12)) - 1), shared.Integer(1<<53 - 1), shared.Integer(1 << 54), shared.Decimal(1e30),
		}[min(random.IntN(20), 3)*random.IntN(2)]
	case shared.FormDecimal:
		return shared.Decimal(float64(random.IntN(240))/20 - 1)
	case shared.FormBoolean:
		return shared.Boolean(random.IntN(2) == 0)
	case shared.FormList:
		var list []string
		for range random.IntN(5) {
			list = append(list, text())
		}
		return shared.List(list...)
	case shared.FormMap:
		entries := map[string]string{}
		for range random.IntN(5) {
			entries[text()] = text()
		}
		return shared.Map(entries)
	default:
		return shared.Text(text())
	}
}
