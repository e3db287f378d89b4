package transport

import (
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// TestDocumentHasEveryService compares the table of docs/contract.md with the services that the proto files declare,
// and with the names in the table of capabilities.
func TestDocumentHasEveryService(t *testing.T) {
	text, err := os.ReadFile("../../docs/contract.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		if name, _, _ := strings.Cut(line, "Service`"); name != line && strings.HasPrefix(name, "| `") {
			rows = append(rows, line)
		}
	}
	services := 0
	look := func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			services++
			checkServiceRow(t, rows, file.Services().Get(i))
		}
		return true
	}
	contract := settingsv1.File_settings_v1_settings_proto.Package()
	protoregistry.GlobalFiles.RangeFilesByPackage(contract, look)
	if services != len(rows) || services != len(capabilities)+1 {
		t.Errorf("%d services, %d rows in the document, %d capabilities", services, len(rows), len(capabilities))
	}
	for _, name := range Capabilities() {
		if !strings.Contains(strings.Join(rows, ""), "| `"+name+"` |") {
			t.Errorf("the document has no capability %s", name)
		}
	}
}

// TestDocumentNamesRequestsWithoutLanguage compares the list of docs/contract.md with the requests that have no locale.
func TestDocumentNamesRequestsWithoutLanguage(t *testing.T) {
	text, err := os.ReadFile("../../docs/contract.md")
	if err != nil {
		t.Fatal(err)
	}
	_, paragraph, _ := strings.Cut(string(text), "empty or unknown means English.")
	named, _, found := strings.Cut(paragraph, "carry none and are answered in English")
	if !found {
		t.Fatal("the document does not say which requests have no language")
	}
	look := func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				method := methods.Get(j)
				without := method.Input().Fields().ByName("locale") == nil
				if name := "`" + string(method.Name()) + "`"; without != strings.Contains(named, name) {
					t.Errorf("the document names %s among the requests without a language: %t", name, !without)
				}
			}
		}
		return true
	}
	protoregistry.GlobalFiles.RangeFilesByPackage(settingsv1.File_settings_v1_settings_proto.Package(), look)
}

// checkServiceRow looks for the row of a service, with its methods.
func checkServiceRow(t *testing.T, rows []string, service protoreflect.ServiceDescriptor) {
	t.Helper()
	for _, row := range rows {
		if !strings.HasPrefix(row, "| `"+string(service.Name())+"` |") {
			continue
		}
		for i := range service.Methods().Len() {
			if method := string(service.Methods().Get(i).Name()); !strings.Contains(row, "`"+method+"`") {
				t.Errorf("the document does not name %s of %s", method, service.Name())
			}
		}
		return
	}
	t.Errorf("the document has no %s", service.Name())
}
