package acceptance

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// namedForSystem are the ends of the names of files for one system, or for a family of systems.
var namedForSystem = regexp.MustCompile(`_(linux|darwin|windows|unix|bsd|other)(_test)?\.go$`)

// systemPackages know one system each.
var systemPackages = []string{"golang.org/x/sys/unix", "golang.org/x/sys/windows", "golang.org/x/sys/plan9"}

// systemTags are the words of constraints that are about the system.
var systemTags = []string{"linux", "darwin", "windows", "unix", "freebsd", "netbsd", "openbsd", "dragonfly", "ios"}

// TestSystemsAreInTheirFiles finds what is for one system only outside of files that are named for it: constraints,
// packages of one system, and code that asks on which system it runs; to say its name is no question. What a package of
// all systems has on one of them alone does not compile for the others, which make lint does.
func TestSystemsAreInTheirFiles(t *testing.T) {
	t.Parallel()
	looked := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{"node_modules", "bin", "dist", ".git"}, entry.Name()) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		looked++
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		if namedForSystem.MatchString(path) {
			return nil
		}
		for at, what := range ofOneSystem(file) {
			t.Errorf("%s: %s belongs into a file that is named for its system", files.Position(at), what)
		}
		return nil
	})
	if err != nil || looked < 300 {
		t.Fatalf("%d files: %v", looked, err)
	}
}

// ofOneSystem finds what is for one system only.
func ofOneSystem(file *ast.File) map[token.Pos]string {
	found := map[token.Pos]string{}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if expression, err := constraint.Parse(comment.Text); err == nil {
				expression.Eval(func(tag string) bool {
					if slices.Contains(systemTags, tag) {
						found[comment.Pos()] = comment.Text
					}
					return false
				})
			}
		}
	}
	for _, imported := range file.Imports {
		if path, err := strconv.Unquote(imported.Path.Value); err == nil && slices.Contains(systemPackages, path) {
			found[imported.Pos()] = "the import of " + path
		}
	}
	said := map[ast.Expr]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		if sum, ok := node.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
			said[sum.X], said[sum.Y] = true, true
		}
		selector, ok := node.(*ast.SelectorExpr)
		if !ok || said[selector] || selector.Sel.Name != "GOOS" {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok && of.Name == "runtime" {
			found[selector.Pos()] = "the question which system it is"
		}
		return true
	})
	return found
}

// TestOfOneSystem holds that the rule finds what it is there for.
func TestOfOneSystem(t *testing.T) {
	t.Parallel()
	for source, count := range map[string]int{
		"package p\n\nimport \"runtime\"\n\nvar a = \"on \" + runtime.GOOS + \" it is\"\n": 0,
		"//go:build race\n\npackage p\n":                                                              0,
		"//go:build !(darwin || linux)\n\npackage p\n":                                                1,
		"package p\n\nimport \"golang.org/x/sys/unix\"\n":                                             1,
		"package p\n\nimport \"runtime\"\n\nvar a = runtime.GOOS == \"linux\"\n":                      1,
		"package p\n\nimport \"runtime\"\n\nfunc f() {\n\tswitch runtime.GOOS {\n\t}\n}\n":            1,
		"package p\n\nimport \"runtime\"\n\nvar a = known[runtime.GOOS] || is(\"x\", runtime.GOOS)\n": 2,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if found := ofOneSystem(file); len(found) != count {
			t.Errorf("%d things are found, not %d: %v in\n%s", len(found), count, found, source)
		}
	}
}
