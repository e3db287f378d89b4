package probe_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	gosasl "github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
	"github.com/smtp-settings/smtp-settings/testharness/measure"
)

// roundTrip is that of the line in the benchmarks.
const roundTrip = 50 * time.Millisecond

// line is a way to a practice mail server.
type line struct {
	name      string
	port      int
	turns     *atomic.Int64 // round trips so far; nil where the line is not slow
	ssl       bool          // Use SSL
	implicit  bool
	authority *mailserver.Authority
	caFile    string
}

const benchLogin, benchPassword = "me@practice.example", "practice"

// lines starts three servers, each behind a slow proxy when the round trip is not 0: plain, STARTTLS and implicit TLS.
func lines(b *testing.B, trip time.Duration) []line {
	b.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		b.Fatal(err)
	}
	config, err := authority.Config(mailserver.Request{})
	if err != nil {
		b.Fatal(err)
	}
	caFile := filepath.Join(b.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, authority.PEM(), 0o600); err != nil {
		b.Fatal(err)
	}
	all := []line{{name: "plain"}, {name: "STARTTLS", ssl: true}, {name: "implicit TLS", ssl: true, implicit: true}}
	for i := range all {
		server := &mailserver.Server{Login: benchLogin, Password: benchPassword, Implicit: all[i].implicit}
		if all[i].ssl {
			server.TLS = config
		}
		if err := server.Start(0); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(server.Close)
		all[i].authority, all[i].caFile, all[i].port = authority, caFile, server.Port()
		if trip > 0 {
			all[i].port, all[i].turns = measure.SlowLine(b, server.Port(), trip)
		}
	}
	return all
}

func (l line) plan() probe.Plan {
	return probe.Plan{
		Target: smtpconn.Target{
			Host: "127.0.0.1", Port: l.port, Encrypt: l.implicit, Login: benchLogin,
			Password:     shared.NewSecretText(benchPassword),
			AdditionalCA: []*x509.Certificate{l.authority.Certificate}, HELOName: "console.example",
		},
		Envelope:  smtpconn.Envelope{Sender: benchLogin, Recipient: benchLogin},
		TimeLimit: time.Minute,
	}
}

// BenchmarkRoundTrips counts the round trips to the verdict. The floors are those of the protocol: nothing can be asked
// sooner. What other programs do until they end stands beside it; curl and msmtp cannot check without sending.
func BenchmarkRoundTrips(b *testing.B) {
	floors := map[string][2]float64{"plain": {4, 5}, "STARTTLS": {7, 8}, "implicit TLS": {5, 6}}
	const (
		rounds = 5
		bar    = 0.3 // round trips above the floor
	)
	for range b.N {
		worst := 0.0
		rows := [][]string{
			{"", "floor", "ours", "swaks (check)", "net/smtp (check)", "curl (sends)", "msmtp (sends)", "ours (sends)"},
		}
		for _, l := range lines(b, roundTrip) {
			medians := measure.SideBySide(b, rounds,
				measure.Contestant{Name: "ours", Once: func() time.Duration { return ourVerdict(b, l.plan()) }},
				measure.Contestant{Name: "swaks", Once: func() time.Duration { return swaks(b, l) }},
				measure.Contestant{Name: "net/smtp", Once: func() time.Duration {
					return measure.Took(b,
						func() error { return netSMTP(l) })
				}},
				measure.Contestant{Name: "curl", Once: func() time.Duration { return curl(b, l) }},
				measure.Contestant{Name: "msmtp", Once: func() time.Duration { return msmtp(b, l) }},
				measure.Contestant{Name: "ours (sends)", Once: func() time.Duration {
					plan := l.plan()
					plan.Message = []byte("Subject: x\r\n\r\nx\r\n")
					return ourVerdict(b, plan)
				}})
			row := []string{l.name, fmt.Sprint(floors[l.name][1])}
			for _, median := range medians {
				row = append(row, fmt.Sprintf("%.1f", float64(median)/float64(roundTrip)))
			}
			rows = append(rows, row)
			worst = max(worst, float64(medians[0])/float64(roundTrip)-floors[l.name][1])

			login := measure.SideBySide(b, rounds, measure.Contestant{
				Name: "login only", Once: func() time.Duration { return ourLogin(b, l.plan().Target) },
			})
			rows = append(rows, []string{
				l.name + ", login only", fmt.Sprint(floors[l.name][0]), fmt.Sprintf("%.1f", float64(login[0])/float64(roundTrip)),
			})
			worst = max(worst, float64(login[0])/float64(roundTrip)-floors[l.name][0])
		}
		b.ReportMetric(worst, "trips-above-floor")
		measure.Table(b, fmt.Sprintf("round trips of %s to the verdict, with login, sender and recipient; median of "+
			"%d in turns (bar: floor + %.1f)", roundTrip, rounds, bar), rows...)
		if worst > bar {
			b.Errorf("%.2f round trips above the floor, the bar is %.1f", worst, bar)
		}
	}
}

