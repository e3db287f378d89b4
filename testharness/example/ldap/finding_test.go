package ldap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"

	"github.com/smtp-settings/smtp-settings/shared"
)

// finding is what a test or an action is to say.
type finding struct{ step, code, field string }

// TestRefusals has a server say each thing that servers say, and each is told as what it means.
func TestRefusals(t *testing.T) {
	anonymous := shared.Values{"bind_dn": shared.Value{}}
	startTLS := shared.Values{"encryption": shared.Text("starttls")}
	users := []string{"uid=anna,dc=example,dc=com", "uid=bert,dc=example,dc=com"}
	for name, one := range map[string]struct {
		answers map[ber.Tag]answer
		values  shared.Values
		want    finding
	}{
		"repeats the password": {map[ber.Tag]answer{opBind: {code: 49, message: "wrong: " + password}}, nil,
			finding{"bind", "invalid_credentials", "bind_dn"}},
		"credentials": {on(opBind, 49), nil, finding{"bind", "invalid_credentials", "bind_dn"}},
		"confidential bind": {
			on(opBind, 13), nil, finding{"bind", "confidentiality_required", "encryption"}},
		"strong authentication": {on(opBind, 8), nil, finding{"bind", "confidentiality_required", "encryption"}},
		"no password login":     {on(opBind, 48), nil, finding{"bind", "no_password_login", "bind_dn"}},
		"no anonymous bind":     {on(opBind, 48), anonymous, finding{"bind", "anonymous_refused", "bind_dn"}},
		"anonymous cannot search": {
			on(opSearch, 1), anonymous, finding{"search", "anonymous_refused", "bind_dn"}},
		"anonymous may not search": {on(opSearch, 50), anonymous, finding{"search", "anonymous_refused", "bind_dn"}},
		"DN":                       {on(opBind, 34), nil, finding{"bind", "invalid_dn", "bind_dn"}},
		"busy":                     {on(opBind, 51), nil, finding{"bind", "server_busy", "servers"}},
		"unwilling":                {on(opBind, 53), nil, finding{"bind", "unwilling", "bind_dn"}},
		"unknown":                  {on(opBind, 80), nil, finding{"bind", "refused", ""}},
		"base":                     {on(opSearch, 32), nil, finding{"search", "no_such_base", "base_dn"}},
		"access":                   {on(opSearch, 50), nil, finding{"search", "insufficient_access", "bind_dn"}},
		"time":                     {on(opSearch, 3), nil, finding{"search", "time_limit_exceeded", "time_limit"}},
		"work":                     {on(opSearch, 11), nil, finding{"search", "server_limit_exceeded", "user_filter"}},
		"referral":                 {on(opSearch, 10), nil, finding{"search", "referral", "servers"}},
		"size of the form": {map[ber.Tag]answer{opSearch: {code: 4, entries: users}},
			shared.Values{"size_limit": shared.Integer(2)}, finding{"search", "size_limit_exceeded", "size_limit"}},
		"size of the server": {map[ber.Tag]answer{opSearch: {code: 4, entries: users}}, nil,
			finding{"search", "server_size_limit", "user_filter"}},
		"nobody":                {nil, nil, finding{"search", "no_users", "user_filter"}},
		"no StartTLS":           {on(opExtended, 2), startTLS, finding{"tls", "starttls_not_offered", "encryption"}},
		"StartTLS without keys": {on(opExtended, 52), startTLS, finding{"tls", "starttls_not_offered", "encryption"}},
		"bind unanswered": {map[ber.Tag]answer{opBind: {silent: true}},
			shared.Values{"time_limit": shared.Text("1s")}, finding{"bind", "no_answer", "servers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			draft := valid(startServer(t, one.answers), one.values)
			one.want.check(t, runAction(t.Context(), t, newPage(t), "", draft))
		})
	}
}

func on(operation ber.Tag, code int) map[ber.Tag]answer {
	return map[ber.Tag]answer{operation: {
		code: code, message: "no\x1b[31m", matched: "dc=com", referral: "ldap://other.example/",
	}}
}

// check holds that the finding is there, has all that a person needs, and that what the server said is safe to show.
func (f finding) check(t *testing.T, done shared.Completed) {
	t.Helper()
	shown, err := json.Marshal(done)
	if err != nil || bytes.Contains(shown, []byte(password)) || bytes.Contains(shown, []byte(`\u001b`)) {
		t.Errorf("%v: %s", err, shown)
	}
	if len(done.Report.Diagnostics) != 1 {
		t.Fatalf("the findings are %+v", done.Report.Diagnostics)
	}
	said := done.Report.Diagnostics[0]
	if (finding{said.Step, said.Code, said.Field}) != f {
		t.Errorf("said %+v instead of %+v", said, f)
	}
	if said.Summary == "" || said.Detail == "" || done.Report.Status == shared.StatusPassed {
		t.Errorf("%+v", done.Report)
	}
}

