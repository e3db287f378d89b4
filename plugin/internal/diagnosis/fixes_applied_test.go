package diagnosis_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestFixesLeadToValidSettings applies every fix that a failure can suggest to the settings that failed, whatever ports
// of the host answer: what one click writes into the form must be accepted, and a fix that gives up encryption is never
// the only one, nor the first.
func TestFixesLeadToValidSettings(t *testing.T) {
	applied := map[string]bool{}
	ports := []int{465, 587, 25, 2525}
	for open := range 1 << len(ports) {
		var answering []int
		for i, port := range ports {
			if open&(1<<i) != 0 {
				answering = append(answering, port)
			}
		}
		for _, failure := range failures() {
			for _, encrypt := range []bool{true, false} {
				for _, from := range append(ports, 2526) {
					checkFixes(t, failure, from, encrypt, answering, applied)
				}
			}
		}
	}
	for _, port := range ports {
		if !applied[fmt.Sprintf("Use port %d with SSL", port)] {
			t.Errorf("port %d is never offered with encryption: %v", port, applied)
		}
	}
	if applied["Use port 2525 without SSL"] || len(applied) < 7 {
		t.Errorf("the fixes are %v", applied)
	}
}

// checkFixes looks at the fixes of one failure and notes them among those that were applied.
func checkFixes(
	t *testing.T, failure *smtpconn.Error, from int, encrypt bool, answering []int, applied map[string]bool,
) {
	t.Helper()
	base := shared.Values{"server": shared.Text("mail.example"), "port": shared.Integer(int64(from)),
		"use_ssl": shared.Boolean(encrypt), "login": shared.Text("me@email.com")}
	_, found := diagnosis.Explain(failure, diagnosis.Circumstances{
		Target: smtpconn.Target{Host: "mail.example", Port: from, Encrypt: encrypt, Login: "me@email.com"},
		Looked: true, OpenPorts: answering, SenderField: "login",
	})
	encrypting := false
	for _, fix := range found.Fixes {
		draft := shared.Draft{Values: fix.Values}
		values := draft.Apply(base)
		if maps.Equal(values, base) {
			t.Errorf("%s, port %d, Use SSL %t: %q changes nothing", found.Code, from, encrypt, fix.Label)
		}
		if _, problems := settings.Bind(values, func(string) bool { return true }); problems.HasErrors() {
			t.Errorf("%s: the fix %q leads to %v", found.Code, fix.Label, problems)
		}
		encrypts := values["use_ssl"] == shared.Boolean(true)
		givesUp := fix.Values["use_ssl"] == shared.Boolean(false) || values["starttls"] == shared.Text("never")
		switch {
		case encrypt && (!encrypts || givesUp):
			t.Errorf("%s: %q gives up the encryption that was asked for", found.Code, fix.Label)
		case givesUp && !encrypting:
			t.Errorf("%s, ports %v: no fix that encrypts stands before %q", found.Code, answering, fix.Label)
		}
		encrypting = encrypting || encrypts
		applied[fix.Label.String()] = true
	}
}

// failures are one of each kind at each step, and the refusals that suggest something.
func failures() []*smtpconn.Error {
	var all []*smtpconn.Error
	for _, step := range []smtpconn.Step{
		smtpconn.StepConnect, smtpconn.StepTLS, smtpconn.StepGreeting, smtpconn.StepHello, smtpconn.StepStartTLS,
		smtpconn.StepAuth,
		smtpconn.StepSender,
	} {
		for _, kind := range []smtpconn.Kind{
			smtpconn.KindTimeout, smtpconn.KindConnectionRefused, smtpconn.KindClosed, smtpconn.KindReset, smtpconn.KindNotSMTP,
			smtpconn.KindTLSInsteadOfPlain, smtpconn.KindPlainInsteadOfTLS, smtpconn.KindStartTLSMissing,
			smtpconn.KindTLSHandshake,
			smtpconn.KindNoCommonMechanism, smtpconn.KindPasswordNeedsTLS, smtpconn.KindUnexpectedBytes,
		} {
			all = append(all, &smtpconn.Error{Step: step, Kind: kind, Session: &smtpconn.Session{}})
		}
		for _, code := range []int{454, 502, 530, 538} {
			reply := smtpconn.NewReply(code, "", "Must issue a STARTTLS command first")
			all = append(all, &smtpconn.Error{
				Step: step, Kind: smtpconn.KindRefusedByReply, Reply: &reply, Session: &smtpconn.Session{},
			})
		}
	}
	notOffered := smtpconn.NewReply(530, "5.7.0", "Authentication required")
	return append(all, &smtpconn.Error{Step: smtpconn.StepRecipient, Kind: smtpconn.KindRefusedByReply, Reply: &notOffered,
		Session: &smtpconn.Session{Login: smtpconn.LoginNotOffered}})
}
