package acceptance

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
	"github.com/smtp-settings/smtp-settings/testharness/ports"
)

// directory is the page of a directory, its plugin and what is filled in.
type directory struct {
	path   string
	values map[string]string
	secret string
}

func newDirectory(t *testing.T, server slapd) directory {
	t.Helper()
	return directory{path: manifest(t, "ldap", "ldap-plugin"), secret: slapdPassword, values: map[string]string{
		"servers": server.plain, "encryption": "none", "bind_dn": "cn=console,dc=example,dc=com",
		"base_dn": "dc=example,dc=com",
	}}
}

// args are the arguments of the command line that fill the form in, with changes: pairs of field and value.
func (d directory) args(changes ...string) []string {
	args := []string{"--manifest", d.path, "--secret", "password=env:SECRET"}
	for i := 0; i < len(changes); i += 2 {
		args = append(args, "--set", changes[i]+"="+changes[i+1])
	}
	for field, value := range d.values {
		if !slices.Contains(changes, field) {
			args = append(args, "--set", field+"="+value)
		}
	}
	return args
}

// test runs the test and checks its finding; "" when there is to be none.
func (d directory) test(t *testing.T, code string, changes ...string) shared.TestReport {
	t.Helper()
	report := verdict(t, harness(t, d.secret, append([]string{"test", "--json"}, d.args(changes...)...)...))
	codes := []string{}
	for _, said := range report.Diagnostics {
		codes = append(codes, said.Code)
	}
	if strings.Join(codes, " ") != code {
		t.Errorf("%v: the findings are %+v instead of %q", changes, report.Diagnostics, code)
	}
	return report
}

// TestDirectory tries a real OpenLDAP server in each way that it can be reached, and with what is usually wrong.
func TestDirectory(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server := startSlapd(t, authority, "")
	d := newDirectory(t, server)
	ca := "@" + server.ca
	for _, reached := range [][]string{
		{},
		{"encryption", "starttls", "ca", ca},
		{"servers", server.ldaps, "encryption", "ldaps", "ca", ca},
		{"servers", strings.Replace(server.ldaps, "127.0.0.1", "localhost", 1), "encryption", "ldaps", "ca", ca},
	} {
		report := d.test(t, "", reached...)
		last := report.Steps[len(report.Steps)-1]
		if report.Status != shared.StatusPassed || last.ID != "search" || last.Detail != "3 found" {
			t.Errorf("%v: %+v", reached, report)
		}
	}
	closed := "127.0.0.1:" + strconv.Itoa(ports.Free(t))
	for _, wrong := range []struct {
		code    string
		changes []string
	}{
		{"connection_refused", []string{"servers", closed}},
		{"host_not_found", []string{"servers", "ldap.invalid:636", "encryption", "ldaps"}},
		{"not_encrypted host_not_found", []string{"servers", "ldap.invalid:389"}},
		{"certificate_unknown_issuer", []string{"encryption", "starttls"}},
		{"certificate_unknown_issuer", []string{"servers", server.ldaps, "encryption", "ldaps"}},
		{"closed_unanswered", []string{"servers", server.ldaps}},
		{"tls_refused", []string{"encryption", "ldaps", "ca", ca}},
		{"invalid_credentials", []string{"bind_dn", "cn=nobody,dc=example,dc=com"}},
		{"size_limit_exceeded", []string{"size_limit", "2"}},
		{"server_size_limit", []string{"bind_dn", "cn=limited,dc=example,dc=com"}},
		{"referral", []string{"base_dn", "dc=elsewhere,dc=org"}},
		{"referral", []string{"base_dn", "ou=away,dc=example,dc=com"}},
		{"no_such_base", []string{"base_dn", "ou=nothing,dc=example,dc=com"}},
		{"no_such_base", []string{"base_dn", "ou=hidden,dc=example,dc=com"}},
		{"no_users", []string{"user_filter", "(objectClass=device)"}},
		{"anonymous_refused", []string{"bind_dn", ""}},
		{"connection_refused", []string{"servers", closed + "\n" + server.plain}},
	} {
		d.test(t, wrong.code, wrong.changes...)
	}
	d.secret = "wrong"
	d.test(t, "invalid_credentials")
}