// TestOtherServers meets what is no directory server, or none that is encrypted as the form says.
func TestOtherServers(t *testing.T) {
	closes := func(net.Conn) {}
	greets := func(conn net.Conn) {
		_, _ = conn.Write([]byte("220 mail.example ESMTP\r\n"))
		_, _ = conn.Read(make([]byte, 1000))
	}
	closesLater := func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1000)) }
	for name, one := range map[string]struct {
		serve      func(net.Conn)
		encryption string
		want       finding
	}{
		"closes":              {closes, "none", finding{"bind", "closed_unanswered", "encryption"}},
		"closes later":        {closesLater, "none", finding{"bind", "closed_unanswered", "encryption"}},
		"closes at StartTLS":  {closesLater, "starttls", finding{"tls", "closed_unanswered", "encryption"}},
		"closes at TLS":       {closesLater, "ldaps", finding{"tls", "tls_refused", "encryption"}},
		"mail server and TLS": {greets, "ldaps", finding{"tls", "tls_not_spoken", "encryption"}},
		"mail server":         {greets, "none", finding{"bind", "not_a_directory", "servers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			draft := valid(startRaw(t, one.serve), shared.Values{
				"encryption": shared.Text(one.encryption), "time_limit": shared.Text("1s"),
			})
			one.want.check(t, runAction(t.Context(), t, newPage(t), "", draft))
		})
	}
}

// TestSeveralServers has the others work when one does not: that is a warning, whichever it is.
func TestSeveralServers(t *testing.T) {
	works := startServer(t, map[ber.Tag]answer{opSearch: {
		entries: []string{"dc=example,dc=com"}, attribute: "namingContexts",
		values: []string{"dc=example,dc=com", "dc=other"},
	}})
	refuses := startServer(t, on(opBind, 49))
	for _, servers := range [][]string{{works, refuses}, {refuses, works}} {
		draft := valid("", shared.Values{"servers": shared.List(servers...)})
		done := runAction(t.Context(), t, newPage(t), "", draft)
		if done.Report.Status != shared.StatusWarning || done.Report.Headline != "1 of 2 servers can be used" {
			t.Errorf("%+v", done.Report)
		}
		seen := map[string]bool{}
		for _, step := range done.Report.Steps {
			if seen[step.ID] {
				t.Errorf("there are two steps %q", step.ID)
			}
			seen[step.ID] = true
		}
		delete(draft.Values, "base_dn") // Who asks for it has none.
		found := runAction(t.Context(), t, newPage(t), "find_base_dns", draft)
		if options := found.Result.Choices["base_dn"]; len(options) != 2 || options[1].Value != "dc=other" ||
			found.Report.Status == shared.StatusFailed {
			t.Errorf("%+v", found)
		}
	}
}

// TestLogin signs in as a user who is there, not there, or there twice.
func TestLogin(t *testing.T) {
	anna := "uid=anna,dc=example,dc=com"
	roles := shared.Values{"groups": shared.Boolean(true), "roles": shared.Map(map[string]string{
		"CN=Admins, dc=example,dc=com": "administrator",
	})}
	for name, one := range map[string]struct {
		search     answer
		typed      string
		code, says string
	}{
		"nobody":      {answer{}, "x", "user_not_found", "The login failed"},
		"two":         {answer{entries: []string{anna, "uid=anna,dc=other"}}, "x", "user_ambiguous", "The login failed"},
		"no password": {member(anna, "cn=admins,dc=example,dc=com"), "", "login_not_tried", "The user was found"},
		"no role":     {member(anna, "cn=others,dc=example,dc=com"), "x", "no_role", "The login works"},
		"works":       {member(anna, "cn=admins,dc=example,dc=com"), "x", "", "The login works"},
	} {
		draft := valid(startServer(t, map[ber.Tag]answer{opSearch: one.search}), roles)
		if one.typed != "" {
			draft.Secrets["login_password"] = shared.ReplaceSecret(one.typed)
		}
		done := runAction(t.Context(), t, newPage(t), "test_login", draft)
		code := ""
		for _, said := range done.Report.Diagnostics {
			code += said.Code
		}
		if code != one.code || done.Report.Headline != one.says {
			t.Errorf("%s: %+v", name, done.Report)
		}
		if name == "works" && done.Report.Cards[0].Facts[2].Value != "administrator" {
			t.Errorf("the card is %+v", done.Report.Cards)
		}
	}
}

func member(user, group string) answer {
	return answer{entries: []string{user}, attribute: "memberOf", values: []string{group}}
}

// TestCancel ends a test soon, wherever it is.
func TestCancel(t *testing.T) {
	for _, encryption := range []string{"none", "starttls", "ldaps"} {
		ctx, cancel := context.WithCancel(t.Context())
		server := startRaw(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1000))
			cancel()
			_, _ = conn.Read(make([]byte, 1000)) // until the page hangs up
		})
		began := time.Now()
		draft := valid(server, shared.Values{"encryption": shared.Text(encryption), "time_limit": shared.Text("2m")})
		done := runAction(ctx, t, newPage(t), "", draft)
		if took := time.Since(began); took > time.Minute || !strings.Contains(done.Report.Headline, "cannot be used") {
			t.Errorf("%s: after %s %+v", encryption, took, done.Report)
		}
	}
}
