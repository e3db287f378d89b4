// Package mailserver holds practice mail servers for the harness and the tests: one that works and keeps what it
// receives in an inbox, and one for every classic fault. All listen on the loopback interface only.
package mailserver

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Server is a practice mail server that works. Change the fields before Start.
type Server struct {
	// TLS is its certificate; nil offers no encryption.
	TLS *tls.Config
	// Implicit speaks TLS from the start; otherwise STARTTLS is offered when TLS is set.
	Implicit bool
	// Login and Password are the only credentials it knows; an empty Login offers no login at all.
	Login, Password string
	// TakesToken reports whether it takes the access token of OAuth 2.0 for the login; nil offers no login with one.
	TakesToken func(login, token string) bool
	// RequireTLS offers the login only over TLS.
	RequireTLS bool
	// RefuseSender answers MAIL with this; nil accepts everybody.
	RefuseSender func(from string, login string) error
	// RefuseRecipient answers RCPT with this; nil accepts everybody.
	RefuseRecipient func(to string) error
	// Receive takes each message; its error is the answer to the final dot. nil puts it into the inbox.
	Receive func(Mail) error

	inbox    inbox
	listener net.Listener
	server   *smtp.Server
}

// Mail is a message in the inbox.
type Mail struct {
	From, To string
	At       time.Time
	Content  []byte
}

type inbox struct {
	mu    sync.Mutex
	mails []Mail
}

// maxInbox bounds what an inbox keeps.
const maxInbox = 1000

func (i *inbox) add(mail Mail) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.mails) == maxInbox {
		i.mails = slices.Delete(i.mails, 0, 1)
	}
	i.mails = append(i.mails, mail)
}

// Inbox returns the mails received so far, oldest first.
func (s *Server) Inbox() []Mail {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	return slices.Clone(s.inbox.mails)
}

// ClearInbox forgets the mails received so far.
func (s *Server) ClearInbox() {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	s.inbox.mails = nil
}

// Start listens on a free port of 127.0.0.1, or on the port when it is not 0, and serves until Close.
func (s *Server) Start(port int) error {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return err
	}
	s.listener = listener
	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: c}, nil
	}))
	s.server.Domain = "practice.mail.example"
	s.server.AllowInsecureAuth = !s.RequireTLS
	s.server.EnableSMTPUTF8 = true
	s.server.MaxMessageBytes = 32 << 20
	s.server.ReadTimeout, s.server.WriteTimeout = 5*time.Minute, time.Minute
	s.server.ErrorLog = log.New(io.Discard, "", 0)
	serve := net.Listener(listener)
	if s.Implicit {
		serve = tls.NewListener(listener, s.TLS)
	} else {
		s.server.TLSConfig = s.TLS
	}
	go func() { _ = s.server.Serve(serve) }()
	return nil
}

// Port is where the server listens.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Close ends the server and its connections.
func (s *Server) Close() { _ = s.server.Close() }

// session is one connection.
type session struct {
	server *Server
	conn   *smtp.Conn
	login  string
	from   string
	to     string
}

var _ smtp.AuthSession = (*session)(nil)

func (s *session) AuthMechanisms() []string {
	var offered []string
	if s.server.Login != "" {
		offered = []string{sasl.Plain, sasl.Login}
	}
	if s.server.TakesToken != nil {
		offered = append(offered, xoauth2, sasl.OAuthBearer)
	}
	return offered
}

var errWrongCredentials = &smtp.SMTPError{
	Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Authentication credentials invalid",
}

func (s *session) Auth(mechanism string) (sasl.Server, error) {
	check := func(login, password string) error {
		if login != s.server.Login || password != s.server.Password {
			return errWrongCredentials
		}
		s.login = login
		return nil
	}
	switch strings.ToUpper(mechanism) {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, login, password string) error { return check(login, password) }), nil
	case sasl.Login:
		return &loginServer{check: check}, nil
	case xoauth2, sasl.OAuthBearer:
		return s.tokenServer(strings.ToUpper(mechanism))
	default:
		return nil, errors.New("unknown mechanism")
	}
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if len(s.AuthMechanisms()) > 0 && s.login == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	if s.server.RefuseSender != nil {
		if err := s.server.RefuseSender(from, s.login); err != nil {
			return err
		}
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.RefuseRecipient != nil {
		if err := s.server.RefuseRecipient(to); err != nil {
			return err
		}
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	mail := Mail{From: s.from, To: s.to, At: time.Now(), Content: content}
	if s.server.Receive != nil {
		return s.server.Receive(mail)
	}
	s.server.inbox.add(mail)
	return nil
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

// loginServer is the server's side of the LOGIN mechanism, which go-sasl does not have.
type loginServer struct {
	check func(login, password string) error
	login string
	asked int
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.login = string(response)
		return []byte("Password:"), false, nil
	default:
		return nil, true, l.check(l.login, string(response))
	}
}
