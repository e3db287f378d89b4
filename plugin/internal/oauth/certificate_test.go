package oauth

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestMakeCertificate makes one that an endpoint takes, and reads no other with its key.
func TestMakeCertificate(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	text, key, err := MakeCertificate("console", now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ReadLeaf(text)
	if err != nil || leaf.Subject.CommonName != "console" || !leaf.NotAfter.After(now.AddDate(1, 11, 0)) ||
		leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) != nil {
		t.Fatalf("%+v, %v", leaf, err)
	}
	if strings.ContainsAny(key.Reveal(), "\r\n") || strings.Contains(text, "PRIVATE") {
		t.Error("the key is not in one line, or stands in the certificate")
	}
	certificate, err := ReadCertificate(leaf, key)
	if err != nil {
		t.Fatal(err)
	}
	e := newEndpoint(t, says(200, tokenAnswer))
	application := Application{TokenURL: e.URL, ClientID: "console", Proof: certificate}
	if _, err := ourClient().Token(t.Context(), application); err != nil {
		t.Error(err)
	}
	other, otherKey, err := MakeCertificate("console", now)
	if err != nil || other == text {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key  shared.SecretText
		want error
	}{
		"of another":   {otherKey, ErrOtherKey},
		"none":         {shared.SecretText{}, ErrKeyDamaged},
		"another text": {shared.NewSecretText("s3cret"), ErrKeyDamaged},
		"no key":       {shared.NewSecretText(base64.StdEncoding.EncodeToString([]byte("s3cret"))), ErrKeyDamaged},
	} {
		if _, err := ReadCertificate(leaf, c.key); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for _, odd := range []string{"", "x", text + text, strings.Replace(text, "CERTIFICATE", "PRIVATE KEY", 2)} {
		if _, err := ReadLeaf(odd); !errors.Is(err, ErrNotACertificate) {
			t.Errorf("%.40q: %v", odd, err)
		}
	}
}
