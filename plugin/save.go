package plugin

import (
	"context"
	"errors"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Save validates the draft and makes it the next revision. Nothing is saved when the draft was made from another
// revision than the newest, or when it is not valid; the result says so.
func (p *Page) Save(ctx context.Context, request shared.SaveRequest) (shared.SaveResult, error) {
	result, err := untilStored(func() (saved, error) { return p.save(ctx, request) })
	return result.in(language.Of(request.Locale)), err
}

// save is one attempt to save the draft over what is stored now. What an older version has stored is taken over before,
// and only for a draft that will be saved: such a version may still deliver, and could not open it any more.
func (p *Page) save(ctx context.Context, request shared.SaveRequest) (saved, error) {
	bound, refused, err := p.bindToSave(ctx, request)
	if err == nil && refused == nil {
		p.takeOverIfPossible(ctx) // It may have waited for an older version to end.
		bound, refused, err = p.bindToSave(ctx, request)
	}
	switch {
	case err != nil:
		return saved{}, err
	case refused != nil:
		return *refused, nil
	}
	now := time.Now()
	if first, err := bound.useTicket(ctx, now); err != nil || !first {
		return p.refused(bound.base, finding.Findings{usedTicket()}), err
	}
	result, err := p.sealAndAppend(ctx, bound, request.Actor, now)
	if err != nil || !result.Saved {
		bound.returnTicket(ctx)
	}
	if errors.Is(err, secret.ErrCannotOpen) {
		p.logger.Error("a stored secret cannot be opened", "error", err)
		return p.refused(bound.base, finding.Findings{unusableSecret(bound)}), nil
	}
	if err == nil && result.Saved {
		result.found = bound.found
		p.confirmVerified(ctx, bound, &result.Snapshot)
		if state, err := p.store.Current(ctx); err == nil {
			_ = p.describeGrant(ctx, state, &result.Snapshot)
		}
	}
	return result, err
}

// bindToSave binds the draft. refused is why it is not to be saved; nil where it is.
func (p *Page) bindToSave(ctx context.Context, request shared.SaveRequest) (_ *boundDraft, refused *saved, _ error) {
	bound, err := p.bind(ctx, request.Draft)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case bound.base.Revision.Number != request.Revision:
		conflict := p.conflict(bound.base)
		return bound, &conflict, nil
	case bound.found.HasErrors():
		refusal := p.refused(bound.base, bound.found)
		return bound, &refusal, nil
	}
	return bound, nil, nil
}

// sealAndAppend makes the draft the next revision. Between sealing and storing no new key takes the place of the one
// that was sealed with.
func (p *Page) sealAndAppend(ctx context.Context, bound *boundDraft, actor string, now time.Time) (saved, error) {
	defer p.sealing.Begin()()
	document, err := bound.document(ctx, now)
	if err != nil {
		return saved{}, err
	}
	return p.append(ctx, bound.base, document, actor, now)
}

// append makes the document the revision after base, unless there is one already.
func (p *Page) append(
	ctx context.Context, base store.State, document store.Document, actor string, now time.Time,
) (saved, error) {
	revision, err := p.store.Append(ctx, base.Revision, document, actor, now)
	switch {
	case errors.Is(err, store.ErrConflict):
		latest, err := p.store.Current(ctx)
		return p.conflict(latest), err
	case err != nil:
		return saved{}, err
	}
	p.notifications.SettingsChanged(ctx)
	p.logger.Info("settings saved", "revision", revision.Number, "actor", revision.Author,
		"restored_from", document.RestoredFrom)
	snapshot := p.snapshot(store.State{Revision: revision, Verified: base.Verified})
	return saved{SaveResult: shared.SaveResult{Saved: true, Snapshot: snapshot}}, nil
}

// untilStored repeats an attempt that found the secrets sealed under a new key since it read them.
func untilStored(attempt func() (saved, error)) (saved, error) {
	for {
		if result, err := attempt(); !errors.Is(err, store.ErrResealed) {
			return result, err
		}
	}
}

// saved is how a save ended, before its findings are written in the reader's language.
type saved struct {
	shared.SaveResult
	found finding.Findings
}

func (s saved) in(reader text.Language) shared.SaveResult {
	s.Diagnostics = s.found.In(reader)
	return s.SaveResult
}

// conflict is a save that another one was faster than: the state is what that one has stored.
func (p *Page) conflict(state store.State) saved {
	author := text.Plain(state.Revision.Author)
	if author.IsZero() {
		author = text.Of("another administrator")
	}
	result := p.refused(state, finding.Findings{{
		Severity: shared.SeverityError, Code: "revision_conflict",
		Summary: text.Of("The settings were saved by {author} in the meantime (revision {number}); yours were not saved.",
			"author", author, "number", state.Revision.Number),
		Detail: text.Of("Compare what is in force now with what you entered, and save again."),
	}})
	result.Conflict = true
	return result
}

// refused is a save that what was found stands in the way of.
func (p *Page) refused(base store.State, found finding.Findings) saved {
	return saved{SaveResult: shared.SaveResult{Snapshot: p.snapshot(base)}, found: found}
}
