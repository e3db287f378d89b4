package shared_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSecretTextIsHidden prints a secret in every way that programs print, alone and within what holds it.
func TestSecretTextIsHidden(t *testing.T) {
	const characters = "hunter2"
	secret := shared.NewSecretText(characters)
	change := shared.ReplaceSecret(characters)
	draft := shared.Draft{Secrets: map[string]shared.SecretChange{"password": change}}
	for name, value := range map[string]any{
		"alone": secret, "pointer": &secret, "list": []shared.SecretText{secret},
		"map":    map[string]shared.SecretText{"a": secret},
		"change": change, "draft": draft, "request": shared.SaveRequest{Draft: draft},
		"error": fmt.Errorf("with %v: %w", secret, errors.New("x")),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10.3s", "%-5v"} {
			mustHide(t, name+" by "+verb, fmt.Sprintf(verb, value))
		}
		var written bytes.Buffer
		_ = json.NewEncoder(&written).Encode(value)
		_ = xml.NewEncoder(&written).Encode(value)
		hclog.New(&hclog.LoggerOptions{Output: &written}).Info("m", "value", value)
		hclog.New(&hclog.LoggerOptions{Output: &written, JSONFormat: true}).Info("m", "value", value)
		slog.New(slog.NewJSONHandler(&written, nil)).Info("m", "value", value)
		slog.New(slog.NewTextHandler(&written, nil)).Info("m", "value", value)
		_ = template.Must(
			template.New("t").Parse("{{.}}{{printf \"%s\" .}}{{js .}}{{html .}}"),
		).Execute(&written, value)
		mustHide(t, name+" written", written.String())
	}
	if secret.Reveal() != characters || secret.IsEmpty() || !(shared.SecretText{}).IsEmpty() {
		t.Error("the secret is not what it was made of")
	}
}

func mustHide(t *testing.T, how, text string) {
	t.Helper()
	for _, form := range []string{"hunter2", "68756e74657232", "68756E74657232", "104 117 110"} {
		if strings.Contains(text, form) {
			t.Errorf("%s: %q", how, text)
		}
	}
}
