package secret_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
)

// TestReferences names secrets that may be named, and those that may not.
func TestReferences(t *testing.T) {
	directory := t.TempDir()
	for path, content := range map[string]string{"smtp": "s3cret\n", "empty": "\n", "sub/deep": "d33p",
		"notepad": "\ufeffs3cret\r\n", "powershell": "\xff\xfes\x003\x00\r\x00\n\x00", "marked": "\ufeff\r\n"} {
		full := filepath.Join(directory, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("0utside"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(directory, "link")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SMTP_SECRET_A", "s3cret")
	t.Setenv("DATABASE_PASSWORD", "hunter2")
	allowed := secret.References{Directory: directory, Prefix: "SMTP_SECRET_"}
	for reference, want := range map[string]string{
		"file://" + directory + "/smtp": "s3cret", "file://" + directory + "/sub/deep": "d33p",
		"file://" + directory + "/notepad": "s3cret", "file://" + directory + "/powershell": "s3",
		"file://" + directory + "/marked": "",
		"env://SMTP_SECRET_A":             "s3cret",
		"file://" + directory + "/empty":  "", "file://" + directory + "/none": "", "file://" + directory + "/link": "",
		"file://" + directory + "/../outside": "", "file://" + outside: "", "file:///etc/passwd": "",
		"env://DATABASE_PASSWORD": "",
		"env://SMTP_SECRET_B":     "", "https://x": "", "s3cret": "",
	} {
		got, err := allowed.Resolve(reference)
		if got.Reveal() != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", reference, got.Reveal(), err)
		}
		if _, err := (secret.References{}).Resolve(reference); err == nil {
			t.Errorf("%s is allowed where nothing is", reference)
		}
	}
}

// TestWithheldReferences names what this software keeps for itself by each of its names: an administrator who may name
// files of a directory could else have the key of all secrets sent to a server.
func TestWithheldReferences(t *testing.T) {
	directory, elsewhere := t.TempDir(), t.TempDir()
	for _, path := range []string{directory + "/key", directory + "/database", directory + "/smtp", elsewhere + "/old"} {
		if err := os.WriteFile(path, []byte("s3cret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(elsewhere+"/old", directory+"/hard"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("key", directory+"/symbolic"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"SMTP_Key", "SMTP_KEY", "SMTP_MAIL"} {
		t.Setenv(name, "s3cret")
	}
	allowed := secret.References{
		Directory: directory, Prefix: "SMTP_",
		Withheld: []string{"file://" + directory + "/key", "file://" + directory + "//database",
			"file://" + elsewhere + "/old", "env://SMTP_KEY", "", "postgres://x"},
	}
	for reference, permitted := range map[string]bool{
		"file://" + directory + "/smtp": true, "env://SMTP_MAIL": true,
		"file://" + directory + "/key": false, "file://" + directory + "//key": false,
		"file://" + directory + "/database": false,
		"file://" + directory + "/symbolic": false, "file://" + directory + "/hard": false, "env://SMTP_KEY": false,
		"env://SMTP_Key": false,
	} {
		if got, err := allowed.Resolve(reference); (err == nil) != permitted {
			t.Errorf("%s: %q, %v", reference, got.Reveal(), err)
		}
	}
}

// TestSameReference sees through other ways to name one file.
func TestSameReference(t *testing.T) {
	directory := t.TempDir()
	for _, name := range []string{"smtp", "other"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte("s3cret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(filepath.Join(directory, "smtp"), filepath.Join(directory, "hard")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("smtp", filepath.Join(directory, "symbolic")); err != nil {
		t.Fatal(err)
	}
	allowed := secret.References{Directory: directory, Prefix: "SMTP_"}
	one := "file://" + directory + "/smtp"
	for other, want := range map[string]bool{
		one: true, "file://" + directory + "//smtp": true, "file://" + directory + "/x/../smtp": true,
		"file://" + directory + "/symbolic": true, "file://" + directory + "/hard": true,
		"file://" + directory + "/other": false, "file://" + directory + "/none": false, "env://SMTP_A": false, "": false,
	} {
		if got := allowed.Same(one, other); got != want {
			t.Errorf("%s: %t", other, got)
		}
	}
	if !allowed.Same("env://SMTP_A", "env://SMTP_A") || allowed.Same("env://SMTP_A", "env://SMTP_B") {
		t.Error("variables are told apart by their names")
	}
}
