package texttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// messageType is the type whose constants are what a program says.
const messageType = "github.com/smtp-settings/smtp-settings/shared/text.Message"

// listed is a package as the go command describes it.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Export     string // the file with what the compiler knows of it
	DepOnly    bool
}

// constants returns the constants of the type text.Message in the packages, as the compiler sees them: a literal that
// is given where a Message is wanted is one.
func constants(t *testing.T, patterns []string) []text.Message {
	t.Helper()
	packages := list(t, patterns)
	exports := map[string]string{}
	for _, one := range packages {
		exports[one.ImportPath] = one.Export
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, errors.New("the go command did not list it")
		}
		return os.Open(exports[path])
	})
	var found []text.Message
	for _, one := range packages {
		if !one.DepOnly {
			found = append(found, constantsOf(t, one, files, imports)...)
		}
	}
	return found
}

// list asks the go command for the packages and what they import.
func list(t *testing.T, patterns []string) []listed {
	t.Helper()
	command := exec.Command("go", append([]string{"list", "-export", "-deps",
		"-json=ImportPath,Dir,GoFiles,Export,DepOnly", "--"}, patterns...)...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0") // The types are the same, and have been compiled for the programs.
	var failure bytes.Buffer
	command.Stderr = &failure
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &failure)
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var one listed
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, one)
	}
}

func constantsOf(t *testing.T, one listed, files *token.FileSet, imports types.Importer) []text.Message {
	t.Helper()
	var parsed []*ast.File
	for _, name := range one.GoFiles {
		file, err := parser.ParseFile(files, filepath.Join(one.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := &types.Config{Importer: imports}
	if _, err := config.Check(one.ImportPath, files, parsed, info); err != nil {
		t.Fatal(err)
	}
	var found []text.Message
	for _, known := range info.Types {
		if known.Value == nil || known.Value.Kind() != constant.String || types.TypeString(known.Type, nil) != messageType {
			continue
		}
		if said := constant.StringVal(known.Value); isMessage(said) {
			found = append(found, text.Message(said))
		}
	}
	return found
}
