package mailserver

import (
	"strings"

	"github.com/emersion/go-sasl"
)

// xoauth2 is how Google and Microsoft name their mechanism.
const xoauth2 = "XOAUTH2"

// tokenServer is the server's side of XOAUTH2 and OAUTHBEARER (RFC 7628). Like Exchange Online it refuses without a
// challenge.
type tokenServer struct {
	check func(login, token string) error
}

func (s *tokenServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if len(response) == 0 {
		return []byte{}, false, nil // The token did not fit into the command.
	}
	login, token := readToken(string(response))
	return nil, true, s.check(login, token)
}

// readToken reads the first response of either mechanism.
func readToken(response string) (login, token string) {
	for part := range strings.SplitSeq(response, "\x01") {
		if header, found := strings.CutPrefix(part, "n,a="); found {
			header, _, _ = strings.Cut(header, ",")
			login = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(header)
		}
		if name, found := strings.CutPrefix(part, "user="); found {
			login = name
		}
		if bearer, found := strings.CutPrefix(part, "auth=Bearer "); found {
			token = bearer
		}
	}
	return login, token
}

// mechanisms are those of the credentials that the server knows.
func (s *Server) mechanisms() []string {
	var offered []string
	if s.Login != "" {
		offered = append(offered, sasl.Plain, sasl.Login)
	}
	if s.CheckToken != nil {
		offered = append(offered, xoauth2, sasl.OAuthBearer)
	}
	return offered
}
