package mailserver

import (
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
)

// xoauth2 is Google's and Microsoft's mechanism, which go-sasl does not have.
const xoauth2 = "XOAUTH2"

// tokenServer is the server's side of a login with an access token.
func (s *session) tokenServer(mechanism string) (sasl.Server, error) {
	if s.server.TakesToken == nil {
		return nil, errors.New("unknown mechanism")
	}
	return &tokenServer{session: s, inOneLine: mechanism == xoauth2}, nil
}

type tokenServer struct {
	session   *session
	inOneLine bool // XOAUTH2; OAUTHBEARER (RFC 7628) has a header before it
	refused   bool
}

// Next reads the login and the token. A refusal is explained in a challenge first.
func (t *tokenServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if t.refused {
		return nil, true, errWrongCredentials
	}
	if response == nil {
		return []byte{}, false, nil // It does not fit the line of the command.
	}
	login, token := readToken(string(response), t.inOneLine)
	if t.session.server.TakesToken(login, token) {
		t.session.login = login
		return nil, true, nil
	}
	t.refused = true
	if t.inOneLine {
		return []byte(`{"status":"401","schemes":"bearer","scope":"mail"}`), false, nil
	}
	return []byte(`{"status":"invalid_token"}`), false, nil
}

func readToken(response string, inOneLine bool) (login, token string) {
	for _, part := range strings.Split(response, "\x01") {
		if name, found := strings.CutPrefix(part, "user="); found && inOneLine {
			login = name
		}
		if name, found := strings.CutPrefix(part, "n,a="); found && !inOneLine {
			login = strings.NewReplacer("=3D", "=", "=2C", ",").Replace(strings.TrimSuffix(name, ","))
		}
		if given, found := strings.CutPrefix(part, "auth=Bearer "); found {
			token = given
		}
	}
	return login, token
}
