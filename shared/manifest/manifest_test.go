package manifest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// canary is a value that no error may repeat.
const canary = "c4naryS3cret"

// evenText is a kind of text with a rule of its own.
type evenText string

func (e *evenText) UnmarshalText(text []byte) error {
	if len(text)%2 != 0 {
		return errors.New("must have an even number of characters")
	}
	*e = evenText(text)
	return nil
}

// testTuning is a part of a block that is declared elsewhere.
type testTuning struct {
	Workers int           `koanf:"workers" min:"1" max:"64"`
	Pause   time.Duration `koanf:"pause" min:"1s" max:"1h"`
}

type testConfig struct {
	DataDir string        `koanf:"data_dir"`
	Key     evenText      `koanf:"key"`
	Pairs   []evenText    `koanf:"pairs"`
	Hosts   []string      `koanf:"hosts"`
	Retries int           `koanf:"retries"`
	Limit   time.Duration `koanf:"limit"`
	Loud    bool          `koanf:"loud"`
	Tuning  testTuning    `koanf:",squash"`
	LOUD    func()        // It has no tag, so no key is its.
	_       any           `koanf:"pool" deprecated:"the size of the pool follows from workers"`
}

// read reads a manifest and decodes its config block.
func read(t testing.TB, content string) (*Manifest, testConfig, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plugin.hcl")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	config := testConfig{DataDir: "data", Hosts: []string{"one", "two", "three"}}
	m, err := Read(path)
	if err == nil {
		err = m.Config(&config)
	}
	return m, config, err
}

// block is a plugin block with the lines in it.
func block(lines ...string) string {
	return "plugin \"smtp\" {\n  binary = \"bin/x\"\n  " + strings.Join(lines, "\n  ") + "\n}\n"
}

// config is a plugin block with the lines in its config block.
func config(lines ...string) string {
	return block("config {\n    " + strings.Join(lines, "\n    ") + "\n  }")
}

