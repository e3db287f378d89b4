package settingstest_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// memoryRevision is what a memoryPage has saved once.
type memoryRevision struct {
	shared.RevisionEntry
	values shared.Values
	secret string
}

// record makes the next revision. What it is made from is checked already.
func (p *memoryPage) record(actor string, values shared.Values, secret string, restored int64) {
	next := shared.Revision{Number: p.snapshot.Revision.Number + 1, Author: actor, At: time.Now()}
	entry := shared.RevisionEntry{Revision: next, RestoredFrom: restored}
	for field := range p.schema.Fields() {
		if before, after := p.snapshot.Values[field.Name], values[field.Name]; before != after {
			entry.Changes = append(entry.Changes, shared.Change{Field: field.Name, Before: before, After: after})
		}
	}
	p.secret = secret
	p.snapshot.Values, p.snapshot.Revision = values, next
	p.snapshot.Secrets = map[string]shared.SecretState{"token": {Set: secret != ""}}
	p.revisions = append(p.revisions, memoryRevision{entry, values, secret})
}

// Revisions lists what was saved.
func (p *memoryPage) Revisions(_ context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list shared.RevisionList
	for _, one := range slices.Backward(p.revisions) {
		switch {
		case request.Before != 0 && one.Number >= request.Before:
		case len(list.Entries) == request.Bounded():
			list.More = true
		default:
			list.Entries = append(list.Entries, one.RevisionEntry)
		}
	}
	return list, nil
}

// Restore brings a revision back.
func (p *memoryPage) Restore(_ context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.revisions, func(one memoryRevision) bool { return one.Number == request.Number })
	switch {
	case request.Revision != p.snapshot.Revision.Number:
		return shared.SaveResult{Conflict: true, Snapshot: p.copy()}, nil
	case i < 0:
		return shared.SaveResult{}, errors.New("there is no such revision")
	case p.ask != "" && request.Confirmed != p.ask:
		return shared.SaveResult{Confirm: p.ask, Snapshot: p.copy()}, nil
	}
	p.record(request.Actor, p.revisions[i].values, p.revisions[i].secret, request.Number)
	return shared.SaveResult{Saved: true, Snapshot: p.copy()}, nil
}

// Purge has nothing to remove.
func (p *memoryPage) Purge(context.Context, shared.PurgeRequest) (shared.PurgeResult, error) {
	return shared.PurgeResult{}, nil
}

func (p *wrongPage) Revisions(ctx context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
	if p.revisions != nil {
		return p.revisions(ctx, request)
	}
	return p.SettingsPage.(shared.SettingsHistory).Revisions(ctx, request)
}

func (p *wrongPage) Restore(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	if p.restore != nil {
		return p.restore(ctx, request)
	}
	return p.SettingsPage.(shared.SettingsHistory).Restore(ctx, request)
}

func (p *wrongPage) Purge(ctx context.Context, request shared.PurgeRequest) (shared.PurgeResult, error) {
	return p.SettingsPage.(shared.SettingsHistory).Purge(ctx, request)
}

// wrongList changes what the history lists.
func wrongList(change func(*shared.RevisionList)) breaker {
	return func(page *wrongPage, good *memoryPage) {
		page.revisions = func(ctx context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
			list, err := good.Revisions(ctx, request)
			if len(list.Entries) > 0 {
				change(&list)
			}
			return list, err
		}
	}
}

// wrongRestore changes the request or the result of a restore.
func wrongRestore(before func(*memoryPage, *shared.RestoreRequest), after func(*shared.SaveResult)) breaker {
	return func(page *wrongPage, good *memoryPage) {
		page.restore = func(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
			if before != nil {
				before(good, &request)
			}
			result, err := good.Restore(ctx, request)
			if after != nil {
				after(&result)
			}
			return result, err
		}
	}
}

// wrongHistories break the rules about the history.
var wrongHistories = map[string][]breaker{
	"history/revisions": {
		wrongList(func(list *shared.RevisionList) { slices.Reverse(list.Entries) }),
		wrongList(func(list *shared.RevisionList) { list.Entries[0].Author = "" }),
		wrongList(func(list *shared.RevisionList) { list.Entries = list.Entries[1:] }),
		wrongList(func(list *shared.RevisionList) { list.Entries[0].Changes = nil }),
		wrongList(func(list *shared.RevisionList) {
			for i := range list.Entries[0].Changes {
				list.Entries[0].Changes[i].After = shared.Value{}
			}
		}),
		func(page *wrongPage, good *memoryPage) {
			page.revisions = func(ctx context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
				request.Before = 0
				return good.Revisions(ctx, request)
			}
		},
		func(page *wrongPage, good *memoryPage) {
			page.revisions = func(ctx context.Context, request shared.RevisionsRequest) (shared.RevisionList, error) {
				request.Limit = 0
				return good.Revisions(ctx, request)
			}
		},
	},
	"history/restore": {
		wrongRestore(func(good *memoryPage, r *shared.RestoreRequest) { r.Revision = good.revision() }, nil),
		wrongRestore(func(_ *memoryPage, r *shared.RestoreRequest) { r.Number++ }, nil),
		wrongRestore(func(_ *memoryPage, r *shared.RestoreRequest) { r.Actor = "" }, nil),
		wrongRestore(nil, func(r *shared.SaveResult) { r.Conflict = false }),
		wrongRestore(nil, func(r *shared.SaveResult) { r.Saved = false }),
		wrongList(func(list *shared.RevisionList) { list.Entries[0].RestoredFrom = 0 }),
	},
	"history/confirm": {
		asking(wrongRestore(func(good *memoryPage, r *shared.RestoreRequest) { r.Confirmed = good.ask }, nil)),
		asking(wrongRestore(func(good *memoryPage, r *shared.RestoreRequest) {
			if r.Confirmed != "" {
				r.Confirmed = good.ask
			}
		}, nil)),
		asking(wrongRestore(func(_ *memoryPage, r *shared.RestoreRequest) { r.Confirmed = "" }, nil)),
		asking(func(page *wrongPage, good *memoryPage) {
			page.restore = func(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
				result, err := good.Restore(ctx, request)
				if result.Confirm != "" {
					saveSomething(good)
				}
				return result, err
			}
		}),
	},
}
