package acceptance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
	"github.com/smtp-settings/smtp-settings/testharness/measure"
)

// benchedLogin is a running service that delivers to a server by one kind of login, over a line that is cut before each
// message, so that each has a login of its own.
type benchedLogin struct {
	host    *host.Host
	line    *line
	values  shared.Values
	arrived chan struct{}
}

func benchLogin(b *testing.B, server *mailserver.Server, values shared.Values, secret, text string) *benchedLogin {
	b.Helper()
	l := &benchedLogin{values: values, arrived: make(chan struct{}, 1000)}
	server.Login = notifyLogin
	server.Receive = func(mailserver.Mail) error { l.arrived <- struct{}{}; return nil }
	startMailServer(b, server, 0)
	l.line = startLine(b, fmt.Sprintf("127.0.0.1:%d", server.Port()))
	l.host = openHost(b, manifest(b, "smtp", "smtp-plugin"))
	b.Cleanup(l.host.Close)
	values["server"], values["login"] = shared.Text("127.0.0.1"), shared.Text(notifyLogin)
	values["port"] = shared.Integer(int64(l.line.port()))
	saveSettings(b, l.host, values, map[string]string{secret: text})
	return l
}

// deliver is from handing one notification over to its arrival.
func (l *benchedLogin) deliver(b *testing.B) time.Duration {
	b.Helper()
	l.line.cut()
	began := time.Now()
	notify(b, l.host, shared.Notification{To: "you@bench.test", Subject: "Bench", Text: "x"})
	<-l.arrived
	return time.Since(began)
}

// BenchmarkOAuthDelivery is a delivery with a login, with an access token that is there, beside one with a password;
// and how often the endpoint is asked when many deliveries meet a token that has ended.
func BenchmarkOAuthDelivery(b *testing.B) {
	var asked, life atomic.Int64
	life.Store(3600)
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":%d,"access_token":%q}`, life.Load(), canaryToken)
	}))
	defer endpoint.Close()
	byPassword := benchLogin(b, &mailserver.Server{Password: canaryPassword}, shared.Values{}, "password", canaryPassword)
	byToken := benchLogin(b, &mailserver.Server{TakesToken: func(_, token string) bool { return token == canaryToken }},
		shared.Values{"authentication": shared.Text("client_credentials"), "oauth_client_id": shared.Text("bench"),
			"oauth_token_url": shared.Text(endpoint.URL + "/token")}, "oauth_client_secret", canarySecret)
	for range b.N {
		medians := measure.SideBySide(b, 100,
			measure.Contestant{Name: "password", Once: func() time.Duration { return byPassword.deliver(b) }},
			measure.Contestant{Name: "token", Once: func() time.Duration { return byToken.deliver(b) }})
		ratio := float64(medians[1]) / float64(medians[0])
		b.ReportMetric(ratio, "×password")
		measure.Table(b, "one delivery over a connection of its own, median of 100 in turns (bar: 1.1 × password)",
			[]string{"with a password", medians[0].String()},
			[]string{"with a token that is there", medians[1].String(), fmt.Sprintf("%.2f ×", ratio)},
			[]string{"token requests so far", fmt.Sprint(asked.Load())},
			[]string{"token requests of 64 deliveries after its end", fmt.Sprint(endedToken(b, byToken, &asked, &life))})
	}
}

// endedToken has the service get a token that soon ends, waits for that, and returns how often the endpoint is asked
// for 64 deliveries.
func endedToken(b *testing.B, l *benchedLogin, asked, life *atomic.Int64) int64 {
	b.Helper()
	life.Store(1)
	l.values["oauth_client_id"] = shared.Text("another")
	saveSettings(b, l.host, l.values, map[string]string{"oauth_client_secret": canarySecret})
	l.deliver(b)
	time.Sleep(time.Second)
	life.Store(3600)
	l.line.cut()
	before := asked.Load()
	for range 64 {
		notify(b, l.host, shared.Notification{To: "you@bench.test", Subject: "Bench", Text: "x"})
	}
	for range 64 {
		<-l.arrived
	}
	return asked.Load() - before
}