// TestDirectoryRefuses tries servers that want more than they get.
func TestDirectoryRefuses(t *testing.T) {
	t.Parallel()
	plain := newDirectory(t, startSlapd(t, nil, "disallow bind_anon"))
	plain.test(t, "anonymous_refused", "bind_dn", "")
	plain.test(t, "starttls_not_offered", "encryption", "starttls")

	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server := startSlapd(t, authority, "security tls=1")
	strict := newDirectory(t, server)
	report := strict.test(t, "confidentiality_required")
	if fixes := report.Diagnostics[0].Fixes; len(fixes) != 1 || fixes[0].Values["encryption"].String() != "starttls" {
		t.Errorf("the fixes are %+v", fixes)
	}
	strict.test(t, "", "encryption", "starttls", "ca", "@"+server.ca)
}

// TestDirectoryActions asks the server for its base DNs and tries logins, through the host and the real process.
func TestDirectoryActions(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server := startSlapd(t, authority, "")
	h, err := host.Open(t.Context(), manifest(t, "ldap", "ldap-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	if _, err := h.Page().Schema(t.Context(), shared.SchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	draft := shared.Draft{
		Values: shared.Values{
			"servers": shared.List("127.0.0.1:"+strconv.Itoa(ports.Free(t)), server.plain), "encryption": shared.Text("none"),
			"bind_dn": shared.Text("cn=console,dc=example,dc=com"), "groups": shared.Boolean(true),
			"group_source": shared.Text("search"), "roles": shared.Map(map[string]string{
				"cn=admins,ou=groups,dc=example,dc=com": "administrator", "cn=staff,ou=groups,dc=example,dc=com": "reader",
			}),
		},
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(slapdPassword)},
	}
	asked := runDirectoryAction(t, h, "find_base_dns", "", draft)
	options := asked.Result.Choices["base_dn"]
	if len(options) != 1 || options[0].Value != "dc=example,dc=com" || asked.Report.Status != shared.StatusWarning {
		t.Fatalf("the server has %+v", asked)
	}
	draft.Values["base_dn"] = asked.Result.Values["base_dn"]
	draft.Values["group_base_dn"] = shared.Text("ou=groups," + options[0].Value)
	draft.Values["servers"] = shared.List(server.plain)
	for _, one := range []struct{ user, password, code, roles string }{
		{"anna", slapdPassword, "", "administrator · reader"},
		{"bert", slapdPassword, "", "reader"},
		{"carla (it)", slapdPassword, "no_role", "none"},
		{"anna", "wrong", "invalid_credentials", "administrator · reader"},
		{"anna", "", "login_not_tried", "administrator · reader"},
		{"*", slapdPassword, "user_not_found", ""},
		{"nobody", slapdPassword, "user_not_found", ""},
	} {
		delete(draft.Secrets, "login_password")
		if one.password != "" {
			draft.Secrets["login_password"] = shared.ReplaceSecret(one.password)
		}
		done := runDirectoryAction(t, h, "test_login", one.user, draft)
		code, roles := "", ""
		for _, said := range done.Report.Diagnostics {
			code += said.Code
		}
		for _, card := range done.Report.Cards {
			roles = card.Facts[2].Value
		}
		if code != one.code || roles != one.roles {
			t.Errorf("%s with %q: %+v", one.user, one.password, done.Report)
		}
	}
}

func runDirectoryAction(
	t *testing.T, h *host.Host, action, user string, draft shared.Draft,
) (done shared.Completed) {
	t.Helper()
	request := shared.ActionRequest{Action: action, Draft: draft, Options: shared.Values{"user": shared.Text(user)}}
	err := h.ActionRunner().RunAction(t.Context(), request, func(event shared.TestEvent) error {
		if one, is := event.(shared.Completed); is {
			done = one
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestDirectoryConformance runs the suite of the contract over the real process and server.
func TestDirectoryConformance(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, startSlapd(t, nil, ""))
	r := harness(t, d.secret, append([]string{"conformance"}, d.args()...)...)
	if r.status != 0 || !strings.Contains(r.stdout, " rules kept, 0 broken") {
		t.Errorf("exit status %d\n%s\n%s", r.status, r.stdout, r.stderr)
	}
}
