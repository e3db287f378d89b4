package acceptance

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// endpointAnswer is a line of testdata/token_answers: what an endpoint answers, letter for letter, and what the test of
// the connection says.
type endpointAnswer struct {
	Name string `json:"name"`
	// Flow is the authentication that meets it, or who is signing in now.
	Flow    string   `json:"flow"`
	Status  int      `json:"status"`
	Headers []string `json:"headers"`
	Body    string   `json:"body"`
	// Way is how the answer comes; empty is as it should.
	Way string `json:"way"`

	Outcome  string `json:"outcome"`
	Cause    string `json:"cause"`
	Field    string `json:"field"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Evidence string `json:"evidence"` // part of it
}

func endpointAnswers(t *testing.T, name string) []endpointAnswer {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "token_answers", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []endpointAnswer
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var one endpointAnswer
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		all = append(all, one)
	}
	return all
}

// handler answers so.
func (a endpointAnswer) handler(t *testing.T) http.HandlerFunc {
	t.Helper()
	switch a.Way {
	case "":
		return sending(a.Status, a.Body, a.Headers...)
	case "never": // Only the one who asks ends it.
		return func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	case "cut":
		return func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	case "cut in the middle":
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(a.Body)+100))
			_, _ = io.WriteString(w, a.Body)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	case "10 MB":
		return sending(a.Status, a.Body+strings.Repeat(" ", 10<<20), a.Headers...)
	}
	t.Fatalf("no answer comes %q", a.Way)
	return nil
}

// endpoints are a host, whose settings lead through a proxy to fake endpoints of Microsoft and Google.
type endpoints struct {
	*canaryHost
	endpoint *fakeEndpoint
	settings map[string]shared.Draft // by flow
	signIns  map[string]shared.Draft // the same, of those in which a user signs in first
	secrets  []string
	// thumbprint is that of the certificate.
	thumbprint string
}

const (
	canarySecret = "c4nary.S3cret/7d20~x"
	exchangeName = "smtp.office365.com"
	gmailName    = "smtp.gmail.com"
)

func startEndpoints(t *testing.T) *endpoints {
	t.Helper()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	config, err := authority.Config(mailserver.Request{Names: []string{exchangeName, gmailName, "mail.example"}})
	if err != nil {
		t.Fatal(err)
	}
	mail := &mailserver.Server{TLS: config,
		TakesToken: func(login, token string) bool { return login == notifyLogin && token == canaryToken }}
	startMailServer(t, mail, 0)
	address := fmt.Sprintf("127.0.0.1:%d", mail.Port())
	e := &endpoints{canaryHost: startCanaryHost(t)}
	e.endpoint = startFakeEndpoint(t, authority,
		[]string{"login.microsoftonline.com", "oauth2.googleapis.com", "login.example"},
		map[string]string{exchangeName + ":587": address, gmailName + ":587": address, "mail.example:587": address})
	e.prepare(t, string(authority.PEM()))
	return e
}

// prepare fills in the settings of each flow.
func (e *endpoints) prepare(t *testing.T, ca string) {
	t.Helper()
	file, key := serviceAccount(t)
	e.secrets = []string{canarySecret, canaryToken, key}
	e.settings = map[string]shared.Draft{
		"microsoft_app": {
			Values: shared.Values{"server": shared.Text(exchangeName), "oauth_tenant": shared.Text("contoso.example"),
				"oauth_client_id": shared.Text("2a4c6e80-1b3d-4f5a-9c7e-0d2f4a6b8c1e")},
			Secrets: map[string]shared.SecretChange{"oauth_client_secret": shared.ReplaceSecret(canarySecret)},
		},
		"google_service_account": {
			Values:  shared.Values{"server": shared.Text(gmailName)},
			Secrets: map[string]shared.SecretChange{"oauth_service_account": shared.ReplaceSecret(file)},
		},
		"client_credentials": {
			Values: shared.Values{"server": shared.Text("mail.example"), "oauth_client_id": shared.Text("console"),
				"oauth_token_url": shared.Text("https://login.example/token")},
			Secrets: map[string]shared.SecretChange{"oauth_client_secret": shared.ReplaceSecret(canarySecret)},
		},
	}
	for flow, draft := range e.settings {
		for field, value := range map[string]shared.Value{
			"authentication": shared.Text(flow), "login": shared.Text(notifyLogin), "port": shared.Integer(587),
			"use_ssl": shared.Boolean(true), "proxy": shared.Text(e.endpoint.proxy), "ca_certificate": shared.Text(ca),
		} {
			draft.Values[field] = value
		}
	}
	e.prepareSignIns()
	e.prepareCertificate(t)
}

// prepareCertificate fills in the settings of an application of Microsoft that has a certificate instead of a secret.
func (e *endpoints) prepareCertificate(t *testing.T) {
	t.Helper()
	draft := shared.Draft{Values: maps.Clone(e.settings["microsoft_app"].Values)}
	certificate, ticket := makeCertificate(t, e.host, draft.Values)
	block, _ := pem.Decode([]byte(certificate))
	e.thumbprint = fmt.Sprintf("%X", sha1.Sum(block.Bytes))
	draft.Values["oauth_certificate"] = shared.Text(certificate)
	draft.Secrets = map[string]shared.SecretChange{"oauth_certificate_key": shared.ReplaceSecret(ticket)}
	e.settings["microsoft_app by certificate"] = draft
}

// serviceAccount is the JSON key of a service account, and the part of it that nobody may see.
func serviceAccount(t testing.TB) (file, key string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
	content, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": "contoso-1234",
		"private_key_id": "0123456789abcdef0123456789abcdef01234567",
		"private_key":    text, "client_email": "mailer@contoso-1234.iam.gserviceaccount.com",
		"client_id": "103456789012345678901", "token_uri": "https://oauth2.googleapis.com/token",
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(content), strings.Split(text, "\n")[5]
}

// test runs the test.
func (e *endpoints) test(t *testing.T, draft shared.Draft) shared.TestReport {
	t.Helper()
	var report shared.TestReport
	err := e.host.Page().Test(t.Context(), shared.TestRequest{Draft: draft},
		func(event shared.TestEvent) error {
			if completed, ok := event.(shared.Completed); ok {
				report = completed.Report
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestOAuthEndpointAnswers has the endpoints of Microsoft and Google answer with each of their documented errors, and
// with what stands in the way of an answer. Each is said in words of its own, and no secret is.
func TestOAuthEndpointAnswers(t *testing.T) {
	t.Parallel()
	e := startEndpoints(t)
	for flow, draft := range e.settings {
		e.endpoint.answering(givingToken(canaryToken))
		if report := e.test(t, draft); report.Outcome != "complete" {
			t.Fatalf("%s with a good token: %s, %+v", flow, report.Outcome, report.Diagnostics)
		}
	}
	for _, file := range []string{"microsoft", "google", "any"} {
		for _, answer := range endpointAnswers(t, file) {
			t.Run(file+"/"+answer.Flow+"/"+answer.Name, func(t *testing.T) { e.answer(t, answer) })
		}
	}
	t.Run("role", e.hintsAtRole)
	e.check(t, e.secrets...)
}

// hintsAtRole has Microsoft give a token without the role that it needs, which the mail server then refuses: the test
// says so as a warning of its own, beside the refusal.
func (e *endpoints) hintsAtRole(t *testing.T) {
	for roles, want := range map[string]bool{`"Mail.Send"`: true, `"SMTP.SendAsApp"`: false} {
		claims := fmt.Sprintf(`{"aud":"https://outlook.office365.com","roles":[%s],"exp":%d}`, roles,
			time.Now().Add(time.Hour).Unix())
		e.endpoint.answering(givingToken("e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"))
		report := e.test(t, e.settings["microsoft_app"])
		var warned bool
		for _, one := range report.Diagnostics {
			warned = warned || one.Code == "oauth_role_missing" && one.Step == "token" &&
				one.Severity == shared.SeverityWarning && strings.Contains(one.Summary+one.Detail, "SMTP.SendAsApp")
		}
		if report.Outcome != "login_failed" || warned != want {
			t.Errorf("%s: %s, %+v", roles, report.Outcome, report.Diagnostics)
		}
	}
}

// met has the endpoint answer so to who asks for a token, and returns what comes of it.
func (e *endpoints) met(t *testing.T, answer endpointAnswer) shared.TestReport {
	t.Helper()
	if of, signingIn := signingIn[answer.Flow]; signingIn {
		_, returned := e.sendAway(t, e.signIns[of])
		e.endpoint.answering(answer.handler(t))
		done, _ := e.runAction(t, shared.ActionRequest{Action: "sign_in", Returned: returned})
		return done.Report
	}
	if answer.ofDevice() {
		e.endpoint.answering(answer.device(t))
		done, _ := e.runAction(t, shared.ActionRequest{Action: "sign_in", Draft: e.signIns["sign_in"]})
		return done.Report
	}
	draft := e.settings[answer.Flow]
	if _, signsIn := e.signIns[answer.Flow]; signsIn {
		draft = e.signedInAt(t, answer.Flow)
	}
	e.endpoint.answering(answer.handler(t))
	draft.Values = maps.Clone(draft.Values)
	if answer.Way == "never" {
		draft.Values["time_limit"] = shared.Text("2s")
	}
	return e.test(t, draft)
}

// In a sign-in by a code for a device the endpoint is asked for the code, and then for what has come of it.
const (
	forADevice = "for_a_device"
	byDevice   = "by_device"
)

func (a endpointAnswer) ofDevice() bool { return a.Flow == forADevice || a.Flow == byDevice }

// device answers the flow's question so, and gives a code before where that is not the question.
func (a endpointAnswer) device(t *testing.T) http.HandlerFunc {
	t.Helper()
	refuse := a.handler(t)
	give := sending(http.StatusOK, `{"device_code":"`+canaryCode+`","user_code":"GHZK3P9WB",`+
		`"verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":1}`)
	return func(w http.ResponseWriter, r *http.Request) {
		if a.Flow == byDevice && strings.HasSuffix(r.URL.Path, "/devicecode") {
			give(w, r)
			return
		}
		refuse(w, r)
	}
}

// signingIn are the flows in which somebody signs in now, with those in which somebody has.
var signingIn = map[string]string{"signing_in": "sign_in", "signing_in_google": "sign_in_google"}

func (e *endpoints) answer(t *testing.T, answer endpointAnswer) {
	t.Helper()
	report := e.met(t, answer)
	first := shared.Diagnostic{}
	if answer.Outcome != "complete" && len(report.Diagnostics) > 0 {
		first = report.Diagnostics[0]
	}
	shown, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range disguisedLeaks(string(shown), e.secrets...) {
		t.Errorf("a secret is shown: %s", leak)
	}
	evidence := ""
	if first.Evidence != nil {
		evidence = first.Evidence.Text
	}
	got := endpointAnswer{Outcome: report.Outcome, Cause: first.Code, Field: first.Field,
		Summary: first.Summary, Detail: first.Detail, Evidence: evidence}
	if got.Outcome != answer.Outcome || got.Cause != answer.Cause || got.Field != answer.Field ||
		got.Summary != strings.ReplaceAll(answer.Summary, "{thumbprint}", e.thumbprint) ||
		!strings.Contains(got.Detail, answer.Detail) ||
		!strings.Contains(got.Evidence, answer.Evidence) ||
		answer.Cause != "" && first.Step != "token" {
		t.Errorf("got  %+v\nwant %+v", got, answer)
	}
	want := 1
	if answer.Flow == byDevice {
		want = 2
	}
	if asked := len(e.endpoint.received()); asked != want {
		t.Errorf("the endpoint was asked %d times", asked)
	}
}