func ourVerdict(b *testing.B, plan probe.Plan) time.Duration {
	b.Helper()
	began := time.Now()
	report, _ := probe.Run(b.Context(), plan, probe.Watch{})
	elapsed := time.Since(began)
	if report.Outcome != "complete" {
		b.Fatalf("%s: %+v\n%v", report.Outcome, report.Findings, report.Transcript)
	}
	return elapsed
}

func ourLogin(b *testing.B, target smtpconn.Target) time.Duration {
	b.Helper()
	began := time.Now()
	conn, err := smtpconn.Open(b.Context(), target, nil)
	elapsed := time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	conn.Close()
	return elapsed
}

// program runs another program to its end.
func program(b *testing.B, input, name string, args ...string) time.Duration {
	b.Helper()
	if _, err := exec.LookPath(name); err != nil {
		b.Skipf("SKIPPED: %s is not installed", name)
	}
	command := exec.Command(name, args...)
	command.Stdin = bytes.NewReader([]byte(input))
	began := time.Now()
	out, err := command.CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
	return time.Since(began)
}

func swaks(b *testing.B, l line) time.Duration {
	b.Helper()
	args := []string{"--server", "127.0.0.1", "--port", strconv.Itoa(l.port), "--from", benchLogin, "--to", benchLogin,
		"--quit-after", "RCPT",
		"--auth", "PLAIN", "--auth-user", benchLogin, "--auth-password", benchPassword, "--helo",
		"console.example", "--pipeline"}
	switch {
	case l.implicit:
		args = append(args, "--tlsc")
	case l.ssl:
		args = append(args, "--tls")
	}
	return program(b, "", "swaks", args...)
}

func curl(b *testing.B, l line) time.Duration {
	b.Helper()
	address := "smtp://127.0.0.1:" + strconv.Itoa(l.port) + "/console.example"
	args := []string{"--silent", "--show-error", "--user", benchLogin + ":" + benchPassword, "--mail-from", benchLogin,
		"--mail-rcpt", benchLogin, "--upload-file", "-"}
	switch {
	case l.implicit:
		address = "smtps" + address[4:]
		args = append(args, "--cacert", l.caFile)
	case l.ssl:
		args = append(args, "--cacert", l.caFile, "--ssl-reqd")
	}
	return program(b, "Subject: x\r\n\r\nx\r\n", "curl", append(args, address)...)
}

func msmtp(b *testing.B, l line) time.Duration {
	b.Helper()
	args := []string{"--host=127.0.0.1", "--port=" + strconv.Itoa(l.port), "--from=" + benchLogin, "--auth=plain",
		"--user=" + benchLogin,
		"--passwordeval=echo " + benchPassword, "--domain=console.example", "--tls=off"}
	if l.ssl {
		args = append(args[:len(args)-1], "--tls=on", "--tls-trust-file="+l.caFile)
		if l.implicit {
			args = append(args, "--tls-starttls=off")
		}
	}
	return program(b, "Subject: x\n\nx\n", "msmtp", append(args, benchLogin)...)
}

