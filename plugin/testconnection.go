package plugin

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify"
	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Test tries the draft out against the server that it names.
func (p *Page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	reader := language.Of(request.Locale)
	// A step that cannot be reported is no reason to stop the test; a caller that is gone cancels ctx.
	watch := probe.Watch{
		Started: func(id string, label text.Text) { _ = send(shared.StepStarted{ID: id, Label: reader.Render(label)}) },
		Progress: func(id string, label, detail text.Text) {
			_ = send(shared.StepProgress{ID: id, Label: reader.Render(label), Detail: reader.Render(detail)})
		},
		Finished: func(step finding.Step) { _ = send(shared.StepFinished{StepResult: step.In(reader)}) },
	}
	report, err := p.test(ctx, request, watch)
	if err != nil {
		return err
	}
	return send(shared.Completed{Report: report.In(reader)})
}

func (p *Page) test(ctx context.Context, request shared.TestRequest, watch probe.Watch) (finding.Report, error) {
	request.Options = settings.ReadOptions(request.Options)
	bound, err := p.bind(ctx, request.Draft)
	if err != nil {
		return finding.Report{}, err
	}
	problems := append(bound.found, bound.checkOptions(request)...)
	if problems.HasErrors() {
		return invalid(problems), nil
	}
	plan, err := bound.plan(ctx, request)
	if err != nil {
		p.logger.Error("a stored secret cannot be opened", "error", err)
		return invalid(finding.Findings{unusableSecret(bound)}), nil
	}
	report, failure := probe.Run(ctx, plan, watch)
	report.Findings = p.withoutLockedFixes(report.Findings)
	if failure != nil {
		report.Findings = append(report.Findings, settings.Oddities(problems)...)
		report.Findings = append(report.Findings, problems.ForField(settings.OAuthGrant)...) // They are warnings.
	}
	switch {
	case failure == nil:
		p.rememberVerified(ctx, request, bound)
	case report.Outcome == string(diagnosis.LoginFailed) && refusesCredentials(failure):
		p.tested.rememberRefused(plan.Target, time.Now())
	}
	return report, nil
}

// notOfCredentials are replies to AUTH that mean the command, its mechanism or the connection, not what it was given
// (RFC 4954 section 6).
var notOfCredentials = []int{500, 502, 503, 504, 523, 538}

// refusesCredentials reports whether a server has looked at the credentials and refused them for good.
func refusesCredentials(failure *smtpconn.Error) bool {
	if failure.Step == smtpconn.StepToken {
		return failure.Kind == smtpconn.KindNoToken
	}
	return failure.Step == smtpconn.StepAuth && failure.Reply != nil && failure.Reply.Code/100 == 5 &&
		!slices.Contains(notOfCredentials, failure.Reply.Code)
}

// checkOptions says what is wrong with the options of a test, or not allowed.
func (b *boundDraft) checkOptions(request shared.TestRequest) finding.Findings {
	found := settings.OptionViolations(request.Options)
	if found.HasErrors() || b.found.HasErrors() {
		return found
	}
	found = append(found, b.checkRecipient(b.recipient(request), b.sendsMessage(request))...)
	if b.sendsMessage(request) && !found.HasErrors() {
		found = append(found, b.page.checkAllowance(request.Actor, time.Now())...)
	}
	return found
}

// sendsMessage reports whether the test sends an e-mail.
func (b *boundDraft) sendsMessage(request shared.TestRequest) bool {
	wanted, _ := request.Options[settings.SendMessage].AsBoolean()
	return wanted
}

// recipient is whom a test names: the given one, or else the sender itself.
func (b *boundDraft) recipient(request shared.TestRequest) string {
	if given, _ := request.Options[settings.Recipient].AsText(); given != "" {
		return given
	}
	return b.settings.Sender.Address
}

// target is the draft as a target, with the secret that it logs in with.
func (b *boundDraft) target(ctx context.Context) (smtpconn.Target, error) {
	var secret shared.SecretText
	var err error
	if field := b.settings.SecretField(); field != "" {
		if secret, err = b.secret(ctx, field); err != nil {
			return smtpconn.Target{}, err
		}
	}
	target := b.settings.Target(secret, secret)
	target.Permit = b.page.egress.Permit
	switch {
	case b.settings.WantsSignIn():
		target.Tokens, err = b.tokensOfGrant(ctx, secret)
	case b.settings.WantsApplication():
		target.Tokens, err = b.page.tokenSource(b.settings, secret)
	}
	return target, err
}

