package smtpconn

import (
	"context"
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // CRAM-MD5 (RFC 2195) is defined with it
	"crypto/sha1" //nolint:gosec // SCRAM-SHA-1 (RFC 5802) is defined with it
	"crypto/sha256"
	"encoding/base64"
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
	// hides means that the password is not shown to the server.
	hides bool
	// bound mechanisms tie the login to the TLS connection under it.
	bound bool
	// client makes one exchange. It is abandoned when ctx ends. Its errors never quote the server, which may repeat the
	// credentials.
	client func(ctx context.Context, target Target, session *Session) sasl.Client
}

// mechanisms are in the order in which they are tried over TLS. CRAM-MD5 is the last one there: it hides nothing that
// TLS does not hide, and servers that keep their passwords as they should cannot do it.
var mechanisms = []*mechanism{
	{name: "SCRAM-SHA-256-PLUS", hides: true, bound: true, client: scramClient("SCRAM-SHA-256-PLUS", sha256.New)},
	{name: "SCRAM-SHA-256", hides: true, client: scramClient("SCRAM-SHA-256", sha256.New)},
	{name: "SCRAM-SHA-1-PLUS", hides: true, bound: true, client: scramClient("SCRAM-SHA-1-PLUS", sha1.New)},
	{name: "SCRAM-SHA-1", hides: true, client: scramClient("SCRAM-SHA-1", sha1.New)},
	{name: "PLAIN", client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return sasl.NewPlainClient("", t.Login, t.Password.Reveal())
	}},
	{name: "LOGIN", client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return &loginPrompts{login: t.Login, password: t.Password.Reveal()}
	}},
	{name: "CRAM-MD5", hides: true, client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return &cramMD5{login: t.Login, password: t.Password.Reveal()}
	}},
	{name: "OAUTHBEARER", oauth: true, client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return &bearerToken{target: t}
	}},
	{name: "XOAUTH2", oauth: true, client: func(_ context.Context, t Target, _ *Session) sasl.Client {
		return &xoauth2{login: t.Login, token: t.AccessToken.Reveal()}
	}},
}

// inCommon returns the mechanisms that both sides have, in the order in which they are tried. Without TLS those that
// hide the password come first.
func inCommon(target Target, session *Session, offered []string) []*mechanism {
	var common []*mechanism
	for _, one := range mechanisms {
		if slices.Contains(offered, one.name) && one.fits(target, session) {
			common = append(common, one)
		}
	}
	if session.Encryption == NoEncryption {
		slices.SortStableFunc(common, func(a, b *mechanism) int {
			switch {
			case a.hides == b.hides:
				return 0
			case a.hides:
				return -1
			default:
				return 1
			}
		})
	}
	return common
}

// fits reports whether the target permits the mechanism and the connection carries it.
func (m *mechanism) fits(target Target, session *Session) bool {
	if m.bound && (session.TLS == nil || session.Encryption == NoEncryption) {
		return false
	}
	switch target.Authentication {
	case AuthenticatePlain:
		return m.name == "PLAIN" || m.name == "LOGIN"
	case AuthenticateLogin:
		return m.name == "LOGIN"
	default:
		return m.oauth == (target.Authentication == AuthenticateOAuth2)
	}
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
	asked := promptText(prompt)
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

// promptText is a prompt in lower case. A word such as Username, which the server did not encode, was decoded on its
// way here.
func promptText(prompt []byte) string {
	if text := string(prompt); isPlain(strings.TrimRight(text, "\x00\r\n")) {
		return strings.ToLower(text)
	}
	return strings.ToLower(base64.StdEncoding.EncodeToString(prompt))
}

// xoauth2 is Google's and Microsoft's XOAUTH2. A refused token is answered with an error challenge, which wants an
// empty response before the final reply.
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
