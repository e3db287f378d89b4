package diagnosis

import (
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Label names a step for people.
func Label(step smtpconn.Step) text.Text { return stepLabels[step] }

// Status is the result of a step as the contract names it.
func Status(result smtpconn.Result) shared.Status { return statuses[result] }

var statuses = map[smtpconn.Result]shared.Status{
	smtpconn.Passed: shared.StatusPassed, smtpconn.Noted: shared.StatusWarning,
	smtpconn.Failed: shared.StatusFailed, smtpconn.Skipped: shared.StatusSkipped,
}

var stepLabels = map[smtpconn.Step]text.Text{
	smtpconn.StepToken:     text.Of("Access token"),
	smtpconn.StepResolve:   text.Of("Look up the name"),
	smtpconn.StepConnect:   text.Of("Connect"),
	smtpconn.StepTLS:       text.Of("Encrypt (TLS)"),
	smtpconn.StepGreeting:  text.Of("Greeting"),
	smtpconn.StepHello:     text.Of("Introduction (EHLO)"),
	smtpconn.StepStartTLS:  text.Of("Encrypt (STARTTLS)"),
	smtpconn.StepAuth:      text.Of("Log in"),
	smtpconn.StepSender:    text.Of("Sender"),
	smtpconn.StepRecipient: text.Of("Recipient"),
	smtpconn.StepMessage:   text.Of("Test e-mail"),
}
