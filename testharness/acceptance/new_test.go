package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shell runs commands under a umask, in a directory, and returns what they print.
func shell(t *testing.T, umask, directory, commands string, environment ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-ec", "umask "+umask+"\n"+commands)
	command.Dir = directory
	command.Env = append(append(os.Environ(), "PWD="+directory), environment...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", commands, err, out)
	}
	return string(out)
}

// projectRoot is the root of this project.
func projectRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// knownSums puts the checksums of this project into a module, so that nothing has to be looked up.
func knownSums(t *testing.T, module string) {
	t.Helper()
	sums, err := os.ReadFile(filepath.Join(projectRoot(t), "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(module, "go.sum"), string(sums), 0o644)
}

// TestNewPlugin makes a plugin as its author would, by the commands that are printed, outside the checkout and under
// any umask: it compiles, its tests pass, a host runs it and it keeps the contract.
func TestNewPlugin(t *testing.T) {
	t.Parallel()
	for _, umask := range []string{"000", "002", "077"} {
		t.Run("umask "+umask, func(t *testing.T) {
			directory := publicDir(t)
			printed := shell(t, umask, directory, binary("testharness")+" new weather --replace '"+projectRoot(t)+"'")
			_, next, found := strings.Cut(printed, "Next:\n")
			commands := strings.Split(strings.TrimSpace(next), "\n")
			if !found || len(commands) != 2 || !strings.HasSuffix(commands[1], "/testharness console") {
				t.Fatalf("what to do next is not said:\n%s", printed)
			}
			plugin := filepath.Join(directory, "weather")
			knownSums(t, plugin)
			out := shell(t, umask, directory, commands[0]+"\n"+
				strings.TrimSuffix(commands[1], "console")+"conformance --set address=127.0.0.1:1")
			if !strings.Contains(out, "0 broken") {
				t.Errorf("the new plugin breaks the contract:\n%s", out)
			}
			if out := shell(t, umask, plugin, binary("testharness")+" schema"); !strings.Contains(out, "Weather settings") {
				t.Errorf("its form is\n%s", out)
			}
		})
	}
}

// TestNewPluginIsRefusedWhole has what cannot become a plugin that builds leave nothing behind.
func TestNewPluginIsRefusedWhole(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no name of a plugin": {[]string{"Not-A-Name"}, "cannot be the name of a plugin"},
		"a word of Go":        {[]string{"func"}, "cannot be the name of a plugin"},
		"an imported package": {[]string{"shared"}, "cannot be the name of a plugin"},
		"nowhere to get it":   {[]string{"weather"}, "name a checkout: --replace DIRECTORY"},
		"replace elsewhere":   {[]string{"weather", "--replace", "/"}, "is no checkout of"},
		"replace not there":   {[]string{"weather", "--replace", "/nowhere"}, "is no checkout of"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			r := harness(t, "", append([]string{"new"}, test.args...)...)
			if r.status != 2 || !strings.Contains(r.stderr, test.want) {
				t.Errorf("exit status %d\n%s", r.status, r.stderr)
			}
			if left, err := os.ReadDir("."); err != nil || len(left) != 0 {
				t.Errorf("it left %v behind: %v", left, err)
			}
		})
	}
}

// TestNewPluginAsDocumented follows docs/write-a-plugin.md.
func TestNewPluginAsDocumented(t *testing.T) {
	t.Parallel()
	home := publicDir(t)
	commands := strings.Replace(documented(t, "write-a-plugin.md", indented, 0),
		"testharness console --listen 127.0.0.1:0", "testharness schema", 1)
	commands = strings.Replace(commands, "cd weather", "cp '"+filepath.Join(projectRoot(t),
		"go.sum")+"' weather/\ncd weather", 1)
	sample := filepath.Join(home, "sample.go") // The secret of a page, compiled outside of the checkout.
	write(t, sample, "package sample\n\nimport \"github.com/smtp-settings/smtp-settings/shared\"\n\n"+
		documented(t, "write-a-plugin.md", goBlock, 1), 0o644)
	commands = strings.Replace(commands, "go test ./...",
		"mkdir sample && cp '"+sample+"' sample && go vet ./sample && go test ./...", 1)
	out := shell(t, "002", projectRoot(t), commands, "HOME="+home, "GOPATH="+goEnv(t, "GOPATH"),
		"GOCACHE="+goEnv(t, "GOCACHE"))
	if !strings.Contains(out, "Weather settings") {
		t.Errorf("the commands of the document print\n%s", out)
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
