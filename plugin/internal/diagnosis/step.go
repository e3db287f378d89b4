package diagnosis

import (
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// Label names a step for people.
func Label(step smtpconn.Step) string { return stepLabels[step] }

// Status is the result of a step as the contract names it.
func Status(result smtpconn.Result) shared.Status { return statuses[result] }

var statuses = map[smtpconn.Result]shared.Status{
	smtpconn.Passed: shared.StatusPassed, smtpconn.Noted: shared.StatusWarning,
	smtpconn.Failed: shared.StatusFailed, smtpconn.Skipped: shared.StatusSkipped,
}

var stepLabels = map[smtpconn.Step]string{
	smtpconn.StepResolve:   phrase.Of("Look up the name"),
	smtpconn.StepConnect:   phrase.Of("Connect"),
	smtpconn.StepTLS:       phrase.Of("Encrypt (TLS)"),
	smtpconn.StepGreeting:  phrase.Of("Greeting"),
	smtpconn.StepHello:     phrase.Of("Introduction (EHLO)"),
	smtpconn.StepStartTLS:  phrase.Of("Encrypt (STARTTLS)"),
	smtpconn.StepAuth:      phrase.Of("Log in"),
	smtpconn.StepSender:    phrase.Of("Sender"),
	smtpconn.StepRecipient: phrase.Of("Recipient"),
	smtpconn.StepMessage:   phrase.Of("Test e-mail"),
}
