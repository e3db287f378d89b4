package notify

import (
	"context"
	"flag"
	"fmt"
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

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

var update = flag.Bool("update", false, "write what is found into testdata")

// engines start what River's tables are tested on, and return what opens an empty database; PostgreSQL is added where
// servers can be started.
var engines = map[string]func(testing.TB) func(testing.TB) *store.Store{
	"sqlite": func(testing.TB) func(testing.TB) *store.Store { return openEmbedded },
}

func openEmbedded(t testing.TB) *store.Store {
	t.Helper()
	database, err := store.OpenSQLite(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { database.Close() })
	return database
}

// newService is a notification service on the database, which does not deliver.
func newService(t testing.TB, database *store.Store) *Service {
	t.Helper()
	keys, err := secret.OpenKeyring(t.Context(), t.TempDir(), "", nil, true)
	if err != nil {
		t.Fatal(err)
	}
	service, err := New(t.Context(), Configuration{
		Store: database, Keeper: secret.NewKeeper(keys), Logger: hclog.NewNullLogger(), Delivery: configured,
		LockFile: filepath.Join(t.TempDir(), "notifications.lock"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close() })
	return service
}

// describeSQLite and describePostgres list what River has made, without what riverindex.go has added: a line for each
// column, constraint, index, type and version.
const (
	describeSQLite = `
		SELECT m.name || ' column ' || c.name || ': ' || c.type || CASE c."notnull" WHEN 1 THEN ' not null' ELSE '' END ||
			CASE c.pk WHEN 0 THEN '' ELSE ' primary key' END || coalesce(' default ' || c.dflt_value, '')
		FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND
			m.name IN ('river_job', 'river_leader', 'river_notification')
		UNION ALL SELECT tbl_name || ' index ' || name || ': ' || sql FROM sqlite_master
		WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('river_job', 'river_leader')
			AND name NOT LIKE 'notification_%'
		UNION ALL SELECT tbl_name || ' trigger ' || name || ': ' || sql FROM sqlite_master
		WHERE type = 'trigger' AND tbl_name IN ('river_job', 'river_leader') AND name NOT LIKE 'notification_%'
		UNION ALL SELECT 'version: ' || max(version) FROM river_migration WHERE line = 'main'`
	describePostgres = `
		SELECT table_name || ' column ' || column_name || ': ' || coalesce(domain_name, udt_name) ||
			CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END || coalesce(' default ' || column_default, '')
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN ('river_job', 'river_leader')
		UNION ALL SELECT tablename || ' index ' || indexname || ': ' || indexdef FROM pg_indexes
		WHERE schemaname = 'public' AND tablename IN ('river_job', 'river_leader') AND indexname NOT LIKE 'notification_%'
		UNION ALL SELECT conrelid::regclass || ' constraint ' || conname || ': ' || pg_get_constraintdef(oid)
		FROM pg_constraint
		WHERE conrelid IN ('river_job'::regclass, 'river_leader'::regclass) AND contype <> 'n'
		UNION ALL SELECT tgrelid::regclass || ' trigger ' || tgname || ': ' || pg_get_triggerdef(oid) FROM pg_trigger
		WHERE tgrelid IN ('river_job'::regclass, 'river_leader'::regclass) AND NOT tgisinternal
			AND tgname NOT LIKE 'notification_%'
		UNION ALL SELECT 'river_job_state label: ' || string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum
		WHERE enumtypid = 'river_job_state'::regtype
		UNION ALL SELECT 'version: ' || max(version) FROM river_migration WHERE line = 'main'`
)

func describeRiver(ctx context.Context, database *store.Store) ([]string, error) {
	query := describeSQLite
	if database.Pool() != nil {
		query = describePostgres
	}
	rows, err := database.DB().QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	slices.Sort(lines)
	return lines, rows.Err()
}

// TestRiverSchema compares the tables that River makes with those that our statements were written for. Where they
// differ it says which statements are to be looked at.
func TestRiverSchema(t *testing.T) {
	statements := columnsOfStatements(t)
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			database := start(t)(t)
			newService(t, database)
			found, err := describeRiver(t.Context(), database)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "river-schema-"+engine+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(strings.Join(found, "\n")+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, complaint := range schemaChanges(strings.Split(strings.TrimSpace(string(content)), "\n"), found, statements) {
				t.Error(complaint)
			}
			if t.Failed() {
				t.Logf("River's tables are not those that our statements were written for. Look at the statements that "+
					"are named, and in River's changelog and its driver at what it does with the columns itself; "+
					"when they fit again, "+
					"go test ./plugin/internal/notify -run TestRiverSchema -update writes %s anew.", path)
			}
		})
	}
}

// schemaChanges says what is no more, or new, and which of our statements concern themselves with the column.
func schemaChanges(expected, found []string, statements map[string][]string) (complaints []string) {
	describe := func(what, line string) {
		var concerned []string
		for column, functions := range statements {
			if regexp.MustCompile(`\b` + column + `\b`).MatchString(line) {
				concerned = append(concerned, functions...)
			}
		}
		slices.Sort(concerned)
		hint := "no statement of ours names it, but see whether complete, fail and putBack have to set it"
		if concerned = slices.Compact(concerned); len(concerned) > 0 {
			hint = "look at " + strings.Join(concerned, ", ")
		}
		complaints = append(complaints, fmt.Sprintf("%s: %s\n\t%s", what, line, hint))
	}
	for _, line := range expected {
		if !slices.Contains(found, line) {
			describe("no longer there", line)
		}
	}
	for _, line := range found {
		if !slices.Contains(expected, line) {
			describe("new", line)
		}
	}
	return complaints
}

