package console

import (
	"fmt"
	"net"
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// Credentials of the practice servers that work.
const (
	practiceLogin    = "console@practice.example"
	practicePassword = "practice-Pa55word"
)

// practiceServer is a button that fills in the form.
type practiceServer struct {
	Name, Label string
	Values      shared.Values
	Password    string
}

// practice runs the practice mail servers.
type practice struct {
	working []*mailserver.Server
	running []interface{ Close() }
	// Password is the one that the working servers know; it is no secret.
	Password string
	Works    []practiceServer
	Fails    []practiceServer
}

// classics are the faults that have a button: one for each thing that an administrator meets sooner or later.
var classics = []string{
	"auth-wrong-password", "auth-app-password-535", "auth-locked", "auth-temporary", "auth-not-offered",
	"auth-needs-encryption",
	"certificate-expired", "certificate-wrong-host", "certificate-self-signed", "certificate-unknown-issuer",
	"plain-on-tls-port", "tls-on-plain-port", "tls-found-starttls", "starttls-refused-454", "tls-old-version",
	"greeting-busy", "greeting-blocklisted", "greeting-silent", "greeting-close", "speaks-http", "speaks-imap",
	"hello-name-refused", "sender-not-owned", "sender-domain", "recipient-relay", "recipient-unknown",
	"recipient-greylisted",
	"recipient-html", "hello-endless",
}

func startPractice() (*practice, error) {
	authority, err := mailserver.NewAuthority()
	if err != nil {
		return nil, err
	}
	p := &practice{Password: practicePassword}
	if err := p.startWorking(authority); err != nil {
		p.close()
		return nil, err
	}
	if err := p.startFaults(authority); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *practice) startWorking(authority *mailserver.Authority) error {
	config, err := authority.Config(mailserver.Request{})
	if err != nil {
		return err
	}
	for _, one := range []struct {
		name, label string
		server      *mailserver.Server
		ssl         bool
	}{
		{"works-ssl", "All is well, encrypted", &mailserver.Server{TLS: config, Implicit: true}, true},
		{"works-starttls", "All is well, STARTTLS", &mailserver.Server{TLS: config, RequireTLS: true}, true},
		{"works-plain", "All is well, unencrypted", &mailserver.Server{}, false},
	} {
		one.server.Login, one.server.Password = practiceLogin, practicePassword
		if err := one.server.Start(0); err != nil {
			return err
		}
		p.working = append(p.working, one.server)
		p.running = append(p.running, one.server)
		p.Works = append(p.Works, practiceServer{Name: one.name, Label: one.label, Password: practicePassword,
			Values: fill("127.0.0.1", one.server.Port(), one.ssl, authority)})
	}
	return nil
}

func (p *practice) startFaults(authority *mailserver.Authority) error {
	for _, name := range classics {
		fault, ok := mailserver.FaultNamed(name)
		if !ok {
			return fmt.Errorf("there is no fault %q", name)
		}
		running, err := fault.Start(authority, 0)
		if err != nil {
			return err
		}
		p.running = append(p.running, running)
		p.Fails = append(p.Fails, practiceServer{Name: fault.Name, Label: fault.Label, Password: practicePassword,
			Values: fill("127.0.0.1", running.Port(), fault.UseSSL, authority)})
	}
	closed, err := closedPort()
	if err != nil {
		return err
	}
	p.Fails = append(p.Fails,
		practiceServer{Name: "refused", Label: "Nothing answers on the port", Password: practicePassword,
			Values: fill("127.0.0.1", closed, false, authority)},
		practiceServer{Name: "unknown-host", Label: "There is no such server", Password: practicePassword,
			Values: fill("no-such-server.invalid", 25, false, authority)})
	if filtered, err := mailserver.NewFiltered(); err == nil {
		p.running = append(p.running, filtered)
		p.Fails = append(p.Fails, practiceServer{Name: "filtered", Label: "A firewall swallows the packets",
			Password: practicePassword,
			Values:   fill("127.0.0.1", filtered.Port(), false, authority)})
	}
	return nil
}

// fill is the form as it must be filled in to meet a practice server.
func fill(server string, port int, ssl bool, authority *mailserver.Authority) shared.Values {
	return shared.Values{
		"server": shared.Text(server), "port": shared.Integer(int64(port)), "use_ssl": shared.Boolean(ssl),
		"login": shared.Text(practiceLogin), "ca_certificate": shared.Text(string(authority.PEM())),
	}
}

// closedPort returns a port on which nothing listens.
func closedPort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// inbox returns the mails of all working servers, newest first.
func (p *practice) inbox() []mailserver.Mail {
	var mails []mailserver.Mail
	for _, server := range p.working {
		mails = append(mails, server.Inbox()...)
	}
	slices.SortStableFunc(mails, func(a, b mailserver.Mail) int { return b.At.Compare(a.At) })
	return mails
}

// clear forgets the mails of all working servers.
func (p *practice) clear() {
	for _, server := range p.working {
		server.ClearInbox()
	}
}

func (p *practice) close() {
	for _, one := range p.running {
		one.Close()
	}
}
