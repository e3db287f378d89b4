package ldap

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestHiddenIsLeftOut holds that a value that is stored and hidden is not among the settings that are used.
func TestHiddenIsLeftOut(t *testing.T) {
	stored := shared.Values{
		fieldEncryption: shared.Text(encryptStartTLS), fieldCA: shared.Text("a certificate"),
		fieldGroups: shared.Boolean(true), fieldSource: shared.Text(sourceSearch),
		fieldGroupBase: shared.Text("ou=groups,dc=example,dc=com"),
	}
	if s := read(stored, ""); s.ca == "" || s.source != sourceSearch || s.groupBase == "" {
		t.Errorf("what is shown is not used: %+v", s)
	}
	stored[fieldEncryption], stored[fieldGroups] = shared.Text(encryptNone), shared.Boolean(false)
	if s := read(stored, "s3cret"); s.ca != "" || s.source != "" || s.groupBase != "" || s.password != "" {
		t.Errorf("what is hidden is used: %+v", s)
	}
}