// riverColumns are the names that tell River's tables in a string.
var riverColumns = []string{
	"args", "attempt", "attempted_at", "attempted_by", "errors", "finalized_at", "id", "kind", "metadata", "scheduled_at",
	"state", "river_leader",
}

// riverFiles are the files in this directory that may touch River's tables.
const riverFiles = "river*.go"

// declarations returns what is declared in riverFiles.
func declarations(t *testing.T) (found []ast.Decl) {
	t.Helper()
	paths, err := filepath.Glob(riverFiles)
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, file.Decls...)
	}
	return found
}

// columnsOfStatements returns, for each column, the functions and variables of riverFiles that name it.
func columnsOfStatements(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, declared := range declarations(t) {
		name := ""
		switch declared := declared.(type) {
		case *ast.FuncDecl:
			name = declared.Name.Name
		case *ast.GenDecl:
			if value, ok := declared.Specs[0].(*ast.ValueSpec); ok {
				name = value.Names[0].Name
			}
		}
		for _, text := range stringsIn(declared) {
			for _, column := range riverColumns {
				if name != "" && regexp.MustCompile(`\b`+column+`\b`).MatchString(text) && !slices.Contains(found[column], name) {
					found[column] = append(found[column], name)
				}
			}
		}
	}
	for _, column := range riverColumns {
		if len(found[column]) == 0 {
			t.Errorf("no statement names %q: riverColumns or columnsOfStatements are to be mended", column)
		}
	}
	return found
}

// stringsIn returns all string literals in the syntax tree.
func stringsIn(node ast.Node) (texts []string) {
	ast.Inspect(node, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				texts = append(texts, text)
			}
		}
		return true
	})
	return texts
}

// TestSchemaChangesNameStatements holds that the complaint about another schema says what to look at.
func TestSchemaChangesNameStatements(t *testing.T) {
	statements := columnsOfStatements(t)
	expected := []string{"river_job column finalized_at: TIMESTAMP", "river_job column errors: BLOB"}
	for name, c := range map[string]struct {
		found []string
		wants []string
	}{
		"the same": {expected, nil},
		"other type": {
			[]string{"river_job column finalized_at: INTEGER", expected[1]},
			[]string{"no longer there", "new: river_job column finalized_at: INTEGER", "complete", "releaseStatement"},
		},
		"gone": {expected[:1], []string{"no longer there: river_job column errors", "fail", "giveBack", "sqliteClass"}},
		"another one": {
			append(slices.Clone(expected), "river_job column archived_at: TIMESTAMP"),
			[]string{"no statement of ours names it"},
		},
		"leader's lock": {append(slices.Clone(expected), "river_leader column term: INTEGER"), []string{"clearLeader"}},
	} {
		said := strings.Join(schemaChanges(expected, c.found, statements), "\n")
		for _, want := range c.wants {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not in %q", name, want, said)
			}
		}
		if c.wants == nil && said != "" {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// riverTable is a name of a table or type of River's in SQL.
var riverTable = regexp.MustCompile(`\briver_(job|leader|queue|migration|notification|client)\w*\b`)

// riverWords are words in a string by which a piece of a statement on River's tables is known, although it names no
// table.
var riverWords = regexp.MustCompile(
	`\b(finalized_at|attempted_at|attempted_by|scheduled_at|cancel_attempted_at|last_byte)\b|errors IS`)

// TestRiverTablesInFilesOfTheirOwn looks for statements on River's tables in everything that is built, and in the
// migrations.
func TestRiverTablesInFilesOfTheirOwn(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	here := filepath.Join(root, "plugin", "internal", "notify")
	looked, home := 0, false
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if name == "testdata" || name != "." && name != ".." && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		var texts []string
		switch {
		case strings.HasSuffix(name, ".sql"):
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			texts = []string{string(content)}
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			texts = stringsIn(file)
			if listsJobs(file) {
				texts = append(texts, "river_job, by way of river.NewJobListParams")
			}
		default:
			return nil
		}
		looked++
		for _, text := range texts {
			if !riverTable.MatchString(text) && !riverWords.MatchString(text) {
				continue
			}
			if ours, _ := filepath.Match(riverFiles, name); ours && filepath.Dir(path) == here {
				home = true
				continue
			}
			t.Errorf("%s says %q: what touches River's tables belongs into %s of this directory", path, text, riverFiles)
		}
		return nil
	})
	if err != nil || looked < 100 || !home {
		t.Errorf("looked into %d files, found %s: %t, %v", looked, riverFiles, home, err)
	}
}

// listsJobs reports whether the file makes conditions for River's list of jobs.
func listsJobs(file *ast.File) (found bool) {
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && selector.Sel.Name == "NewJobListParams" {
			found = true
		}
		return true
	})
	return found
}
