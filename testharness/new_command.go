package main

import (
	"fmt"
	"go/format"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/shared/trust"
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
		Long: `new makes a directory NAME, of 2 to 31 lower case letters and digits and no hyphen, with a settings plugin that
compiles, has its tests and runs in the stand-in Console: a page that connects to an address, with a secret, an action
and a choice that the action fills. Change its form and its test to what your page is about.

It may stand anywhere. The contract comes from the version of this program; while that is not
published, from the checkout that this program was built in, or from the one that --replace names.`,
		Example: "  testharness new syslog --replace ~/src/smtp-settings",
		Args:    exactly("the name of the plugin"),
		RunE: func(command *cobra.Command, args []string) error {
			name := args[0]
			if !pluginName.MatchString(name) {
				return usagef(
					"%q cannot be the name of a plugin: 2 to 31 lower case letters and digits, beginning with a letter; no "+
						"hyphen, for it names a Go package too", name)
			}
			if taken(name) {
				return usagef("%q cannot be the name of a plugin: Go or the source of the skeleton has another use for it", name)
			}
			if module == "" {
				module = "example.com/" + name
			}
			if _, err := os.Stat(name); err == nil {
				return usagef("%s exists already", name)
			}
			if replace == "" && contractVersion(version.Current()) == unpublished {
				if replace = checkoutOf(os.Executable()); replace == "" {
					return usagef("this testharness is no published version, so the contract cannot be downloaded; " +
						"name a checkout: --replace DIRECTORY")
				}
			}
			if replace != "" && !isCheckout(replace) {
				return usagef("%s is no checkout of %s", replace, thisModule)
			}
			if err := writeSkeleton(name, module, replace); err != nil {
				return err
			}
			printNext(command.OutOrStdout(), name)
			return nil
		},
	}
	command.Flags().StringVar(&module, "module", "", "the `path` of the Go module; without it example.com/NAME")
	command.Flags().StringVar(&replace, "replace", "", "use the contract from a `directory` instead of the module proxy")
	return command
}

// taken reports whether a package of the name would not compile.
func taken(name string) bool {
	if token.IsKeyword(name) || name == "main" || name == "init" || name == "internal" || name == "vendor" {
		return true
	}
	found := false
	_ = fs.WalkDir(skeleton.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := skeleton.Files.ReadFile(path)
		found = found || strings.Contains(string(content), `/`+name+`"`) || strings.Contains(string(content), `"`+name+`"`)
		return err
	})
	return found
}

// isCheckout reports whether the directory is one of this project.
func isCheckout(directory string) bool {
	content, err := os.ReadFile(filepath.Join(directory, "go.mod"))
	return err == nil && declaresThisModule.Match(content)
}

var declaresThisModule = regexp.MustCompile(`(?m)^module ` + regexp.QuoteMeta(thisModule) + `\s*$`)

// printNext says how to go on, with commands that do as they stand here.
func printNext(out io.Writer, name string) {
	program := os.Args[0]
	// It was not found by PATH, nor will it be in another directory.
	if strings.ContainsRune(program, filepath.Separator) {
		if absolute, err := filepath.Abs(program); err == nil {
			program = absolute
		}
	}
	if err := trust.Check(filepath.Join(name, "plugin.hcl")); err != nil {
		fmt.Fprintf(out, "A host will not run a plugin here, because others could replace it: %v.\n", err)
	}
	fmt.Fprintf(out, "Made %s. Next:\n  cd %s && go mod tidy && go test ./... && (umask 022 && go build -o bin/ "+
		"./%s-plugin)\n  %s console\n", name, name, name, shellQuoted(program))
}

// plainWord needs no quotes, neither in a shell nor in go.mod.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)

// shellQuoted is a word of a shell's command.
func shellQuoted(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// checkoutOf is the checkout of this project that the program stands in, empty when it stands in none.
func checkoutOf(program string, err error) string {
	if err != nil {
		return ""
	}
	if resolved, err := filepath.EvalSymlinks(program); err == nil {
		program = resolved
	}
	for directory := filepath.Dir(program); ; directory = filepath.Dir(directory) {
		if isCheckout(directory) {
			return directory
		}
		if directory == filepath.Dir(directory) {
			return ""
		}
	}
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
		if !plainWord.MatchString(replace) {
			replace = strconv.Quote(replace)
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
