package manifest

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// TestForms reads what is right in all the forms that editors and people give it.
func TestForms(t *testing.T) {
	all := testConfig{
		DataDir: "/a b/$x/ü", Key: "abcd", Pairs: []evenText{"ab", "cd"}, Hosts: []string{"a"}, Retries: 3,
		Limit: 90 * time.Second, Loud: true,
		Tuning: testTuning{Workers: 64, Pause: time.Second},
	}
	plain := config(`data_dir = "/a b/$x/ü" # a comment`, `key = "abcd" // another`, `/* a third */ pairs = [`, `"ab",`,
		`"cd",`, `]`, `hosts = ["a"]`,
		`retries = 3`, `limit = "1m30s"`, `loud = true`, `workers = 64`, `pause = "1s"`)
	for name, content := range map[string]string{
		"as it is":            plain,
		"byte order mark":     "\ufeff" + plain,
		"UTF-16":              utf16Of(plain),
		"carriage returns":    strings.ReplaceAll(plain, "\n", "\r\n"),
		"no line end at last": strings.TrimSuffix(plain, "\n"),
		"heredoc":             strings.Replace(plain, `"abcd"`, "<<END\nabcd\nEND\n#", 1),
		"indented heredoc":    strings.Replace(plain, `"abcd"`, "<<-END\n      abcd\n      END\n#", 1),
		"escapes":             strings.Replace(plain, "ü", `\u00fc`, 1),
	} {
		m, got, err := read(t, content)
		if err != nil || !reflect.DeepEqual(got, all) {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		binary := strings.TrimSuffix(m.Binary, ".exe")
		if m.Name != "smtp" || binary != filepath.Join(filepath.Dir(m.Path), "bin/x") || len(m.Warnings()) > 0 {
			t.Errorf("%s: %+v", name, m)
		}
	}
	for name, content := range map[string]string{"no config": block(), "empty config": config(),
		"one line": `plugin "smtp" { binary = "bin/x" }`} {
		if _, got, err := read(t, content); err != nil || got.DataDir != "data" || len(got.Hosts) != 3 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, got, err := read(t, config(`data_dir = "a$${b}%%{c}$"`)); err != nil || got.DataDir != "a${b}%{c}$" {
		t.Errorf("dollars: %q, %v", got.DataDir, err)
	}
}

// TestDeprecatedKey takes a key that has lost its meaning, whatever its value, and says so.
func TestDeprecatedKey(t *testing.T) {
	for _, value := range []string{`3`, `"` + canary + `"`, `["a"]`, `false`} {
		m, _, err := read(t, config(`data_dir = "x"`, `pool = `+value))
		if err != nil || len(m.Warnings()) != 1 {
			t.Errorf("%s: %v, %v", value, m.Warnings(), err)
			continue
		}
		want := m.Path + `:5:5: config: the key "pool" has no effect any more: ` +
			`the size of the pool follows from workers; remove the line`
		if m.Warnings()[0] != want {
			t.Errorf("%s:\n%s, want\n%s", value, m.Warnings()[0], want)
		}
	}
}

// TestRefuse puts a later error where the value stands.
func TestRefuse(t *testing.T) {
	m, _, err := read(t, config(`data_dir = "x"`, `hosts = ["a", "b"]`))
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("is on fire")
	for key, want := range map[string]string{
		"data_dir": ":4:5: data_dir: is on fire",
		"hosts/1":  ":5:19: hosts: is on fire",
		"hosts/7":  ":5:5: hosts: is on fire",
		"binary":   ":2:3: binary: is on fire",
		"key":      ":3:3: key: is on fire", // The block, where the key is not given.
	} {
		err := m.Refuse(key, cause)
		if err.Error() != m.Path+want || !errors.Is(err, cause) {
			t.Errorf("%s: %v", key, err)
		}
		var refused *Error
		if !errors.As(err, &refused) || Reported(m.Path, refused.Message(), nil).Error() != err.Error() {
			t.Errorf("%s: the message %q does not lead back to the error", key, refused.Message())
		}
	}
}

// TestBadStruct tells the author of a plugin what is wrong with the struct.
func TestBadStruct(t *testing.T) {
	m, _, err := read(t, config())
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []any{
		nil, testConfig{}, new(int),
		&struct {
			A float64 `koanf:"a"`
		}{},
		&struct {
			A map[string]string `koanf:"a"`
		}{},
		&struct {
			A int `koanf:"a" min:"one"`
		}{},
	} {
		var refused *Error
		if err := m.Config(target); err == nil || errors.As(err, &refused) {
			t.Errorf("%T: %v", target, err)
		}
	}
}

// TestRequiredKey names the block in which a key is missing.
func TestRequiredKey(t *testing.T) {
	var needed struct {
		Key string `koanf:"key" required:"true"`
	}
	for content, line := range map[string]int{block(): 1, config(): 3} {
		m, _, err := read(t, content)
		if err != nil {
			t.Fatal(err)
		}
		var refused *Error
		if err := m.Config(&needed); !errors.As(err, &refused) || refused.Line != line {
			t.Errorf("%v", err)
		}
	}
}

// utf16Of is a text as PowerShell writes it.
func utf16Of(text string) string {
	written := []byte("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(text)) {
		written = binary.LittleEndian.AppendUint16(written, unit)
	}
	return string(written)
}