// netSMTP is a check with the standard library.
func netSMTP(l line) error {
	config := &tls.Config{ServerName: "localhost", RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	config.RootCAs.AddCert(l.authority.Certificate)
	conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(l.port))
	if err != nil {
		return err
	}
	if l.implicit {
		conn = tls.Client(conn, config)
	}
	client, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Hello("console.example"); err != nil {
		return err
	}
	if l.ssl && !l.implicit {
		if err := client.StartTLS(config); err != nil {
			return err
		}
	}
	if err := client.Auth(smtp.PlainAuth("", benchLogin, benchPassword, "localhost")); err != nil {
		return err
	}
	if err := client.Mail(benchLogin); err != nil {
		return err
	}
	if err := client.Rcpt(benchLogin); err != nil {
		return err
	}
	return client.Quit()
}

// BenchmarkLoopback is a complete test on loopback beside a bare dialogue of go-smtp.
func BenchmarkLoopback(b *testing.B) {
	for range b.N {
		worst := 0.0
		rows := [][]string{{"", "bare go-smtp", "ours", "ratio"}}
		for _, l := range lines(b, 0) {
			medians := measure.SideBySide(b, 200,
				measure.Contestant{Name: "bare", Once: func() time.Duration {
					return measure.Took(b,
						func() error { return bareDialogue(l) })
				}},
				measure.Contestant{Name: "ours", Once: func() time.Duration { return ourVerdict(b, l.plan()) }})
			ratio := float64(medians[1]) / float64(medians[0])
			worst = max(worst, ratio)
			rows = append(rows, []string{l.name, medians[0].String(), medians[1].String(), fmt.Sprintf("%.2f", ratio)})
		}
		b.ReportMetric(worst, "×go-smtp")
		measure.Table(b, "a complete test on loopback, median of 200 in turns (bar: 3 × bare go-smtp)", rows...)
	}
}

func bareDialogue(l line) error {
	config := &tls.Config{ServerName: "localhost", RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	config.RootCAs.AddCert(l.authority.Certificate)
	address := "127.0.0.1:" + strconv.Itoa(l.port)
	var client *gosmtp.Client
	var err error
	switch {
	case l.implicit:
		client, err = gosmtp.DialTLS(address, config)
	case l.ssl:
		client, err = gosmtp.DialStartTLS(address, config)
	default:
		client, err = gosmtp.Dial(address)
	}
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Auth(gosasl.NewPlainClient("", benchLogin, benchPassword)); err != nil {
		return err
	}
	if err := client.Mail(benchLogin, nil); err != nil {
		return err
	}
	if err := client.Rcpt(benchLogin, nil); err != nil {
		return err
	}
	return client.Quit()
}

// BenchmarkFilteredPort is the verdict on a port that swallows packets: it must come within the step's limit, and the
// look at the other ports must cost nothing on top.
func BenchmarkFilteredPort(b *testing.B) {
	filtered, err := mailserver.NewFiltered()
	if err != nil {
		b.Fatal(err)
	}
	defer filtered.Close()
	for range b.N {
		plan := probe.Plan{Target: smtpconn.Target{Host: "127.0.0.1", Port: filtered.Port()}, TimeLimit: time.Minute}
		began := time.Now()
		report, _ := probe.Run(context.Background(), plan, probe.Watch{})
		elapsed := time.Since(began)
		if report.Outcome != "connection_failed" {
			b.Fatal(report.Outcome)
		}
		b.ReportMetric(elapsed.Seconds(), "s-verdict")
		measure.Table(b, "the verdict on a filtered port (bar: the step's limit of 5 s)", []string{"ours", elapsed.String()})
	}
}
