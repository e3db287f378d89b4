package form

import (
	"net/http"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// choicePrefix is what the names of the controls begin with by which a conflict is settled, field by field.
const choicePrefix = "choice."

// theirs is the value of such a control for what was saved meanwhile.
const theirs = "theirs"

type conflict struct {
	Revision shared.Revision
	Fields   []conflictField
	// SecretsKept means that secrets that were typed still stand on the page.
	SecretsKept bool
}

// conflictField is a field of which there are two versions, beside what it was before both.
type conflictField struct {
	Name, Label           string
	Was, Yours, Theirs    text.Text
	YourValue, TheirValue shared.Values // for the script; empty for a secret
	Both                  bool          // both have changed it
	TakeTheirs            bool          // only they have
}

// newConflict shows the versions side by side; saving again is then a decision. What it was, the audit trail says.
func newConflict(schema shared.Schema, s submission, result shared.SaveResult, was before) *conflict {
	found := &conflict{Revision: result.Snapshot.Revision}
	withYours, withTheirs := schema.Evaluate(s.draft.Values), schema.Evaluate(result.Snapshot.Values)
	for field := range schema.Fields() {
		yours, given := s.draft.Values[field.Name]
		theirs := result.Snapshot.Values[field.Name]
		old, theyChanged := was.values[field.Name]
		one := conflictField{Name: field.Name, Label: field.Label}
		switch {
		case field.Sensitive && s.draft.Secrets[field.Name].Action != shared.SecretKeep:
			one.Was, one.Yours, one.Theirs = text.Of("not shown"), text.Of("changed"), text.Of("not shown")
			one.Both = was.secrets[field.Name]
		case given && yours != theirs && withYours.Effective(field.Name) != withTheirs.Effective(field.Name):
			one.Yours, one.Theirs = valueText(field, yours), valueText(field, theirs)
			one.YourValue = shared.Values{field.Name: yours}
			one.TheirValue = shared.Values{field.Name: theirs}
			switch {
			case theyChanged:
				one.Was = valueText(field, old)
				one.TakeTheirs, one.Both = old == yours, old != yours
			case was.known: // Only you have.
				one.Was = valueText(field, theirs)
			}
		default:
			continue
		}
		found.Fields = append(found.Fields, one)
	}
	return found
}

// before is what fields were that others have changed since a revision, and which secrets.
type before struct {
	known   bool
	values  shared.Values
	secrets map[string]bool
}

// beforeSince asks the audit trail what was in force at a revision, as far as it has changed since; known is its newest
// part, nil when it was not asked yet. Without an audit trail, or when it does not reach back so far, nothing is known.
func (h *handler) beforeSince(
	r *http.Request, schema shared.Schema, revision int64, known *shared.RevisionList,
) before {
	was := before{values: shared.Values{}, secrets: map[string]bool{}}
	trail := h.auditTrail()
	if trail == nil {
		return was
	}
	request := shared.RevisionsRequest{Locale: h.locale(r)}
	for {
		if known == nil {
			list, err := trail.Revisions(r.Context(), request)
			if err != nil {
				return before{}
			}
			known = &list
		}
		for _, entry := range known.Entries { // Newest first, so the oldest change has the last word.
			if request.Before = entry.Number; entry.Number <= revision {
				was.known = true
				return was
			}
			was.undo(schema, entry)
		}
		if !known.More || len(known.Entries) == 0 {
			was.known = revision == 0
			return was
		}
		known = nil
	}
}

func (b before) undo(schema shared.Schema, entry shared.RevisionEntry) {
	for _, change := range entry.Changes {
		field, declared := schema.Field(change.Field)
		switch {
		case declared && field.Sensitive:
			b.secrets[change.Field] = true
		case declared:
			b.values[change.Field] = change.Before
		}
	}
}

// merge fills the form with what was chosen of a conflict, for browsers without scripts. It saves nothing.
func (h *handler) merge(w http.ResponseWriter, r *http.Request) {
	schema, submission, ok := h.submitted(w, r)
	if !ok {
		return
	}
	snapshot, err := h.page.Load(r.Context(), shared.LoadRequest{Locale: h.locale(r)})
	if err != nil {
		h.refuse(w, r, failureStatus(err), h.explain(r, err))
		return
	}
	for field := range schema.Fields() {
		if r.PostForm.Get(choicePrefix+field.Name) != theirs {
			continue
		}
		if field.Sensitive {
			submission.draft.Secrets[field.Name] = shared.KeepSecret()
		} else {
			submission.draft.Values[field.Name] = snapshot.Values[field.Name]
		}
	}
	h.render(w, r, http.StatusOK, h.answeredView(r, schema, submission, snapshot))
}

// valueText is a value as people read it.
func valueText(field shared.Field, value shared.Value) text.Text {
	if value.IsEmpty() {
		return text.Of("(default)")
	}
	if truth, ok := value.AsBoolean(); ok {
		if truth {
			return text.Of("yes")
		}
		return text.Of("no")
	}
	entries, several := value.AsList()
	if !several {
		entries = strings.Split(field.Format(value), "\n")
	}
	labels := map[string]string{} // The plugin has translated them.
	for _, option := range field.Options {
		labels[option.Value] = option.Label
	}
	for i, entry := range entries {
		if label, isOption := labels[entry]; isOption {
			entries[i] = label
		}
	}
	return text.Plain(printable.Line(strings.Join(entries, ", ")))
}