// faults are contents that are refused, by what is wrong.
var faults = []struct{ name, content string }{
	{"empty file", ""},
	{"only comments", "# nothing\n"},
	{"binary", "\x7fELF\x02\x01"},
	{"NUL", config("data_dir = \"a\x00b\"")},
	{"NUL in a comment", "# a\x00b\n" + config()},
	{"escaped NUL", config(`data_dir = "a\u0000b"`)},
	{"escape character", config("data_dir = \"\x1b[31m\"")},
	{"line break by escape", config(`data_dir = "a\nb"`)},
	{"invisible character", config(`data_dir = "a\u200bb"`)},
	{"lone carriage return", "plugin \"smtp\" {\r  binary = \"x\"\r}\r"},
	{"not UTF-8", config("data_dir = \"\xff" + canary + "\"")},
	{"UTF-16 without a mark", "p\x00l\x00u\x00g\x00i\x00n\x00"},
	{"byte order mark inside", config("data_dir = \"\ufeff" + canary + "\"")},
	{"unknown key above", "plugins = 3\n"},
	{"plugin as a key", "plugin = \"" + canary + "\"\n"},
	{"unknown block above", "plugins \"smtp\" {\n}\n"},
	{"config above", config() + "config {\n}\n"},
	{"no name", "plugin {\n  binary = \"x\"\n}\n"},
	{"empty name", "plugin \"\" {\n  binary = \"x\"\n}\n"},
	{"two names", "plugin \"a\" \"b\" {\n  binary = \"x\"\n}\n"},
	{"name with a slash", "plugin \"a/b\" {\n  binary = \"x\"\n}\n"},
	{"two plugins", "plugin \"a\" {\n  binary = \"x\"\n}\nplugin \"b\" {\n  binary = \"x\"\n}\n"},
	{"same plugin twice", "plugin \"a\" {\n  binary = \"x\"\n}\nplugin \"a\" {\n  binary = \"y\"\n}\n"},
	{"no binary", "plugin \"smtp\" {\n}\n"},
	{"binary twice", block(`binary = "` + canary + `"`)},
	{"key twice", config(`data_dir = "a"`, `data_dir = "`+canary+`"`)},
	{"list twice", config(`hosts = ["a"]`, `hosts = ["b"]`)},
	{"config twice", block("config {\n  }", "config {\n  }")},
	{"config as a key", block("config = {\n    data_dir = \"x\"\n  }")},
	{"config with a name", block("config \"x\" {\n  }")},
	{"block in config", config("data_dir {", "}")},
	{"unknown block", block("binary {\n  }")},
	{"misspelt key", block(`binray = "` + canary + `"`)},
	{"misspelt key in config", config(`dat_dir = "` + canary + `"`)},
	{"unknown key", config(`colour = "` + canary + `"`)},
	{"key of the plugin in config", config(`binary = "` + canary + `"`)},
	{"a secret for a key", config(strings.Repeat(canary, 4) + ` = "x"`)},
	{"quoted key", config(`"data_dir" = "` + canary + `"`)},
	{"key with a dash", config(`data-dir = "` + canary + `"`)},
	{"key in capitals", config(`DATA_DIR = "` + canary + `"`)},
	{"empty text", config(`data_dir = ""`)},
	{"blank text", config(`data_dir = "  "`)},
	{"blank at the end", config(`data_dir = "` + canary + ` "`)},
	{"empty list", config(`hosts = []`)},
	{"empty entry", config(`hosts = ["a", ""]`)},
	{"entry twice", config(`hosts = ["` + canary + `", "b", "` + canary + `"]`)},
	{"list in a list", config(`hosts = [["` + canary + `"]]`)},
	{"null", config(`data_dir = null`)},
	{"number for a text", config(`data_dir = 3`)},
	{"list for a text", config(`data_dir = ["` + canary + `"]`)},
	{"map for a text", config(`data_dir = { a = "` + canary + `" }`)},
	{"text for a list", config(`hosts = "` + canary + `"`)},
	{"number in a list of texts", config(`hosts = ["a", 3]`)},
	{"text for a number", config(`workers = "8"`)},
	{"negative number", config(`workers = -3`)},
	{"negative without bounds", config(`retries = -1`)},
	{"fraction", config(`workers = 2.5`)},
	{"exponent", config(`workers = 1e1`)},
	{"octal", config(`workers = 010`)},
	{"hexadecimal", config(`workers = 0x10`)},
	{"too small", config(`workers = 0`)},
	{"too large", config(`workers = 65`)},
	{"far too large", config(`workers = 99999999999999999999999999`)},
	{"text for a truth", config(`loud = "true"`)},
	{"number for a truth", config(`loud = 1`)},
	{"length without a unit", config(`pause = "30"`)},
	{"length as a number", config(`pause = 30`)},
	{"length in words", config(`pause = "` + canary + `"`)},
	{"length of nothing", config(`limit = "0s"`)},
	{"negative length", config(`limit = "-5s"`)},
	{"length too short", config(`pause = "10ms"`)},
	{"length too long", config(`pause = "2h"`)},
	{"kind of its own", config(`key = "` + canary + `!"`)},
	{"entry of a kind of its own", config(`pairs = ["ab", "` + canary + `!"]`)},
	{"no quotes", config(`data_dir = ` + canary)},
	{"no quotes, digits first", config(`data_dir = 12` + canary)},
	{"single quotes", config(`data_dir = '` + canary + `'`)},
	{"curly quotes", config(`data_dir = “` + canary + `”`)},
	{"no closing quote", config(`data_dir = "` + canary)},
	{"bad escape", config(`data_dir = "C:\` + canary + `"`)},
	{"expression in a text", config(`data_dir = "${` + canary + `}"`)},
	{"directive in a text", config(`data_dir = "%{ if ` + canary + ` }x%{ endif }"`)},
	{"expression in a heredoc", config("data_dir = <<END", "${"+canary+"}", "END")},
	{"variable", config(`data_dir = var.` + canary)},
	{"function", config(`data_dir = env("` + canary + `")`)},
	{"sum", config(`retries = 1 + 2`)},
	{"minus before a text", config(`data_dir = -"` + canary + `"`)},
	{"condition", config(`data_dir = true ? "` + canary + `" : "b"`)},
	{"colon for an equals sign", config(`data_dir: "` + canary + `"`)},
	{"semicolon", config(`data_dir = "` + canary + `";`)},
	{"comma", config(`data_dir = "`+canary+`",`, `retries = 1`)},
	{"no value", config(`data_dir =`)},
	{"no equals sign", config(`data_dir "` + canary + `"`)},
	{"two keys on a line", config(`data_dir = "a" key = "` + canary + `"`)},
	{"two keys in a block on a line", `plugin "smtp" { binary = "x", sha256 = "` + canary + `" }`},
	{"a block in a block on a line", `plugin "smtp" { config { data_dir = "` + canary + `" } }`},
	{"a text alone", config(`"` + canary + `"`)},
	{"brace on the next line", "plugin \"smtp\"\n{\n  binary = \"x\"\n}\n"},
	{"no closing brace", "plugin \"smtp\" {\n  binary = \"x\"\n  config {\n}\n"},
	{"a brace too many", config() + "}\n"},
	{"no closing bracket", config(`hosts = ["` + canary + `"`)},
	{"no comma in a list", config(`hosts = ["a" "` + canary + `"]`)},
	{"brackets in brackets", config(`hosts = ` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000))},
	{"short checksum", block(`sha256 = "abc"`)},
	{"checksum that is none", block(`sha256 = "` + strings.Repeat("z", 64) + `"`)},
	{"env as a text", block(`env = "SMTP_*"`)},
	{"env of everything", block(`env = ["*"]`)},
	{"env with a star in front", block(`env = ["A", "*_PROXY"]`)},
	{"env with a star inside", block(`env = ["SMTP_*_X"]`)},
	{"env with two stars", block(`env = ["SMTP_**"]`)},
	{"env with a value", block(`env = ["SMTP_PASSWORD=` + canary + `"]`)},
	{"env with a dollar", block(`env = ["$HOME"]`)},
	{"env with a question mark", block(`env = ["SMTP_?"]`)},
	{"env of go-plugin", block(`env = ["PLUGIN_CLIENT_CERT"]`)},
	{"env of all of go-plugin", block(`env = ["PLUGIN_*"]`)},
	{"env of the cookie", block(`env = ["SETTINGS_PAGE_PLUGIN"]`)},
	{"env of the debugger", block(`env = ["SETTINGS_PAGE_DEBUG"]`)},
	{"env with a name of two lines", block(`env = ["A\nB"]`)},
}

// TestFaults holds the errors of everything that can be wrong in the file: each with its place, none with a value.
func TestFaults(t *testing.T) {
	var golden strings.Builder
	for _, fault := range faults {
		_, _, err := read(t, fault.content)
		var refused *Error
		if !errors.As(err, &refused) {
			t.Errorf("%s: not refused: %v", fault.name, err)
			continue
		}
		if refused.Line < 1 || refused.Column < 1 {
			t.Errorf("%s: no place: %v", fault.name, err)
		}
		if strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error repeats a value: %v", fault.name, err)
		}
		refused.Path = "plugin.hcl"
		fmt.Fprintf(&golden, "%s\n    %s\n", fault.name, refused)
	}
	const path = "testdata/faults.golden"
	if *update {
		if err := os.WriteFile(path, []byte(golden.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wanted, got := strings.Split(string(want), "\n"), strings.Split(golden.String(), "\n")
	for i := range max(len(wanted), len(got)) {
		if i >= len(wanted) || i >= len(got) || wanted[i] != got[i] {
			t.Fatalf("line %d of %s is not current; if the change is meant, run go test ./shared/manifest -update; now:\n%s",
				i+1, path, strings.Join(got[min(i, len(got)):min(i+2, len(got))], "\n"))
		}
	}
}

// TestFiles refuses what is no file of text.
func TestFiles(t *testing.T) {
	directory := t.TempDir()
	huge := filepath.Join(directory, "huge.hcl")
	if err := os.WriteFile(huge, []byte(strings.Repeat("# comment\n", maxSize/10+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		filepath.Join(directory, "none.hcl"): "there is no such file",
		directory:                            "is a directory",
		os.DevNull:                           "is not a regular file",
		huge:                                 "is larger than 256 KiB",
	} {
		_, err := Read(path)
		var refused *Error
		if !errors.As(err, &refused) || refused.Path != path || !strings.Contains(refused.Reason, says) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// FuzzRead reads anything: it never panics, and refuses with a place.
func FuzzRead(f *testing.F) {
	for _, fault := range faults {
		f.Add(fault.content)
	}
	f.Add(config(`data_dir = "x"`, `hosts = ["a", "b"]`, `pool = 1`))
	path := filepath.Join(f.TempDir(), "plugin.hcl")
	f.Fuzz(func(t *testing.T, content string) {
		if len(content) > maxSize {
			return
		}
		tree, err := newParser().Unmarshal([]byte(content))
		var refused *Error
		if err != nil && (!errors.As(err, &refused) || refused.Line < 1 || refused.Column < 1 ||
			strings.ContainsAny(refused.Reason, "\x00\n\x1b")) {
			t.Errorf("%q: %v", content, err)
		}
		if (tree == nil) == (err == nil) {
			t.Errorf("%q: %v, %v", content, tree, err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Read(path)
		if err == nil {
			var target testConfig
			err = m.Config(&target)
		}
		if err != nil && (!errors.As(err, &refused) || refused.Line < 1) {
			t.Errorf("%q: %v", content, err)
		}
	})
}
