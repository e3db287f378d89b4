package process

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"

	"github.com/smtp-settings/smtp-settings/host/internal/pluginlog"
)

// TestStrangersAreNotLetIn holds that a plugin, which listens at a port here, talks to nobody but its host: it listens
// on this machine alone, and whoever has not the host's certificate is turned away.
func TestStrangersAreNotLetIn(t *testing.T) {
	config := clientConfig(Config{Log: pluginlog.New(hclog.NewNullLogger())}, "thing")
	command := playing("plugin")
	command.Env = append(command.Env, "last=") // adopt takes the last one for the directory of the socket.
	r := newProcessRunner(command, io.Discard)
	config.RunnerFunc, config.AutoMTLS, config.SkipHostEnv = r.adopt, true, true
	client := goplugin.NewClient(config)
	defer client.Kill()
	where, err := client.Start()
	if err != nil {
		t.Fatal(err)
	}
	if address, err := netip.ParseAddrPort(where.String()); err != nil || !address.Addr().IsLoopback() {
		t.Fatalf("it listens at %s", where)
	}
	for name, dial := range map[string]func() (net.Conn, error){
		"without encryption":    func() (net.Conn, error) { return net.Dial("tcp", where.String()) },
		"without a certificate": func() (net.Conn, error) { return dialTLS(where.String()) },
		"with another certificate": func() (net.Conn, error) {
			return dialTLS(where.String(), selfSigned(t))
		},
	} {
		conn, err := dial()
		if err == nil {
			_, _ = io.WriteString(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
			answer := make([]byte, 8) // An alert of TLS has 7 bytes.
			if _, err = io.ReadFull(conn, answer); err == nil {
				t.Errorf("%s: it answers %q", name, answer)
			}
			_ = conn.Close()
		}
		if name != "without encryption" && (err == nil || !strings.Contains(err.Error(), "remote error: tls: ")) {
			t.Errorf("%s: it is turned away with %v", name, err)
		}
	}
	if _, err := client.Client(); err != nil {
		t.Errorf("its host: %v", err)
	}
}

func dialTLS(address string, certificates ...tls.Certificate) (net.Conn, error) {
	//nolint:gosec // a stranger does not care whom it talks to
	return tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, Certificates: certificates,
		NextProtos: []string{"h2"}})
}

// selfSigned is a certificate that nobody knows.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: private}
}
