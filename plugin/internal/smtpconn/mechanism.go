package smtpconn

import (
	"context"
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // CRAM-MD5 (RFC 2195) is defined with it
	"crypto/sha1" //nolint:gosec // SCRAM-SHA-1 (RFC 5802) is defined with it
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-sasl"
)

// mechanism is a way to log in.
type mechanism struct {
	name string
	// oauth mechanisms use the access token, the others the password.
	oauth bool
	// bound mechanisms tie the login to the TLS connection under it.
	bound bool
	// client makes one exchange. It is abandoned when ctx ends. Its errors never quote the server, which may repeat the credentials.
	client func(ctx context.Context, target Target, session *Session) sasl.Client
}

// mechanisms are ordered from strong to weak. Those that do not show the password to the server come first; they are
// also what an unencrypted connection needs.
var mechanisms = []*mechanism{
	{name: "SCRAM-SHA-256-PLUS", bound: true, client: scramClient("SCRAM-SHA-256-PLUS", sha256.New)},
	{name: "SCRAM-SHA-256", client: scramClient("SCRAM-SHA-256", sha256.New)},
	{name: "SCRAM-SHA-1-PLUS", bound: true, client: scramClient("SCRAM-SHA-1-PLUS", sha1.New)},
	{name: "SCRAM-SHA-1", client: scramClient("SCRAM-SHA-1", sha1.New)},
	{name: "CRAM-MD5", client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return &cramMD5{login: t.Login, password: t.Password.Reveal()}
	}},
	{name: "PLAIN", client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return sasl.NewPlainClient("", t.Login, t.Password.Reveal())
	}},
	{name: "LOGIN", client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return &loginPrompts{login: t.Login, password: t.Password.Reveal()}
	}},
	{name: "OAUTHBEARER", oauth: true, client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return &bearerToken{target: t}
	}},
	{name: "XOAUTH2", oauth: true, client: func(_ context.Context, t Target, _ *Session) sasl.Client {
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
		return nil, ReasonSenselessChallenge
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
		return nil, ReasonTooManyChallenges
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
