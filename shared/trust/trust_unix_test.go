//go:build unix

package trust

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stranger is a user id that is neither root's nor ours.
const stranger = 4242

// tree makes directories and files below a directory for this test; a name that ends in a slash is a directory.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	base := t.TempDir()
	for _, name := range names {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return base
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func give(t *testing.T, path string) {
	t.Helper()
	if err := os.Lchown(path, stranger, stranger); err != nil {
		t.Fatal(err)
	}
}

// dangers make one thing on the way to the file one that another account can change.
var dangers = []struct {
	name    string
	asRoot  bool // the case gives files away
	arrange func(t *testing.T, base string)
	at      string // the path at fault, below the base; empty when there is none
	says    string
}{
	{name: "nothing", arrange: func(*testing.T, string) {}},
	{name: "file-for-all", arrange: func(t *testing.T, base string) { chmod(t, base+"/bin/plugin", 0o757) },
		at: "bin/plugin", says: "(mode 0757), so anybody"},
	{name: "directory-for-all", arrange: func(t *testing.T, base string) { chmod(t, base+"/bin", 0o777) },
		at:   "bin",
		says: "run: chmod go-w "},
	{name: "grandparent-for-all", arrange: func(t *testing.T, base string) { chmod(t, base, 0o777) }, at: "",
		says: "run: chmod go-w "},
	{name: "sticky", arrange: func(t *testing.T, base string) { chmod(t, base+"/bin", 0o777|os.ModeSticky) }},
	{name: "sticky-file",
		arrange: func(t *testing.T, base string) { chmod(t, base+"/bin/plugin", 0o777|os.ModeSticky) },
		at:      "bin/plugin", says: "(mode 0777)"},
	{name: "file-of-another", asRoot: true,
		arrange: func(t *testing.T, base string) { give(t, base+"/bin/plugin") },
		at:      "bin/plugin", says: "belongs to 4242 (uid 4242)"},
	{name: "directory-of-another", asRoot: true, arrange: func(t *testing.T, base string) { give(t, base+"/bin") },
		at: "bin", says: "run: chown root "},
	{name: "sticky-of-another", asRoot: true, arrange: func(t *testing.T, base string) {
		chmod(t, base+"/bin", 0o777|os.ModeSticky)
		give(t, base+"/bin")
	}, at: "bin", says: "belongs to"},
	{name: "in-sticky-of-another", asRoot: true, arrange: func(t *testing.T, base string) {
		chmod(t, base+"/bin", 0o777|os.ModeSticky)
		give(t, base+"/bin/plugin")
	}, at: "bin/plugin", says: "belongs to"},
	{name: "link", arrange: func(t *testing.T, base string) {
		link(t, "../real/plugin", base+"/bin/linked")
		rename(t, base+"/bin/linked", base+"/bin/plugin")
	}},
	{name: "link-to-file-for-all", arrange: func(t *testing.T, base string) {
		link(t, base+"/real/plugin", base+"/bin/linked")
		rename(t, base+"/bin/linked", base+"/bin/plugin")
		chmod(t, base+"/real/plugin", 0o777)
	}, at: "real/plugin", says: "can be written by others"},
	{name: "link-to-directory-for-all", arrange: func(t *testing.T, base string) {
		link(t, "../real/plugin", base+"/bin/linked")
		rename(t, base+"/bin/linked", base+"/bin/plugin")
		chmod(t, base+"/real", 0o777)
	}, at: "real", says: "can be written by others"},
	{name: "link-through-directory-for-all", arrange: func(t *testing.T, base string) {
		link(t, base+"/real/plugin", base+"/hop/linked")
		link(t, "../hop/linked", base+"/bin/linked")
		rename(t, base+"/bin/linked", base+"/bin/plugin")
		chmod(t, base+"/hop", 0o777)
	}, at: "hop", says: "can be written by others"},
	{name: "link-of-another", asRoot: true, arrange: func(t *testing.T, base string) {
		link(t, "../real/plugin", base+"/bin/linked")
		rename(t, base+"/bin/linked", base+"/bin/plugin")
		give(t, base+"/bin/plugin")
	}, at: "bin/plugin", says: "run: chown -h root "},
	{name: "linked-directory", arrange: func(t *testing.T, base string) {
		rename(t, base+"/bin", base+"/bin.d")
		link(t, "./hop/../bin.d/.", base+"/bin")
		chmod(t, base+"/hop", 0o777) // The way leads through it.
	}, at: "hop", says: "can be written by others"},
}

// TestCheck has another account able to change one thing on the way to the file, whatever it is.
func TestCheck(t *testing.T) {
	for _, c := range dangers {
		t.Run(c.name, func(t *testing.T) {
			if c.asRoot && os.Geteuid() != 0 {
				needsRoot(t, "only root gives files away")
			}
			base := tree(t, "bin/plugin", "real/plugin", "hop/")
			c.arrange(t, base)
			err := Check(base + "/bin/plugin")
			if c.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var found *Error
			if !errors.As(err, &found) || found.Path != filepath.Join(base, c.at) ||
				!strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want it to be about %s and to say %q", err, c.at, c.says)
			}
		})
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// TestUpwardsOfALink follows .. from where a link leads to, as the kernel does.
func TestUpwardsOfALink(t *testing.T) {
	base := tree(t, "plugin", "far/plugin", "far/below/")
	if err := os.Symlink("far/below", base+"/link"); err != nil {
		t.Fatal(err)
	}
	chmod(t, base+"/far/plugin", 0o777)
	t.Chdir(base)
	for _, path := range []string{base + "/link/../plugin", "link/../plugin", "./link/.././plugin"} {
		var found *Error
		if err := Check(path); !errors.As(err, &found) || found.Path != base+"/far/plugin" {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := Check("plugin"); err != nil {
		t.Error(err)
	}
}

// TestCheckFails holds that what cannot be looked at does not pass.
func TestCheckFails(t *testing.T) {
	base := tree(t, "file")
	if err := os.Symlink("circle", base+"/circle"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"missing", "file/below", "circle"} {
		if err := Check(filepath.Join(base, name)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestGroup holds when the group may write: when nobody but root and this user is in it, and that can be told.
func TestGroup(t *testing.T) {
	const passwd = "root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1000::/home/anna:/bin/sh\n" +
		"bob:x:1001:100::/home/bob:/bin/sh\n"
	const group = "root:x:0:\nanna:x:1000:\nusers:x:100:\nempty:x:50:\nown:x:51:anna, " +
		"root\nshared:x:52:anna,bob\ngone:x:53:nobody-knows\n"
	for _, c := range []struct {
		name, passwd, group, nsswitch string
		gid                           uint32
		want                          string // of the members or the error; empty when it passes
	}{
		{name: "private", gid: 1000},
		{name: "roots", gid: 0},
		{name: "nobody", gid: 50},
		{name: "ourselves", gid: 51},
		{name: "a-member", gid: 52, want: "bob"},
		{name: "a-primary-member", gid: 100, want: "bob"},
		{name: "an-unknown-member", gid: 53, want: "nobody-knows"},
		{name: "unknown-group", gid: 77, want: "group 77 is not in"},
		{name: "files-only", gid: 50,
			nsswitch: "passwd: files systemd # sss\ngroup: files [SUCCESS=merge] systemd\nhosts: dns\n"},
		{name: "directory-service", gid: 50, nsswitch: "passwd: files sss\n", want: "names a directory service"},
		{
			name: "groups-of-a-directory-service", gid: 50, nsswitch: "group:\tfiles ldap\n",
			want: "names a directory service",
		},
		{name: "private-with-a-directory-service", gid: 1000, nsswitch: "passwd: files sss\n"},
		{name: "nis-users", gid: 50, passwd: passwd + "+::::::\n", want: "refers to a directory service"},
		{name: "nis-groups", gid: 50, group: group + "+:::\n", want: "refers to a directory service"},
		{name: "garbled", gid: 50, group: "empty:x\n", want: "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			directory := t.TempDir()
			write := func(name, content, otherwise string) string {
				if content == "" {
					content = otherwise
				}
				path := filepath.Join(directory, name)
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			a := accounts{
				passwd: write("passwd", c.passwd, passwd), group: write("group", c.group, group),
				nsswitch: directory + "/missing",
			}
			if c.nsswitch != "" {
				a.nsswitch = write("nsswitch", c.nsswitch, "")
			}
			others, err := a.others(c.gid, func(uid uint32) bool { return uid == 0 || uid == 1000 })
			said := strings.Join(others, " ")
			if err != nil {
				said = err.Error()
			}
			if said != c.want && (c.want == "" || !strings.Contains(said, c.want)) {
				t.Errorf("says %q, want %q", said, c.want)
			}
		})
	}
}

// TestGroupOfAFile holds that the group's members count, and an access control list.
func TestGroupOfAFile(t *testing.T) {
	if os.Geteuid() != 0 {
		needsRoot(t, "only root changes the group at will")
	}
	base := tree(t, "plugin")
	directory := t.TempDir()
	for name, content := range map[string]string{"passwd": "root:x:0:0::/:\nbob:x:1001:1001::/:\n",
		"group": "alone:x:50:\nshared:x:52:bob\n"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := checker{accounts: accounts{
		passwd: directory + "/passwd", group: directory + "/group", nsswitch: directory + "/none",
	}}
	for gid, says := range map[int]string{
		50: "", 52: "(mode 0775): its group shared has the member bob; run: chmod g-w ", 77: "group 77 is not in",
	} {
		if err := os.Chown(base+"/plugin", 0, gid); err != nil {
			t.Fatal(err)
		}
		chmod(t, base+"/plugin", 0o775)
		err := c.check(base + "/plugin")
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("group %d: %v", gid, err)
		}
	}
}

func TestQuoted(t *testing.T) {
	for path, want := range map[string]string{"/srv/a_b-c.d": "/srv/a_b-c.d", "/a b": "'/a b'", "/it's": `'/it'\''s'`,
		"/$(x)": "'/$(x)'"} {
		if got := quoted(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// needsRoot skips a test that only root can run, except in continuous integration, where nothing may be skipped.
func needsRoot(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must not skip: %s", why)
	}
	t.Skip(why)
}
