package acceptance

import (
	"os"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// at is settings for the server, to log in as a user there.
func (s oauthServers) at(t testing.TB, server realServer, authentication string) shared.Values {
	t.Helper()
	ca, err := os.ReadFile(s.ca)
	if err != nil {
		t.Fatal(err)
	}
	return shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(server.starttls)),
		"use_ssl": shared.Boolean(true), "login": shared.Text(server.login),
		"authentication": shared.Text(authentication), "ca_certificate": shared.Text(string(ca))}
}

// saveSettings saves values, and secrets by field.
func saveSettings(t testing.TB, h *host.Host, values shared.Values, secrets map[string]string) {
	t.Helper()
	now, err := h.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	draft := shared.Draft{Values: values, Secrets: map[string]shared.SecretChange{}}
	for field, text := range secrets {
		draft.Secrets[field] = shared.ReplaceSecret(text)
	}
	result, err := h.Page().Save(t.Context(),
		shared.SaveRequest{Actor: "anna", Revision: now.Revision.Number, Draft: draft})
	if err != nil || !result.Saved {
		t.Fatal(err, result.Diagnostics)
	}
}

// TestOAuthTypedTokenDelivers delivers with a typed token: over a connection that outlives it, and when there is none
// any more, not before another token is typed in.
func TestOAuthTypedTokenDelivers(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	provider := startOAuthProvider(t, authority)
	servers := startOAuthServers(t, authority, provider, "xoauth2 oauthbearer")
	client := provider.client(t, "anna", servers.postfix.login)
	path := manifest(t, "smtp", "smtp-plugin")
	h := supervised(t, path)
	token := provider.token(t, client)
	values := servers.at(t, servers.postfix, "oauth2")
	saveSettings(t, h, values, map[string]string{"access_token": token})
	send := func(subject string) string {
		return notify(t, h, shared.Notification{To: "inbox@postfix.test", Subject: subject, Text: "x"}).ID
	}
	awaitEntry(t, h, send("first"), shared.NotificationDelivered)
	provider.control(t, "expire", map[string]string{"client": client.ID}, nil)
	awaitEntry(t, h, send("over the same connection"), shared.NotificationDelivered)

	h.Close()
	h = supervised(t, path)
	waiting := send("after a restart")
	reason := awaitService(t, h, shared.ServiceDegraded).Reason
	if reason == nil || reason.Code != "oauth2_token_refused" || reason.Evidence == nil || reason.Evidence.Code != 535 {
		t.Errorf("the reason is %+v", reason)
	}
	saveSettings(t, h, values, map[string]string{"access_token": provider.token(t, client)})
	awaitEntry(t, h, waiting, shared.NotificationDelivered)
}
