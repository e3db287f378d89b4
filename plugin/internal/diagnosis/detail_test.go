package diagnosis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// TestDetail writes what each step finds out, letter for letter.
func TestDetail(t *testing.T) {
	reply := smtpconn.NewReply(250, "2.1.0", "Ok, {host} it is")
	long := smtpconn.NewReply(250, "", strings.Repeat("ä", 1000))
	secured := smtpconn.Secured{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256}
	small, unverified, unknownIssuer, both := secured, secured, secured, secured
	unknownIssuer.Unverified = fmt.Errorf("tls: %w", x509.UnknownAuthorityError{})
	small.SmallHello = true
	unverified.Unverified = errors.New("x509: signed by {nobody}")
	both.SmallHello, both.Unverified = true, unverified.Unverified
	four, six := netip.MustParseAddrPort("192.0.2.1:25"), netip.MustParseAddrPort("[2001:db8::1]:25")
	const fourth = "192.0.2.1:25 "
	for _, c := range []struct {
		detail smtpconn.Detail
		want   string
	}{
		{nil, ""},
		{smtpconn.Resolved{Addresses: []netip.Addr{four.Addr(), six.Addr()}}, "192.0.2.1, 2001:db8::1"},
		{smtpconn.Tried{Attempts: []smtpconn.Attempt{{Address: four, Took: 12 * time.Millisecond}}},
			fourth + "connected (12 ms)"},
		{smtpconn.Tried{Attempts: []smtpconn.Attempt{
			{Address: six, Err: &smtpconn.Error{Kind: smtpconn.KindUnreachable}},
			{Address: four, Took: 1500 * time.Microsecond},
			{Address: six, Err: &smtpconn.Error{Kind: smtpconn.KindCancelled}, Took: time.Second},
		}}, "[2001:db8::1]:25 unreachable (0 ms); " + fourth + "connected (2 ms); [2001:db8::1]:25 not needed (1000 ms)"},
		{smtpconn.Tried{}, ""},
		{secured, "TLS 1.3, TLS_AES_128_GCM_SHA256"},
		{small, "TLS 1.3, TLS_AES_128_GCM_SHA256, without ML-KEM: a TLS hello that holds it is not answered"},
		{unverified, "TLS 1.3, TLS_AES_128_GCM_SHA256, certificate not verified: x509: signed by {nobody}"},
		{unknownIssuer, "TLS 1.3, TLS_AES_128_GCM_SHA256, certificate not verified: " +
			"the issuer of its certificate is not known"},
		{both, "TLS 1.3, TLS_AES_128_GCM_SHA256, without ML-KEM: a TLS hello that holds it is not answered, " +
			"certificate not verified: x509: signed by {nobody}"},
		{smtpconn.PlainAnswered{}, "the port answered in plain text; STARTTLS will be used"},
		{smtpconn.Greeted{Reply: reply}, "Ok, {host} it is"},
		{smtpconn.Greeted{Reply: long}, strings.Repeat("ä", 300) + "…"},
		{smtpconn.Introduced{HELO: true}, "HELO only, no extensions"},
		{smtpconn.Introduced{Extensions: []string{"STARTTLS", "AUTH PLAIN"}}, "STARTTLS, AUTH PLAIN"},
		{smtpconn.Introduced{}, ""},
		{smtpconn.LoginNotSet{}, "no login is set"},
		{smtpconn.LoginNotAskedFor{}, "the server does not ask for a login"},
		{smtpconn.LoggedIn{Mechanism: "PLAIN"}, "PLAIN"},
		{smtpconn.LoggedIn{Mechanism: "LOGIN", Unworkable: []string{"SCRAM-SHA-1", "PLAIN"}},
			"LOGIN; the server offers SCRAM-SHA-1, PLAIN but does not carry that out"},
		{smtpconn.Answered{Reply: reply}, "250 2.1.0 Ok, {host} it is"},
		{smtpconn.LeftPlain{Failure: &smtpconn.Error{Kind: smtpconn.KindClosed}},
			"the server closed the connection; going on unencrypted"},
		{smtpconn.LeftPlain{Failure: &smtpconn.Error{Kind: smtpconn.KindRefusedByReply, Reply: &reply}},
			"250 2.1.0 Ok, {host} it is; going on unencrypted"},
		{&smtpconn.Error{Kind: smtpconn.KindRefusedByReply, Reply: &reply}, "250 2.1.0 Ok, {host} it is"},
		{&smtpconn.Error{Kind: smtpconn.KindRefusedByReply, Reply: &reply, Mechanism: "PLAIN"},
			"PLAIN refused: 250 2.1.0 Ok, {host} it is"},
		{&smtpconn.Error{Kind: smtpconn.KindNotSMTP, Protocol: "HTTP"}, "the server speaks HTTP"},
		{&smtpconn.Error{Kind: smtpconn.KindNotSMTP}, "not an SMTP server"},
	} {
		if got := Detail(c.detail).String(); got != c.want {
			t.Errorf("%#v says %q, want %q", c.detail, got, c.want)
		}
	}
}

// TestReason writes causes as they stand behind a colon, however deep they lie.
func TestReason(t *testing.T) {
	wrapped := fmt.Errorf("%w: %w", smtpconn.ReasonProxyClosed, errors.New("EOF"))
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("the operator denies 192.0.2.1"), "the operator denies 192.0.2.1"},
		{errors.New("bell\a"), "bell "},
		{wrapped, "it closed the connection"},
		{&smtpconn.ProxyStatusError{Status: "403 {Filtered}"}, "it answered 403 {Filtered}"},
		{&smtpconn.IterationsError{Demanded: 3, Limit: 2}, "the server demands more than 2 iterations"},
		{&smtpconn.IterationsError{Demanded: 1, Limit: 4096},
			"the server demands fewer than 4096 iterations, and the password could be guessed from the answer"},
		{&smtpconn.Error{Kind: smtpconn.KindConnectionRefused, Err: errors.New("dial tcp")}, "connection refused"},
		{&smtpconn.Error{Kind: smtpconn.KindNetwork, Err: errors.New("dial tcp: odd")}, "dial tcp: odd"},
		{&smtpconn.Error{Kind: smtpconn.KindNotPermitted, Err: errors.New("the operator denies it")},
			"the operator denies it"},
		{&smtpconn.Error{Kind: smtpconn.KindNetwork}, "network failure"},
		{fmt.Errorf("Post: %w", context.DeadlineExceeded), "no answer in time"},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "no answer in time"},
		{&url.Error{Op: "Post", Err: io.EOF}, "the server closed the connection"},
		{&smtpconn.Error{Kind: smtpconn.KindNetwork, Err: io.ErrUnexpectedEOF}, "the server closed the connection"},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "the connection was reset"},
		{errors.Join(&smtpconn.Error{Kind: smtpconn.KindReset}, errors.New("x")), "the connection was reset"},
	} {
		if got := Reason(c.err, nil).String(); got != c.want {
			t.Errorf("%v says %q, want %q", c.err, got, c.want)
		}
	}
}

// TestLogsAndPeopleReadTheSame holds the English of the two lists together: what a log says is found in the text for
// people.
func TestLogsAndPeopleReadTheSame(t *testing.T) {
	for kind, said := range kindTexts {
		if said.String() != string(kind) {
			t.Errorf("people read %q where logs have %q", said, kind)
		}
	}
	for reason, said := range reasonTexts {
		if said.String() != string(reason) {
			t.Errorf("people read %q where logs have %q", said, reason)
		}
	}
}
