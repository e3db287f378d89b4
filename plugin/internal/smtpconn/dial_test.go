package smtpconn

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

func listening(t *testing.T, address string) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		skipOutsideCI(t, err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

// skipOutsideCI gives up a test for want of something that a laptop may lack.
func skipOutsideCI(t *testing.T, reason error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must not skip: %v", reason)
	}
	t.Skipf("SKIPPED: %v", reason)
}

func closedPort(t *testing.T) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

func filteredPort(t *testing.T) netip.AddrPort {
	t.Helper()
	filtered, err := mailserver.NewFiltered()
	if err != nil {
		skipOutsideCI(t, err)
	}
	t.Cleanup(filtered.Close)
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(filtered.Port()))
}

// TestRace connects to lists of addresses of which some are dead (RFC 8305).
func TestRace(t *testing.T) {
	good, six := listening(t, "127.0.0.1:0"), listening(t, "[::1]:0")
	refused, filtered := closedPort(t), filteredPort(t)
	const limit = 600 * time.Millisecond
	for _, c := range []struct {
		name      string
		addresses []netip.AddrPort
		want      string // how the attempts went, without times
		kind      Kind   // of the failure, when there is one
	}{
		{"first", []netip.AddrPort{good, six}, "connected", ""},
		{"ipv6-first", []netip.AddrPort{six, good}, "connected", ""},
		{"refused-first", []netip.AddrPort{refused, good}, "connection refused, connected", ""},
		{"silent-first", []netip.AddrPort{filtered, good}, "not needed, connected", ""},
		{"all-dead", []netip.AddrPort{filtered, refused}, "no answer in time, connection refused", KindConnectionRefused},
		{"all-silent", []netip.AddrPort{filtered, filtered}, "no answer in time, no answer in time", KindTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, attempts, err := race(t.Context(), nil, c.addresses, limit)
			if conn != nil {
				_ = conn.Close()
			}
			var outcomes []string
			for i, attempt := range attempts {
				text, _, _ := strings.Cut(attempt.String(), " (")
				outcomes = append(outcomes, strings.TrimPrefix(text, c.addresses[i].String()+" "))
			}
			if got := strings.Join(outcomes, ", "); got != c.want {
				t.Errorf("the attempts went: %s; want: %s", got, c.want)
			}
			if (err != nil) != (c.kind != "") || err != nil && asError(err).Kind != c.kind {
				t.Errorf("failed with %v, want kind %q", err, c.kind)
			}
		})
	}
}

func TestRaceIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if conn, _, err := race(ctx, nil, []netip.AddrPort{filteredPort(t)}, time.Hour); conn != nil || err == nil ||
		asError(err).Kind != KindCancelled {
		t.Errorf("connected although it was cancelled: %v", err)
	}
}

func TestUsable(t *testing.T) {
	parse := func(texts ...string) []netip.Addr {
		var addresses []netip.Addr
		for _, text := range texts {
			addresses = append(addresses, netip.MustParseAddr(text))
		}
		return addresses
	}
	for _, c := range []struct{ given, want []netip.Addr }{
		{parse("2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2", "192.0.2.3"),
			parse("2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3")},
		{parse("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"), parse("192.0.2.1")},
		{parse("0.0.0.0", "224.0.0.1", "192.0.2.1"), parse("192.0.2.1")},
		{parse("0.0.0.0", "::"), nil},
		{nil, nil},
	} {
		got, err := usable(c.given)
		if difference := cmp.Diff(c.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); difference != "" {
			t.Errorf("of %v (-want +got):\n%s", c.given, difference)
		}
		if (err != nil) != (c.want == nil) {
			t.Errorf("of %v: %v", c.given, err)
		}
	}
}

// TestManyAddressesAreBounded: a name can have as many addresses as fit into an answer.
func TestManyAddressesAreBounded(t *testing.T) {
	var addresses []netip.Addr
	for address := netip.MustParseAddr("192.0.2.1"); len(addresses) < 4000; address = address.Next() {
		addresses = append(addresses, address)
	}
	if got, err := usable(addresses); err != nil || len(got) != maxAddresses || got[0] != addresses[0] {
		t.Errorf("%d addresses, %v", len(got), err)
	}
}

func TestASCIIHost(t *testing.T) {
	for host, want := range map[string]string{
		"smtp.email.com": "smtp.email.com", "smtp.email.com.": "smtp.email.com", "SMTP.Email.com": "smtp.email.com",
		"bücher.example": "xn--bcher-kva.example", "почта.рф": "xn--80a1acny.xn--p1ai",
		"メール.例え.jp": "xn--4dkua4c.xn--r8jz45g.jp",
		"[::1]":     "::1", "::1": "::1", "192.0.2.1": "192.0.2.1", "faß.de": "xn--fa-hia.de", "mail_server": "mail_server",
	} {
		if got, err := ASCIIHost(host); got != want || err != nil {
			t.Errorf("%s became %q, %v, want %q", host, got, err, want)
		}
	}
	for _, host := range []string{"-bad-.example", "a..b", "a/b", "a\"b", "", "a b",
		strings.Repeat("a", 64) + ".example"} {
		if got, err := ASCIIHost(host); err == nil {
			t.Errorf("%q became %q, want an error", host, got)
		}
	}
}

func TestOnWire(t *testing.T) {
	for address, want := range map[string]string{
		"me@email.com": "me@email.com", "me@bücher.example": "me@xn--bcher-kva.example", "me@[192.0.2.1]": "me@[192.0.2.1]",
		"postmaster":          "postmaster",
		"me@mail_relay.local": "me@mail_relay.local", "me@-x.com": "me@-x.com",
	} {
		if got, needsUTF8, err := onWire(address); got != want || needsUTF8 || err != nil {
			t.Errorf("%s became %q, %t, %v", address, got, needsUTF8, err)
		}
	}
	if got, needsUTF8, err := onWire("grüße@bücher.example"); got != "grüße@bücher.example" || !needsUTF8 ||
		err != nil {
		t.Errorf("an address that needs SMTPUTF8 became %q, %t, %v", got, needsUTF8, err)
	}
	for _, address := range []string{"a@b> SIZE=1 X=<", "a@b\r\nRCPT TO:<c@d>", "a\x00@b", "a b@c", "a@b\n"} {
		if got, _, err := onWire(address); err == nil {
			t.Errorf("%q went through as %q", address, got)
		}
	}
}

// TestDialledAddress asks the policy about the address that is connected to, whoever has chosen it.
func TestDialledAddress(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).AddrPort().Port()
	denied := errors.New("the operator denies 127.0.0.1")
	permit := func(address netip.AddrPort) error {
		if address.Addr().Unmap().IsLoopback() {
			return denied
		}
		return nil
	}
	for _, address := range []string{"127.0.0.1", "::ffff:127.0.0.1"} {
		conn, _, err := race(t.Context(), permit,
			[]netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr(address), port)}, time.Second)
		if conn != nil || asError(err).Kind != KindNotPermitted {
			t.Errorf("%s: connected %t, %v", address, conn != nil, err)
		}
	}
}

// TestOldForms refuses numbers that some software takes for addresses, in every script, and so never asks anybody for
// them.
func TestOldForms(t *testing.T) {
	for _, host := range []string{"2130706433", "0x7f000001", "0X7F.1", "127.1", "127.0.1", "0177.0.0.1", "017700000001",
		"127.0.0.1.", "127。1", "１２７.１", "0x7f.0x1", "mail.127", "1.2.3.0x"} {
		if ascii, err := ASCIIHost(host); err == nil {
			t.Errorf("%q is taken for %q", host, ascii)
		}
	}
}
