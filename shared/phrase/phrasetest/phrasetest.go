// Package phrasetest makes sure that a catalogue has what a program says: nothing missing, nothing left over, no blank lost.
package phrasetest

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Source is where a program says what it says. In Go files that are no tests these are texts: the first argument of phrase.Of,
// phrase.Word; what is given or assigned to a field named Title, Description, Label, Help, Text, Note, SaveNote,
// SuggestLabel, Summary, Detail, Headline or Preview, in either case; and what is given to Text or to one of Functions. In HTML templates it is the argument of t.
type Source struct {
	// Directories are looked through without what is below them.
	Directories []string
	// Functions are names of functions and methods that take texts. Of their arguments those count that are more than one
	// word of lower case letters, which is a code.
	Functions []string
}

// Check fails the test for each text of the source that a catalogue's file lacks, for each that nothing says any more, and for
// each whose translation has other blanks, such as {host}. Files are those of the directory of the catalogue: de.json and so
// on. Languages are the tags that there must be.
func Check(t *testing.T, source Source, files fs.FS, directory string, languages []string) {
	t.Helper()
	said := source.Texts(t)
	for _, language := range languages {
		content, err := fs.ReadFile(files, directory+"/"+language+".json")
		if err != nil {
			t.Errorf("%s is missing: %v", language, err)
			continue
		}
		var translations map[string]string
		if err := json.Unmarshal(content, &translations); err != nil {
			t.Errorf("%s cannot be read: %v", language, err)
			continue
		}
		for _, english := range said {
			translation := translations[english]
			switch {
			case translation == "":
				t.Errorf("%s lacks %q", language, english)
			case !slices.Equal(blanks(english), blanks(translation)):
				t.Errorf("%s has other blanks than %q: %q", language, english, translation)
			}
		}
		for english := range translations {
			if !slices.Contains(said, english) {
				t.Errorf("%s has %q, which nothing says", language, english)
			}
		}
	}
}

var blank = regexp.MustCompile(`\{\w+\}`)

func blanks(text string) []string {
	found := blank.FindAllString(text, -1)
	slices.Sort(found)
	return found
}

// Texts returns what the source says, sorted.
func (s Source) Texts(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, directory := range s.Directories {
		entries, err := os.ReadDir(directory)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			path := filepath.Join(directory, entry.Name())
			switch {
			case strings.HasSuffix(path, ".html"):
				found = append(found, templateTexts(t, path)...)
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				found = append(found, s.goTexts(t, path)...)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var templateText = regexp.MustCompile(`\bt ("(?:[^"\\]|\\.)*")`)

func templateTexts(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, match := range templateText.FindAllStringSubmatch(string(content), -1) {
		text, err := strconv.Unquote(match[1])
		if err != nil {
			t.Fatalf("%s: %s: %v", path, match[1], err)
		}
		found = append(found, text)
	}
	return found
}

var textFields = []string{"title", "description", "label", "help", "text", "note", "savenote", "suggestlabel", "summary", "detail", "delivery", "headline", "preview"}

func (s Source) goTexts(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	take := func(expressions ...ast.Expr) {
		for _, one := range expressions {
			if text, constant := literal(one); constant && text != "" {
				found = append(found, text)
			}
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.KeyValueExpr:
			if key, ok := node.Key.(*ast.Ident); ok && slices.Contains(textFields, strings.ToLower(key.Name)) {
				take(node.Value)
			}
		case *ast.AssignStmt:
			for i, place := range node.Lhs {
				if i < len(node.Rhs) && slices.Contains(textFields, strings.ToLower(assigned(place))) {
					take(node.Rhs[i])
				}
			}
		case *ast.CallExpr:
			switch name := called(node); {
			case name == "Of" || name == "Word":
				take(node.Args[:min(1, len(node.Args))]...)
			case name == "Text" || slices.Contains(s.Functions, name):
				take(slices.DeleteFunc(slices.Clone(node.Args), isCode)...)
			}
		}
		return true
	})
	return found
}

// assigned is the name of what is assigned to.
func assigned(place ast.Expr) string {
	switch place := place.(type) {
	case *ast.Ident:
		return place.Name
	case *ast.SelectorExpr:
		return place.Sel.Name
	default:
		return ""
	}
}

func called(call *ast.CallExpr) string {
	switch function := call.Fun.(type) {
	case *ast.Ident:
		return function.Name
	case *ast.SelectorExpr:
		return function.Sel.Name
	default:
		return ""
	}
}

func isCode(expression ast.Expr) bool {
	text, _ := literal(expression)
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsSpace(r) || r > unicode.MaxASCII })
}

// literal returns the text of a string literal, or of several that are put together.
func literal(expression ast.Expr) (text string, constant bool) {
	switch expression := expression.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(expression.Value)
		return text, err == nil && expression.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok1 := literal(expression.X)
		right, ok2 := literal(expression.Y)
		return left + right, ok1 && ok2 && expression.Op == token.ADD
	default:
		return "", false
	}
}
