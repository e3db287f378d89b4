package acceptance

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// delivering is a running service that delivers with client credentials, over a line that can be cut.
type delivering struct {
	chain
	client   oauthClient
	host     *host.Host
	line     *line
	values   shared.Values
	manifest string
}

// deliverWithCredentials starts the service and delivers a first notification.
func deliverWithCredentials(t *testing.T, config ...string) *delivering {
	t.Helper()
	d := &delivering{chain: startChain(t, "xoauth2 oauthbearer"), manifest: manifest(t, "smtp", "smtp-plugin", config...)}
	server := d.servers.postfix
	d.client = d.provider.client(t, "delivers", server.login)
	d.line = startLine(t, fmt.Sprintf("127.0.0.1:%d", server.starttls))
	d.values = d.servers.at(t, server, "client_credentials")
	maps.Copy(d.values, shared.Values{"port": shared.Integer(int64(d.line.port())),
		"oauth_token_url": shared.Text(d.provider.Plain + "/token"), "oauth_scope": shared.Text("smtp"),
		"oauth_client_id": shared.Text(d.client.ID)})
	d.host = supervised(t, d.manifest)
	d.save(t)
	awaitEntry(t, d.host, d.send(t, "first"), shared.NotificationDelivered)
	return d
}

// save saves with the secret of the client.
func (d *delivering) save(t testing.TB) {
	t.Helper()
	saveSettings(t, d.host, d.values, map[string]string{"oauth_client_secret": d.client.Secret})
}

func (d *delivering) send(t testing.TB, subject string) (id string) {
	t.Helper()
	return notify(t, d.host, shared.Notification{To: "inbox@postfix.test", Subject: subject, Text: "x"}).ID
}

// asked checks how many token requests there have been.
func (d *delivering) asked(t testing.TB, want int) {
	t.Helper()
	if asked := d.provider.requests(t, d.client.ID); len(asked) != want {
		t.Errorf("the provider was asked %d times instead of %d: %+v", len(asked), want, asked)
	}
}

// expire ends the tokens that the provider has given out, and the connections that were logged in with them.
func (d *delivering) expire(t testing.TB) {
	t.Helper()
	d.provider.control(t, "expire", map[string]string{"client": d.client.ID}, nil)
	d.line.cut()
}

// TestOAuthDelivers delivers with client credentials: a token is asked for once, kept for other connections, and once
// again when the server refuses it before its time, however many deliveries want it.
func TestOAuthDelivers(t *testing.T) {
	t.Parallel()
	d := deliverWithCredentials(t, "connections = 8")
	d.asked(t, 1)
	d.line.cut()
	awaitEntry(t, d.host, d.send(t, "over another connection"), shared.NotificationDelivered)
	d.asked(t, 1)
	d.expire(t)
	var ids []string
	for i := range 64 {
		ids = append(ids, d.send(t, fmt.Sprint("with an expired token ", i)))
	}
	for _, id := range ids {
		if entry := awaitEntry(t, d.host, id, shared.NotificationDelivered); entry.Attempts > 1 {
			t.Errorf("there were %d attempts at %s", entry.Attempts, id)
		}
	}
	d.asked(t, 2)
}

// TestOAuthSecretChanged takes the secret back at the provider while notifications wait: the service waits with the
// cause, does not ask over and over, and goes on when the other secret is saved.
func TestOAuthSecretChanged(t *testing.T) {
	t.Parallel()
	d := deliverWithCredentials(t, `retry_after = "10m"`)
	d.client = d.provider.client(t, d.client.ID, d.client.Mailbox, func(c *oauthClient) { c.Secret = "an0ther s3cret" })
	d.expire(t)
	waiting := d.send(t, "in between")
	reason := awaitService(t, d.host, shared.ServiceDegraded).Reason
	if reason == nil || reason.Code != "oauth_client_refused" {
		t.Errorf("the reason is %+v", reason)
	}
	d.asked(t, 2)
	d.save(t)
	awaitEntry(t, d.host, waiting, shared.NotificationDelivered)
	d.asked(t, 3)
}

// TestOAuthEndpointAway has the endpoint answer 503: what waits is delivered when it answers again, and the time that
// the endpoint asks for is kept.
func TestOAuthEndpointAway(t *testing.T) {
	t.Parallel()
	d := deliverWithCredentials(t, `retry_after = "1s"`)
	d.provider.control(t, "away", map[string]any{"status": http.StatusServiceUnavailable, "after": 2}, nil)
	d.expire(t)
	waiting := d.send(t, "while it is away")
	reason := awaitService(t, d.host, shared.ServiceDegraded).Reason
	if reason == nil || reason.Code != "oauth_endpoint_busy" {
		t.Errorf("the reason is %+v", reason)
	}
	d.provider.control(t, "away", struct{}{}, nil)
	awaitEntry(t, d.host, waiting, shared.NotificationDelivered)
}