// refusedBefore warns of credentials that the server has refused not long ago.
func (b *boundDraft) refusedBefore(ctx context.Context) finding.Findings {
	target, err := b.target(ctx)
	if err != nil {
		return nil // Test says what is wrong with the secret.
	}
	return b.page.tested.warning(target, time.Now())
}

// plan is the draft as a test.
func (b *boundDraft) plan(ctx context.Context, request shared.TestRequest) (probe.Plan, error) {
	target, err := b.target(ctx)
	if err != nil {
		return probe.Plan{}, err
	}
	recipient := b.recipient(request)
	plan := probe.Plan{
		Target:      target,
		Envelope:    smtpconn.Envelope{Sender: b.settings.Sender.Address, Recipient: recipient},
		SenderField: b.settings.SenderField(),
		ShownFields: b.settings.ShownFields(),
		TimeLimit:   b.settings.TimeLimit,
	}
	if b.settings.NamesSecret() && b.namesUnsaved() {
		b.page.logger.Info("a test uses a password that was named for a destination that is not saved",
			"actor", request.Actor, "reference", b.settings.PasswordReference, "server", b.settings.Server, "port",
			b.settings.Port)
	}
	if b.sendsMessage(request) {
		plan.Message, err = notify.Compose(testMessage(language.Of(request.Locale), b.settings, recipient, request.Actor))
	}
	return plan, err
}

// invalid is the verdict on a draft that cannot be tested.
func invalid(problems finding.Findings) finding.Report {
	return finding.Report{
		Outcome: string(diagnosis.Failed), Headline: diagnosis.Failed.Headline(), Status: shared.StatusFailed,
		Findings: problems,
	}
}

func unusableSecret(b *boundDraft) finding.Finding {
	if field := b.settings.SecretField(); field != "" {
		return unreadable(field)
	}
	return unreadable(settings.Password)
}

func unreadable(field string) finding.Finding {
	return finding.Finding{
		Severity: shared.SeverityError, Code: "secret_unreadable", Field: field,
		Summary: text.Of("The stored secret of “{field}” cannot be opened.", "field", settings.Label(field)),
		Detail:  text.Of("The key has changed or the database was copied without it. Enter the secret again and save."),
	}
}

// rememberVerified keeps what was tested. That it cannot be kept is no reason to fail a test that passed.
func (p *Page) rememberVerified(ctx context.Context, request shared.TestRequest, bound *boundDraft) {
	document := store.Document{Values: bound.stored, Secrets: map[string]store.SealedSecret{}}
	for name, sealed := range bound.base.Revision.Document.Secrets {
		if bound.draft.Secrets[name].Action == shared.SecretKeep {
			document.Secrets[name] = sealed
		}
	}
	for name, change := range bound.draft.Secrets {
		if change.Action == shared.SecretReplace {
			p.tested.rememberPassed(name, change.Text, bound.destination(name))
		}
	}
	tested := p.snapshot(store.State{Revision: store.Revision{Document: document}})
	p.setVerified(ctx, store.Verification{
		At: time.Now().UTC(), Actor: request.Actor, Revision: bound.base.Revision.Number, Values: p.comparedValues(tested),
	})
}

func (p *Page) setVerified(ctx context.Context, verification store.Verification) {
	if err := p.store.SetVerified(ctx, verification); err != nil {
		p.logger.Warn("the last verification could not be kept", "error", err)
	}
}

// confirmVerified recognises secrets that were saved as those with which the last test passed.
func (p *Page) confirmVerified(ctx context.Context, bound *boundDraft, saved *shared.Snapshot) {
	if bound.base.Verified == nil {
		return
	}
	verification := *bound.base.Verified
	verification.Values = maps.Clone(verification.Values)
	now := p.comparedValues(*saved)
	confirmed := false
	for name, change := range bound.draft.Secrets {
		if change.Action == shared.SecretReplace && p.tested.hasPassed(name, change.Text, bound.destination(name)) {
			verification.Values[name], confirmed = now[name], true
		}
	}
	if !confirmed {
		return
	}
	verification.Revision = saved.Revision.Number
	p.setVerified(ctx, verification)
	saved.Verified = &shared.Verification{
		At: verification.At, Actor: verification.Actor, Revision: verification.Revision,
		Changed: changedSince(verification.Values, now),
	}
}
