package smtpconn

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // CRAM-MD5 (RFC 2195) is defined with it
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"
)

// mechanism is a way to log in.
type mechanism struct {
	name string
	// oauth mechanisms use the access token, the others the password.
	oauth bool
	// bound mechanisms tie the login to the TLS connection under it.
	bound  bool
	client func(Target, *Session) sasl.Client
}

// mechanisms are ordered from strong to weak. Those that do not show the password to the server come first; they are
// also what an unencrypted connection needs.
var mechanisms = []*mechanism{
	{name: "SCRAM-SHA-256-PLUS", bound: true, client: scramClient("SCRAM-SHA-256-PLUS", scram.SHA256)},
	{name: "SCRAM-SHA-256", client: scramClient("SCRAM-SHA-256", scram.SHA256)},
	{name: "SCRAM-SHA-1-PLUS", bound: true, client: scramClient("SCRAM-SHA-1-PLUS", scram.SHA1)},
	{name: "SCRAM-SHA-1", client: scramClient("SCRAM-SHA-1", scram.SHA1)},
	{name: "CRAM-MD5", client: func(t Target, _ *Session) sasl.Client {
		return &cramMD5{login: t.Login, password: t.Password.Reveal()}
	}},
	{name: "PLAIN", client: func(t Target, _ *Session) sasl.Client {
		return sasl.NewPlainClient("", t.Login, t.Password.Reveal())
	}},
	{name: "LOGIN", client: func(t Target, _ *Session) sasl.Client {
		return &loginPrompts{login: t.Login, password: t.Password.Reveal()}
	}},
	{name: "OAUTHBEARER", oauth: true, client: func(t Target, _ *Session) sasl.Client {
		return &bearerToken{target: t}
	}},
	{name: "XOAUTH2", oauth: true, client: func(t Target, _ *Session) sasl.Client {
		return &xoauth2{login: t.Login, token: t.AccessToken.Reveal()}
	}},
}

// choose returns the strongest mechanism in common, nil when there is none.
func choose(target Target, session *Session, offered []string) *mechanism {
	for _, candidate := range mechanisms {
		if candidate.oauth != (target.Authentication == AuthenticateOAuth2) || !slices.Contains(offered, candidate.name) {
			continue
		}
		if candidate.bound && (session.TLS == nil || session.Encryption == NoEncryption) {
			continue
		}
		return candidate
	}
	return nil
}

// cramMD5 is RFC 2195: the server's challenge, keyed with the password.
type cramMD5 struct{ login, password string }

func (c *cramMD5) Start() (string, []byte, error) { return "CRAM-MD5", nil, nil }

func (c *cramMD5) Next(challenge []byte) ([]byte, error) {
	if len(challenge) == 0 {
		return nil, errors.New("CRAM-MD5: empty challenge")
	}
	digest := hmac.New(md5.New, []byte(c.password))
	digest.Write(challenge)
	return []byte(c.login + " " + hex.EncodeToString(digest.Sum(nil))), nil
}

// loginPrompts is the LOGIN mechanism, never standardised (draft-murchison-sasl-login). It answers what the prompts ask
// for, in whatever order and case, and falls back to login first, password second when it cannot tell.
type loginPrompts struct {
	login, password string
	answered        int
}

func (l *loginPrompts) Start() (string, []byte, error) { return "LOGIN", nil, nil }

func (l *loginPrompts) Next(prompt []byte) ([]byte, error) {
	l.answered++
	asked := strings.ToLower(string(prompt))
	switch {
	case l.answered > 2:
		return nil, errors.New("LOGIN: a third prompt")
	case strings.Contains(asked, "pass"):
		return []byte(l.password), nil
	case strings.Contains(asked, "user"), strings.Contains(asked, "login"), l.answered == 1:
		return []byte(l.login), nil
	default:
		return []byte(l.password), nil
	}
}

// xoauth2 is Google's and Microsoft's XOAUTH2. A refused token is answered with an error challenge, which wants an empty
// response before the final reply.
type xoauth2 struct{ login, token string }

func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.login + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// bearerToken is OAUTHBEARER (RFC 7628). Its error challenge wants a single 0x01.
type bearerToken struct{ target Target }

func (b *bearerToken) Start() (string, []byte, error) {
	escaped := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(b.target.Login)
	host, _ := ASCIIHost(b.target.Host)
	return "OAUTHBEARER", []byte("n,a=" + escaped + ",\x01host=" + host + "\x01port=" + strconv.Itoa(b.target.Port) +
		"\x01auth=Bearer " + b.target.AccessToken.Reveal() + "\x01\x01"), nil
}

func (b *bearerToken) Next([]byte) ([]byte, error) { return []byte{1}, nil }

// scramExchange is SCRAM (RFC 5802, RFC 7677), with channel binding when the name ends in -PLUS.
type scramExchange struct {
	name         string
	conversation *scram.ClientConversation
	err          error
}

func scramClient(name string, hash scram.HashGeneratorFcn) func(Target, *Session) sasl.Client {
	return func(target Target, session *Session) sasl.Client {
		client, err := hash.NewClient(target.Login, target.Password.Reveal(), "")
		if err != nil {
			return &scramExchange{name: name, err: fmt.Errorf("%s: login or password has characters that it does not allow", name)}
		}
		exchange := &scramExchange{name: name, conversation: client.NewConversation()}
		if strings.HasSuffix(name, "-PLUS") {
			binding, err := channelBinding(session)
			if err != nil {
				return &scramExchange{name: name, err: err}
			}
			exchange.conversation = client.NewConversationWithChannelBinding(binding)
		}
		return exchange
	}
}

// channelBinding is tls-exporter with TLS 1.3 (RFC 9266) and tls-server-end-point before it (RFC 5929).
func channelBinding(session *Session) (scram.ChannelBinding, error) {
	const tls13 = 0x0304
	if session.TLS.Version >= tls13 {
		return scram.NewTLSExporterBinding(session.TLS)
	}
	return scram.NewTLSServerEndpointBinding(session.TLS)
}

func (s *scramExchange) Start() (string, []byte, error) {
	if s.err != nil {
		return s.name, nil, s.err
	}
	first, err := s.conversation.Step("")
	return s.name, []byte(first), err
}

// maxIterations bounds the work that a server can demand: a million rounds take a fraction of a second, the two
// billion that the protocol allows take minutes and cannot be cancelled.
const maxIterations = 1_000_000

var iterationCount = regexp.MustCompile(`(?:^|,)i=([0-9]+)(?:,|$)`)

func (s *scramExchange) Next(challenge []byte) ([]byte, error) {
	if match := iterationCount.FindSubmatch(challenge); match != nil {
		if count, err := strconv.Atoi(string(match[1])); err != nil || count > maxIterations {
			return nil, fmt.Errorf("%s: the server demands more than %d iterations", s.name, maxIterations)
		}
	}
	response, err := s.conversation.Step(string(challenge))
	switch {
	case err != nil && s.conversation.Done():
		return nil, &Error{Kind: KindServerUntrusted, Err: err}
	case err != nil:
		return nil, err
	}
	return []byte(response), nil
}

// proven reports whether the server has shown that it knows the password as well.
func (s *scramExchange) proven() bool { return s.conversation.Valid() }
