package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// operateDone is what was done to notifications.
type operateDone struct {
	shared.OperateReport
	// Unknown are the ids of which there is no notification.
	Unknown []string `json:"unknown,omitempty"`
	// Entries are how the notifications of the ids are now, but for those that were forgotten.
	Entries []shared.NotificationEntry `json:"entries,omitempty"`
}

func (d operateDone) result() result {
	return result{document: d, text: func(out io.Writer) {
		if len(d.Entries) > 0 {
			printNotifications(out, shared.NotificationList{Entries: d.Entries})
		}
		fmt.Fprintf(out, "%d of %d notifications were changed.\n", d.Changed, d.Matched)
	}}
}

// operateWork does an operation with the notifications of ids.
type operateWork struct {
	notifier shared.Notifier
	operator shared.NotificationOperator
	kind     operateCommand
	request  shared.OperateRequest
	locale   string
	done     operateDone
}

// operateOnIDs does an operation with the notifications of the ids on the command line, some at a time. An id of which
// there is none keeps it from none of the others, and what was done before an error is told beside it.
func (w *operateWork) operateOnIDs(ctx context.Context, given []string) (result, error) {
	var ids []string
	seen := map[string]bool{}
	for _, id := range given {
		if !seen[id] {
			ids = append(ids, id)
		}
		seen[id] = true
	}
	for some := range slices.Chunk(ids, shared.MaxListedIDs) {
		if err := w.operate(ctx, some); err != nil {
			if w.done.Matched == 0 {
				return result{}, err
			}
			told := w.done.result()
			told.err = err
			return told, nil
		}
	}
	told := w.done.result()
	if unknown := w.done.Unknown; len(unknown) > 0 {
		told.err = usagef("there is no notification %s; testharness list shows them", strings.Join(unknown, ", "))
	}
	if w.done.Matched == 0 {
		told.text = func(io.Writer) {}
	}
	return told, nil
}

// operate does it with those of at most MaxListedIDs ids.
func (w *operateWork) operate(ctx context.Context, ids []string) error {
	before, err := w.entries(ctx, ids)
	if err != nil {
		return err
	}
	var known []string
	for _, id := range ids {
		if _, there := before[id]; there {
			known = append(known, id)
		} else {
			w.done.Unknown = append(w.done.Unknown, id)
		}
	}
	if len(known) == 0 {
		return nil
	}
	w.request.IDs = known
	report, err := w.operator.Operate(ctx, w.request)
	if errors.Is(err, shared.ErrUnsupported) && w.kind.one != nil {
		return w.oneByOne(ctx, known, before)
	}
	if err != nil {
		return err
	}
	w.done.Matched, w.done.Changed = w.done.Matched+report.Matched, w.done.Changed+report.Changed
	after, err := w.entries(ctx, known)
	for _, id := range known {
		if entry, there := after[id]; there {
			w.done.Entries = append(w.done.Entries, entry)
		}
	}
	return err
}

// oneByOne does it where the service takes one notification at a time.
func (w *operateWork) oneByOne(
	ctx context.Context, known []string, before map[string]shared.NotificationEntry,
) error {
	for _, id := range known {
		entry, err := w.kind.one(w.notifier, ctx, shared.NotificationRequest{Actor: w.request.Actor, ID: id})
		if err != nil {
			return err
		}
		w.done.Matched++
		if !reflect.DeepEqual(entry, before[id]) {
			w.done.Changed++
		}
		w.done.Entries = append(w.done.Entries, entry)
	}
	return nil
}

// entries returns the notifications of the ids. What cannot be an id is that of none.
func (w *operateWork) entries(ctx context.Context, ids []string) (map[string]shared.NotificationEntry, error) {
	found := map[string]shared.NotificationEntry{}
	list, err := w.notifier.List(ctx, shared.ListRequest{
		Locale: w.locale, Limit: shared.MaxListedIDs, NotificationFilter: shared.NotificationFilter{IDs: ids},
	})
	switch {
	case errors.Is(err, shared.ErrInvalidRequest) && len(ids) == 1:
		return found, nil
	case errors.Is(err, shared.ErrInvalidRequest):
		half := len(ids) / 2
		for _, some := range [][]string{ids[:half], ids[half:]} {
			more, err := w.entries(ctx, some)
			if err != nil {
				return nil, err
			}
			maps.Copy(found, more)
		}
		return found, nil
	}
	for _, entry := range list.Entries {
		found[entry.ID] = entry
	}
	return found, err
}
