package main

import (
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared/version"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

// thisModule is where the contract comes from.
const thisModule = "github.com/smtp-settings/smtp-settings"

var pluginName = regexp.MustCompile(`^[a-z][a-z0-9]{1,30}$`)

func newNewCommand() *cobra.Command {
	var module, replace string
	command := &cobra.Command{
		Use:   "new NAME",
		Short: "Make the skeleton of a settings plugin",
		Long: `new makes a directory NAME, of 2 to 31 lower case letters and digits, with a settings plugin that compiles,
has its tests and runs in the stand-in Console: one page that connects to an address. Change its form and its test to
what your page is about. With --replace it uses the contract from a checkout instead of a published version.`,
		Example: "  testharness new syslog --replace ~/src/smtp-settings\n  cd syslog && go mod tidy && go test ./... && " +
			"(umask 022 && go build -o bin/ ./syslog-plugin) && testharness console",
		Args: exactly("the name of the plugin"),
		RunE: func(command *cobra.Command, args []string) error {
			name := args[0]
			if !pluginName.MatchString(name) {
				return usagef(
					"%q cannot be the name of a plugin: 2 to 31 lower case letters and digits, beginning with a letter", name)
			}
			if module == "" {
				module = "example.com/" + name
			}
			if _, err := os.Stat(name); err == nil {
				return usagef("%s exists already", name)
			}
			if err := writeSkeleton(name, module, replace); err != nil {
				return err
			}
			out := command.OutOrStdout()
			if replace == "" && contractVersion(version.Current()) == unpublished {
				fmt.Fprintln(out, "This testharness is no published version, so the contract cannot be downloaded: in a "+
					"checkout, add --replace DIRECTORY.")
			}
			fmt.Fprintf(out, "Made %s. Next:\n  cd %s && go mod tidy && go test ./... && (umask 022 && go build -o bin/ "+
				"./%s-plugin)\n  testharness console\n", name, name, name)
			return nil
		},
	}
	command.Flags().StringVar(&module, "module", "", "the `path` of the Go module; without it example.com/NAME")
	command.Flags().StringVar(&replace, "replace", "", "use the contract from a `directory` instead of the module proxy")
	return command
}

func writeSkeleton(name, module, replace string) error {
	renamed := strings.NewReplacer(
		thisModule+"/testharness/skeleton", module, "skeleton", name, "Skeleton", strings.ToUpper(name[:1])+name[1:])
	err := fs.WalkDir(skeleton.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := skeleton.Files.ReadFile(path)
		if err != nil {
			return err
		}
		formatted, err := format.Source([]byte(renamed.Replace(string(content)))) // Another name is sorted elsewhere.
		if err != nil {
			return err
		}
		return writeNew(filepath.Join(name, strings.ReplaceAll(path, "skeleton", name)), string(formatted))
	})
	if err != nil {
		return err
	}
	goMod := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire %s %s\n", module, thisModule,
		contractVersion(version.Current()))
	if replace != "" {
		if replace, err = filepath.Abs(replace); err != nil {
			return err
		}
		goMod += fmt.Sprintf("\nreplace %s => %s\n", thisModule, replace)
	}
	if err := writeNew(filepath.Join(name, "go.mod"), goMod); err != nil {
		return err
	}
	// A host does not run what others could replace: whatever the umask, the directory of the binary is there and is not
	// for them to write.
	if err := os.MkdirAll(filepath.Join(name, "bin"), 0o755); err != nil { //nolint:gosec // programs are for everybody
		return err
	}
	return writeNew(filepath.Join(name, "plugin.hcl"),
		fmt.Sprintf("plugin %q {\n  binary = \"bin/%s-plugin\"\n  config {\n    data_dir = \"data\"\n  }\n}\n", name, name))
}

// contractVersion is the version of this program, or one that a replace directive stands in for. Of a checkout only a
// tagged commit is taken to be published; what go install built was downloaded.
func contractVersion(build version.Build) string {
	fromCheckout := build.Revision != ""
	if build.Version == version.Unknown || fromCheckout && !released.MatchString(build.Version) {
		return unpublished
	}
	return "v" + build.Version
}

// released are the versions of tags: neither a pseudo-version nor a checkout with changes.
var released = regexp.MustCompile(`^\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?$`)

// unpublished is a version that no proxy has.
const unpublished = "v0.0.0"

func writeNew(path, content string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // source code is for everybody
		return err
	}
	return os.WriteFile(path, []byte(content), 0o644) //nolint:gosec // source code is for everybody
}
