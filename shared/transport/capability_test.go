package transport

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/smtp-settings/smtp-settings/shared"
)

// greeter is an optional interface that the contract does not have.
type greeter interface {
	Greet(ctx context.Context, name string) (string, error)
}

// greetingRow is all that it takes to add an optional interface, beside the code that is generated for its service.
var greetingRow = row("greeting", implements[greeter], registerGreeting, serveGreeter, connectGreeter)

type greetingClient struct{ *client }

func connectGreeter(c *client) greeter { return &greetingClient{c} }

func (c *greetingClient) Greet(ctx context.Context, name string) (string, error) {
	call := func(
		ctx context.Context, request *wrapperspb.StringValue, options ...grpc.CallOption,
	) (*wrapperspb.StringValue, error) {
		reply := &wrapperspb.StringValue{}
		return reply, c.conn.Invoke(ctx, "/test.GreetingService/Greet", request, reply, options...)
	}
	read := reading((*wrapperspb.StringValue).GetValue, func(a *inspection, text *string) { a.line(text) })
	return ask(ctx, c.client, call, wrapperspb.String(name), read)
}

type greetingService interface {
	Greet(ctx context.Context, request *wrapperspb.StringValue) (*wrapperspb.StringValue, error)
}

type greetingServer struct{ greeter greeter }

func serveGreeter(greeter greeter) greetingService { return &greetingServer{greeter} }

func (s *greetingServer) Greet(ctx context.Context, request *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	return respond(ctx, s.greeter.Greet, request.GetValue(), wrapperspb.String)
}

// registerGreeting stands for what is generated from a service.
func registerGreeting(server grpc.ServiceRegistrar, service greetingService) {
	greet := func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		request := &wrapperspb.StringValue{}
		if err := decode(request); err != nil {
			return nil, err
		}
		return service.Greet(ctx, request)
	}
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.GreetingService", HandlerType: (*greetingService)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Greet", Handler: greet}},
	}, service)
}

// greetingPage offers what the contract does not have.
type greetingPage struct{ plainPage }

func (greetingPage) Greet(_ context.Context, name string) (string, error) {
	if name == "" {
		return "", errors.New("nobody to greet")
	}
	return "Hello, \x1b[2J" + name, nil
}

// plainPage offers nothing beside the page.
type plainPage struct{ shared.SettingsPage }

func (plainPage) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "plain", Title: "Plain"}, nil
}

// TestRowIsEnough adds a row to the table, and changes nothing else: the page that implements the interface serves and
// announces it, the host's side has it, answers are inspected and errors sorted.
func TestRowIsEnough(t *testing.T) {
	table := append(slices.Clone(capabilities), greetingRow)
	connection, _, _ := serveTable(t, greetingPage{}, table)
	info, err := connection.Info(t.Context())
	if err != nil || !slices.Equal(info.Capabilities, []string{"greeting"}) {
		t.Errorf("announced: %q, %v", info.Capabilities, err)
	}
	companion, err := Companion[greeter](connection)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := companion.Greet(t.Context(), "Anna"); err != nil || text != "Hello, \uFFFD[2JAnna" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := companion.Greet(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "nobody to greet") {
		t.Errorf("a failure: %v", err)
	}
}

// TestRowThatIsNotOffered has a page without the interface neither announce nor answer it.
func TestRowThatIsNotOffered(t *testing.T) {
	connection, _, _ := serveTable(t, plainPage{}, append(slices.Clone(capabilities), greetingRow))
	if info, err := connection.Info(t.Context()); err != nil || len(info.Capabilities) > 0 {
		t.Errorf("announced: %q, %v", info.Capabilities, err)
	}
	companion, err := Companion[greeter](connection)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := companion.Greet(t.Context(), "Anna"); !errors.Is(err, shared.ErrUnsupported) {
		t.Errorf("%v", err)
	}
	if _, err := Companion[interface{ Sing() }](connection); !errors.Is(err, shared.ErrUnsupported) {
		t.Errorf("an interface without a row: %v", err)
	}
}

// TestEveryOptionalInterfaceHasARow reads the interfaces of the contract from its source: what a page may offer is what
// takes a context and is not the page itself. Each is an interface that exactly one row's side of the host has.
func TestEveryOptionalInterfaceHasARow(t *testing.T) {
	optional := optionalInterfaces(t)
	if len(optional) < 7 {
		t.Fatalf("only %d optional interfaces found", len(optional))
	}
	connection := newConnection(&client{}, capabilities)
	for name, methods := range optional {
		rows := 0
		for _, companion := range connection.companions {
			if hasMethods(companion, methods) {
				rows++
			}
		}
		if hasMethods(connection.SettingsPage, methods) {
			t.Errorf("the host's side of the page has shared.%s as well, and hides its row", name)
		}
		if rows != 1 {
			t.Errorf("shared.%s has %d rows in the table of capabilities", name, rows)
		}
	}
	if len(optional) != len(capabilities) {
		t.Errorf("%d optional interfaces, %d rows", len(optional), len(capabilities))
	}
}

// TestCapabilityNames has each row announced under a name of its own.
func TestCapabilityNames(t *testing.T) {
	names := Capabilities()
	if slices.Sort(names); len(slices.Compact(slices.Clone(names))) != len(names) || slices.Contains(names, "") {
		t.Errorf("the names are %q", names)
	}
}

func hasMethods(companion any, names []string) bool {
	kind := reflect.TypeOf(companion)
	for _, name := range names {
		if _, ok := kind.MethodByName(name); !ok {
			return false
		}
	}
	return true
}

// optionalInterfaces returns the methods of the interfaces that package shared declares and that are called with a
// context.
func optionalInterfaces(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	visit := func(node ast.Node) bool {
		declared, ok := node.(*ast.TypeSpec)
		if !ok || !declared.Name.IsExported() || declared.Name.Name == "SettingsPage" {
			return true
		}
		kind, ok := declared.Type.(*ast.InterfaceType)
		if !ok {
			return true
		}
		var methods []string
		for _, method := range kind.Methods.List {
			for _, name := range method.Names {
				if name.IsExported() {
					methods = append(methods, name.Name)
				}
			}
		}
		if len(methods) > 0 {
			found[declared.Name.Name] = methods
		}
		return true
	}
	for _, file := range sources(t, "..") {
		ast.Inspect(file, visit)
	}
	return found
}

// sources parses the files of a package without its tests.
func sources(t *testing.T, directory string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(directory, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
