package plugin

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// signInServer is a provider where the owner of a mailbox signs in, with a mail server that takes its tokens. A refresh
// token is good once.
type signInServer struct {
	*httptest.Server
	mail mailserver.Server

	mu       sync.Mutex
	account  string // who signs in
	code     string // that is good, once
	pending  int    // how often a device is told to wait
	refresh  string // that is good
	given    int
	forms    []url.Values
	revoked  []string
	without  string // an endpoint that is not published
	refusing string // the error of the token endpoint
}

const (
	signInSecret  = "kL5~wY8-cN1.tF4_"
	signInRefresh = "refresh~hJ7-vB3.sD9"
	signInAccess  = "access~pQ2-xZ6.mR8"
)

func newSignInServer(t *testing.T) *signInServer {
	t.Helper()
	p := &signInServer{account: "me@example.com"}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", p.document)
	mux.HandleFunc("/token", p.token)
	mux.HandleFunc("/device", p.device)
	mux.HandleFunc("/revoke", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.refusing != "" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":%q}`, p.refusing)
			return
		}
		p.revoked = append(p.revoked, r.PostFormValue("token"))
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	p.mail.TakesToken = func(login, token string) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return login == p.account && token == fmt.Sprint(signInAccess, p.given)
	}
	if err := p.mail.Start(0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.mail.Close)
	return p
}

func (p *signInServer) document(w http.ResponseWriter, _ *http.Request) {
	document := fmt.Sprintf(`{"issuer":%[1]q,"token_endpoint":"%[1]s/token","authorization_endpoint":"%[1]s/authorize",`+
		`"device_authorization_endpoint":"%[1]s/device","revocation_endpoint":"%[1]s/revoke",`+
		`"authorization_response_iss_parameter_supported":true}`, p.URL)
	if p.without != "" {
		document = strings.ReplaceAll(document, p.without+"_endpoint", "no")
	}
	_, _ = w.Write([]byte(document))
}

func (p *signInServer) device(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"device_code":"d3vice~code","user_code":"WXYZ-1234","verification_uri":"%s/enter","interval":1,`+
		`"expires_in":600}`, p.URL)
}

func (p *signInServer) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = r.ParseForm()
	p.forms = append(p.forms, r.PostForm)
	refused := p.refusing
	switch grant := r.PostFormValue("grant_type"); {
	case r.PostFormValue("client_secret") != signInSecret:
		refused = "invalid_client"
	case refused != "":
	case grant == "authorization_code" && (p.code == "" || r.PostFormValue("code") != p.code):
		refused = "invalid_grant"
	case grant == "refresh_token" && r.PostFormValue("refresh_token") != p.refresh:
		refused = "invalid_grant"
	case strings.HasSuffix(grant, ":device_code") && p.pending > 0:
		p.pending--
		refused = "authorization_pending"
	}
	w.Header().Set("Content-Type", "application/json")
	if refused != "" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":%q,"error_description":"%s %s"}`, refused, r.PostFormValue("code"),
			r.PostFormValue("code_verifier"))
		return
	}
	p.code = ""
	p.given++
	p.refresh = fmt.Sprint(signInRefresh, p.given)
	identity := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"email":%q}`, p.account))
	fmt.Fprintf(w, `{"access_token":"%s%d","refresh_token":%q,"token_type":"Bearer","expires_in":3600,`+
		`"id_token":"e30.%s.x"}`, signInAccess, p.given, p.refresh, identity)
}

// allow has devices told so many times more to wait.
func (p *signInServer) allow(pending int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = pending
}

func (p *signInServer) draft() shared.Draft {
	return shared.Draft{
		Values: shared.Values{
			"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(p.mail.Port())),
			"login": shared.Text("me@example.com"), "authentication": shared.Text("sign_in"),
			"oauth_provider": shared.Text("other"), "oauth_issuer": shared.Text(p.URL),
			"oauth_client_id": shared.Text("console"), "oauth_scope": shared.Text("mail offline_access"),
		},
		Secrets: map[string]shared.SecretChange{"oauth_client_secret": shared.ReplaceSecret(signInSecret)},
	}
}
