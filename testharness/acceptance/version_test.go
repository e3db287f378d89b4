package acceptance

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// checkout is a git repository with a program in it and with what says its version.
type checkout struct {
	t         *testing.T
	directory string
}

func newCheckout(t *testing.T) checkout {
	t.Helper()
	c := checkout{t, t.TempDir()}
	for _, name := range []string{".ci/version", ".gitattributes"} {
		content, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		c.write(name, string(content))
	}
	c.write("go.mod", "module example.com/program\n\ngo 1.26.0\n")
	c.write("main.go", "package main\n\nfunc main() {}\n")
	c.run("git", "init", "--quiet", "--initial-branch=main")
	c.commit()
	return c
}

func (c checkout) write(name, content string) {
	c.t.Helper()
	path := filepath.Join(c.directory, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// run runs a program in the checkout, as one who has no git configuration, and returns what it prints.
func (c checkout) run(name string, args ...string) string {
	c.t.Helper()
	command := exec.Command(name, args...)
	command.Dir = c.directory
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_COUNT=0", "GOFLAGS=-trimpath",
		"GOWORK=off",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com",
		"GIT_COMMITTER_NAME=c", "GIT_COMMITTER_EMAIL=c@example.com",
		"GIT_AUTHOR_DATE=2026-11-26T10:50:29+02:00", "GIT_COMMITTER_DATE=2026-11-26T10:50:29+02:00")
	out, err := command.CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (c checkout) commit() {
	c.t.Helper()
	c.run("git", "add", ".")
	c.run("git", "commit", "--quiet", "--allow-empty", "--message", "a change")
}

// version is what .ci/version says: version, revision and time.
func (c checkout) version() string { c.t.Helper(); return c.run("bash", ".ci/version") }

// TestVersionOfACheckout holds what make names a build against what the go command does, with and without tags.
func TestVersionOfACheckout(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	built := filepath.Join(t.TempDir(), "program")
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"no tag", func() {}},
		{"a candidate", func() { c.run("git", "tag", "v0.2.0-rc.1") }},
		{"after a candidate", c.commit},
		{"a release", func() { c.run("git", "tag", "v0.2.0") }},
		{"after a release", c.commit},
		{"a file more", func() { c.write("new.txt", "") }},
		{"a release with a changed file", func() {
			c.commit()
			c.run("git", "tag", "v0.3.0")
			c.write("new.txt", "changed")
		}},
	} {
		step.do()
		c.run("go", "build", "-buildvcs=true", "-o", built, ".")
		info, err := buildinfo.ReadFile(built)
		if err != nil {
			t.Fatal(err)
		}
		want := info.Main.Version + " " + c.run("git", "rev-parse", "HEAD") + " 1795683029"
		if got := c.version(); got != want {
			t.Errorf("%s: got %s, want %s", step.name, got, want)
		}
	}
}

// TestVersionWithoutCheckout goes through the other ways to come by the source.
func TestVersionWithoutCheckout(t *testing.T) {
	c := newCheckout(t)
	unpack := func(t *testing.T) checkout {
		t.Helper()
		unpacked := checkout{t, t.TempDir()}
		archive := filepath.Join(t.TempDir(), "source.tar")
		c.run("git", "archive", "--output", archive, "HEAD")
		unpacked.run("tar", "-xf", archive)
		return unpacked
	}
	t.Run("a worktree", func(t *testing.T) {
		directory := filepath.Join(t.TempDir(), "tree")
		c.run("git", "worktree", "add", "--quiet", directory)
		if got, want := (checkout{t, directory}).version(), c.version(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("a source archive", func(t *testing.T) {
		if got, want := unpack(t).version(), c.version(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("a source archive inside of another checkout", func(t *testing.T) {
		outer := newCheckout(t)
		inner := checkout{t, filepath.Join(outer.directory, "vendored")}
		if err := os.CopyFS(inner.directory, os.DirFS(unpack(t).directory)); err != nil {
			t.Fatal(err)
		}
		outer.write("another", "file")
		outer.commit()
		if got, want := inner.version(), c.version(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("a copy of the files", func(t *testing.T) {
		copied := checkout{t, t.TempDir()}
		if err := os.CopyFS(copied.directory, os.DirFS(c.directory)); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(copied.directory, ".git")); err != nil {
			t.Fatal(err)
		}
		if got := copied.version(); got != "v0.0.0-devel - 0" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a release's source archive", func(t *testing.T) {
		c.run("git", "tag", "v1.2.3")
		if got := unpack(t).version(); !strings.HasPrefix(got, "v1.2.3 ") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a checkout of another user", func(t *testing.T) {
		want := c.version()
		t.Setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1") // git's own tests are made so.
		if got := c.version(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
