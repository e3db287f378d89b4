package plugin

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestConfigurationHidesItsSecrets prints a configuration in every way: what it holds of secrets is in none.
func TestConfigurationHidesItsSecrets(t *testing.T) {
	const canary = "T0PS3CRET"
	c := Configuration{
		DataDir: "/shown", Database: "postgres://anna:" + canary + "@db.example/one",
		AlertURL: "https://hooks.example/" + canary, AlertSecret: canary + canary,
		HeartbeatURL: "https://beat.example/" + canary, Environ: []string{"SMTP_PASSWORD=" + canary},
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, printed := range []any{c, &c, c.Database, c.AlertURL, c.AlertSecret, c.HeartbeatURL, c.Environ} {
			said := fmt.Sprintf(verb, printed)
			if strings.Contains(said, canary) || strings.Contains(strings.ToLower(said), fmt.Sprintf("%x", canary)) {
				t.Errorf("%s: %s", verb, said)
			}
		}
	}
	if said := fmt.Sprintf("%+v", c); !strings.Contains(said, "/shown") || !strings.Contains(said, "(hidden)") {
		t.Errorf("%s", said)
	}
	for _, one := range []any{c.Database, c.AlertURL, c.AlertSecret, c.HeartbeatURL, c.Environ} {
		if encoded, err := json.Marshal(one); err != nil || strings.Contains(string(encoded), canary) {
			t.Errorf("%s, %v", encoded, err)
		}
		if said := one.(fmt.Stringer).String() + one.(fmt.GoStringer).GoString(); strings.Contains(said, canary) {
			t.Error(said)
		}
	}
}
