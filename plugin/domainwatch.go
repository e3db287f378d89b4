package plugin

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/senderdomain"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// domainLook is what was found when the domain of the sender in force was looked at last. All processes of a database
// share it.
type domainLook struct {
	senderdomain.Question

	// At is when Rows were found; zero when they were not yet.
	At   time.Time          `json:"at,omitzero"`
	Rows []senderdomain.Row `json:"rows,omitempty"`
	// Next is when it is looked again. Who looks moves it on first, so that no other process does.
	Next time.Time `json:"next,omitzero"`
}

const (
	// domainEvery is how often it is looked: records change seldom.
	domainEvery = 24 * time.Hour
	// domainAgain is after how long it is looked again when the name servers have not answered.
	domainAgain = time.Hour
	// domainClaim is for how long a process that has begun to look is waited for.
	domainClaim = time.Minute
)

// domainPolicy is how often it is looked, and how often that is looked for.
type domainPolicy struct{ every, tick time.Duration }

// newDomainPolicy looks once a day, or each fourth time that the server is tried, where that is more often.
func newDomainPolicy(verifyEvery time.Duration) domainPolicy {
	return domainPolicy{
		every: min(domainEvery, 4*verifyEvery), tick: min(time.Minute, max(verifyEvery/4, 200*time.Millisecond)),
	}
}

// due reports whether a question is to be asked now.
func (l domainLook) due(question senderdomain.Question, now time.Time) bool {
	switch {
	case l.Question != question:
		return true
	case question.Domain == "":
		return false
	}
	return !now.Before(l.Next) || l.Next.Sub(now) > domainEvery // From before the clock was set back.
}

// begun is what is written down before it is looked.
func (l domainLook) begun(question senderdomain.Question, now time.Time) domainLook {
	if l.Question != question {
		l = domainLook{Question: question}
	}
	if question.Domain != "" {
		l.Next = now.Add(domainClaim)
	}
	return l
}

// found is what is known afterwards. What nobody has answered is no news of what is known.
func (l domainLook) found(rows []senderdomain.Row, now time.Time, every time.Duration) domainLook {
	answered := slices.ContainsFunc(rows, func(row senderdomain.Row) bool {
		return row.Code != "not_answered" && row.Topic != senderdomain.DKIM
	})
	l.Next = now.Add(every)
	if !answered {
		l.Next = now.Add(min(every, domainAgain))
	}
	if answered || l.At.IsZero() {
		l.Rows, l.At = rows, now
	}
	return l
}

// isWrong reports whether something is wrong for certain.
func (l domainLook) isWrong() bool { return senderdomain.Worst(l.Rows) == senderdomain.Wrong }

// watchDomain looks regularly at the sender's domain, in one process of a database, until ctx ends. With "0" for
// verify_every nothing is looked at.
func (p *Page) watchDomain(ctx context.Context) {
	verify := p.healthPolicy().Every
	if verify <= 0 {
		return
	}
	policy, failed := newDomainPolicy(verify), ""
	for ticker := time.NewTicker(policy.tick); ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			ticker.Stop()
			return
		}
		said := ""
		if err := p.lookAtDomain(ctx, policy); err != nil && ctx.Err() == nil {
			said = err.Error()
		}
		if said != "" && said != failed {
			p.logger.Warn("the sender's domain cannot be looked at at the moment; it is tried again", "error", said)
		}
		failed = said
	}
}

// lookAtDomain looks at the sender's domain when it is time to.
func (p *Page) lookAtDomain(ctx context.Context, policy domainPolicy) error {
	if delivers, _ := p.notifications.Delivers(); !delivers {
		return nil
	}
	state, err := p.store.Current(ctx)
	if err != nil {
		return err
	}
	question := domainQuestion(p.settingsOf(state.Revision))
	stored, known, err := readDomainLook(ctx, p.store)
	if err != nil {
		return err
	}
	now, err := p.store.Clock(ctx)
	if err != nil || !known.due(question, now) {
		return err
	}
	claim := known.begun(question, now)
	claimed, written, err := writeDomainLook(ctx, p.store, stored, claim)
	if err != nil || !written || question.Domain == "" {
		return err
	}
	next := claim.found(senderdomain.Check(ctx, p.resolver(), question), now, policy.every)
	if ctx.Err() != nil { // The answers may be missing because of that.
		return nil
	}
	if _, written, err = writeDomainLook(ctx, p.store, claimed, next); err == nil && written && next.isWrong() &&
		!known.isWrong() {
		p.logger.Warn("something about the sender's domain is wrong; the page of the settings says what")
	}
	return err
}

// domainQuestion is what is asked about the sender of settings.
func domainQuestion(s settings.Settings) senderdomain.Question {
	at := strings.LastIndexByte(s.Sender.Address, '@')
	if at < 0 {
		return senderdomain.Question{}
	}
	return senderdomain.Question{Domain: s.Sender.Address[at+1:], Server: s.Server}
}

// readDomainLook returns what is known, and how it is stored. What cannot be understood is as good as nothing.
func readDomainLook(ctx context.Context, database *store.Store) (stored string, known domainLook, err error) {
	stored, err = database.StateText(ctx, store.StateDomain)
	if err == nil && stored != "" && json.Unmarshal([]byte(stored), &known) != nil {
		known = domainLook{}
	}
	return stored, known, err
}

// writeDomainLook stores what is known, and returns how. It is not written when others have written meanwhile.
func writeDomainLook(
	ctx context.Context, database *store.Store, before string, next domainLook,
) (stored string, written bool, err error) {
	encoded, err := json.Marshal(next)
	if err != nil {
		return "", false, err
	}
	stored = string(encoded)
	written, err = database.SwapState(ctx, store.StateDomain, before, stored)
	return stored, written, err
}

// watched is what is known of the sender's domain.
func (p *Page) watched(ctx context.Context, reader text.Language) ([]shared.Watched, error) {
	_, known, err := readDomainLook(ctx, p.store)
	if err != nil || known.At.IsZero() {
		return nil, err
	}
	return []shared.Watched{{
		Name: "sender_domain", Action: settings.CheckDomain, At: known.At,
		Card: reportOf(known.Domain, known.Rows).Cards[0].In(reader),
	}}, nil
}
