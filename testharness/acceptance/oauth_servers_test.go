package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// oauthServers are real mail servers that ask the provider whether a token is good, and for whose mailbox.
type oauthServers struct {
	postfix, dovecot realServer
	ca               string // the file of the authority of their certificates
}

// startOAuthServers starts Postfix with Dovecot's SASL, and Dovecot's submission service, with some mechanisms.
func startOAuthServers(
	t testing.TB, authority *mailserver.Authority, provider *oauthProvider, mechanisms string,
) oauthServers {
	t.Helper()
	base := publicDir(t)
	_, _, ca := certificateFiles(t, base, authority)
	write(t, base+"/introspection", fmt.Sprintf(dovecotIntrospection,
		strings.Replace(provider.Plain, "http://", "http://mailserver:mailserver-secret@", 1)), 0o644)
	ports := freePorts(t, 3)
	dovecot := runDovecot(t, authority, ports[0], fmt.Sprintf(dovecotTokens, mechanisms, base+"/introspection"))
	postfix := startPostfix(t, authority, ports, dovecot.saslSocket)
	return oauthServers{postfix: postfix, dovecot: dovecot, ca: ca}
}

// dovecotTokens checks logins by RFC 7662. Failures must not delay the next good login from the same address, which
// every test here has.
const dovecotTokens = `auth_mechanisms = %[1]s
auth_failure_delay = 0
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = %[2]s
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`

const dovecotIntrospection = `introspection_mode = post
introspection_url = %s/token/introspection
username_attribute = email
username_format = %%Lu
active_attribute = active
active_value = true
`
