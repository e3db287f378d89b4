package shared_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestContractStandsAlone has nothing of go-plugin, gRPC or Protocol Buffers be linked by what uses only the contract.
func TestContractStandsAlone(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	imported := strings.Fields(string(out))
	if len(imported) < 20 {
		t.Fatalf("it imports only %q", imported)
	}
	for _, path := range imported {
		for _, carrier := range []string{
			"github.com/hashicorp/", "google.golang.org/", "os/exec", "net/rpc",
			"github.com/smtp-settings/smtp-settings/shared/transport",
			"github.com/smtp-settings/smtp-settings/shared/internal",
		} {
			if strings.HasPrefix(path, carrier) {
				t.Errorf("the contract links %s", path)
			}
		}
	}
}
