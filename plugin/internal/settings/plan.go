package settings

import (
	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// planned are the steps of a test over an encrypted connection, and what is known after each.
var planned = []struct {
	step  smtpconn.Step
	tells text.Message
}{
	{smtpconn.StepResolve, "and every address behind it"},
	{smtpconn.StepConnect, "if not: which ports do answer"},
	{smtpconn.StepTLS, "with the certificate and its expiry"},
	{smtpconn.StepGreeting, "who answers, and how fast"},
	{smtpconn.StepHello, "what the server offers"},
	{smtpconn.StepAuth, "one attempt, never a second"},
	{smtpconn.StepSender, "may this login send as you?"},
	{smtpconn.StepRecipient, "checked without sending"},
}

// planIn announces the steps of a test in the reader's language.
func planIn(reader text.Language) (plan []shared.PlannedStep) {
	for _, one := range planned {
		plan = append(plan, shared.PlannedStep{
			ID: string(one.step), Label: reader.Render(diagnosis.Label(one.step)), Detail: reader.Message(one.tells),
		})
	}
	return plan
}
