package ldap_test

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestCertificates has servers show certificates that are not to be accepted.
func TestCertificates(t *testing.T) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	ca := string(authority.PEM())
	past := time.Now().AddDate(0, 0, -1)
	for name, one := range map[string]struct {
		request mailserver.Request
		ca      string
		want    finding
	}{
		"another host": {mailserver.Request{Names: []string{"other.example"}}, ca,
			finding{"tls", "certificate_wrong_host", "servers"}},
		"no name":        {mailserver.Request{NoNames: true}, ca, finding{"tls", "certificate_wrong_host", "servers"}},
		"unknown issuer": {mailserver.Request{}, "", finding{"tls", "certificate_unknown_issuer", "ca"}},
		"self-signed":    {mailserver.Request{SelfSigned: true}, ca, finding{"tls", "certificate_unknown_issuer", "ca"}},
		"expired": {mailserver.Request{From: past.AddDate(-1, 0, 0), Until: past}, ca,
			finding{"tls", "certificate_expired", "servers"}},
		"not yet valid": {mailserver.Request{From: time.Now().AddDate(0, 0, 2)}, ca,
			finding{"tls", "certificate_not_yet_valid", "servers"}},
		"for clients": {mailserver.Request{ForClients: true}, ca, finding{"tls", "certificate_invalid", "ca"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			certificate, err := authority.Issue(one.request)
			if err != nil {
				t.Fatal(err)
			}
			config := &tls.Config{Certificates: []tls.Certificate{certificate}}
			draft := valid(startRaw(t, func(conn net.Conn) { _ = tls.Server(conn, config).Handshake() }), shared.Values{
				"encryption": shared.Text("ldaps"), "ca": shared.Text(one.ca),
			})
			one.want.check(t, runAction(t.Context(), t, newPage(t), "", draft))
		})
	}
}
