package host

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEachOptionIsDocumented finds each option of a Host, and each method that it has, in docs/embed.md, whose tables
// read as complete.
func TestEachOptionIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/embed.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range parsed.Decls {
			name := documentedName(declared)
			if name == "" {
				continue
			}
			if found++; !strings.Contains(string(page), name) {
				t.Errorf("%s: no %s in docs/embed.md", file, name)
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d options and methods were looked for", found)
	}
}

// documentedName is how the tables name an option or a method of Host; empty for anything else.
func documentedName(declared ast.Decl) string {
	function, ok := declared.(*ast.FuncDecl)
	switch {
	case !ok || !function.Name.IsExported():
		return ""
	case function.Recv == nil:
		if strings.HasPrefix(function.Name.Name, "With") {
			return "`" + function.Name.Name
		}
		return ""
	}
	if pointer, ok := function.Recv.List[0].Type.(*ast.StarExpr); ok {
		if receiver, ok := pointer.X.(*ast.Ident); ok && receiver.Name == "Host" {
			return "h." + function.Name.Name + "("
		}
	}
	return ""
}
