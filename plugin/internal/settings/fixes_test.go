package settings_test

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestFixesLeadToValidSettings applies every fix that a failure can suggest to the settings that failed: what one click
// writes into the form must be accepted, and a fix that gives up encryption is never the only one.
func TestFixesLeadToValidSettings(t *testing.T) {
	schema := settings.SchemaIn(text.Language{})
	applied := map[string]bool{}
	for _, failure := range failures() {
		for _, encrypt := range []bool{true, false} {
			base := shared.Values{"server": shared.Text("mail.example"), "port": shared.Integer(2526),
				"use_ssl": shared.Boolean(encrypt),
				"login":   shared.Text("me@email.com")}
			_, found := diagnosis.Explain(failure, diagnosis.Circumstances{
				Target: smtpconn.Target{Host: "mail.example", Port: 2526, Encrypt: encrypt, Login: "me@email.com"},
				Looked: true, OpenPorts: []int{465, 587, 25, 2525}, SenderField: "login",
			})
			encrypting := 0
			for _, fix := range found.Fixes {
				draft := shared.Draft{Values: fix.Values}
				values := draft.Apply(base)
				if problems := schema.Validate(values, func(string) bool { return true }); problems.HasErrors() {
					t.Errorf("%s: the fix %q leads to %v", found.Code, fix.Label, problems)
				}
				if values["use_ssl"] == shared.Boolean(true) {
					encrypting++
				}
				applied[fix.Label.String()] = true
			}
			if encrypt && encrypting != len(found.Fixes) {
				t.Errorf("%s: a fix gives up the encryption that was asked for: %+v", found.Code, found.Fixes)
			}
			if len(found.Fixes) > 0 && encrypting == 0 {
				t.Errorf("%s: nothing but giving up encryption is offered: %+v", found.Code, found.Fixes)
			}
		}
	}
	if len(applied) < 6 {
		t.Errorf("only %d fixes were met: %v", len(applied), applied)
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
