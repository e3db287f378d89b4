package form

import (
	"maps"
	"net/http"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// choicePrefix is what the names of the controls begin with by which a conflict is settled, field by field.
const choicePrefix = "choice."

// The values of such a control: for what stood in the form, and for what was saved meanwhile.
const (
	yours  = "yours"
	theirs = "theirs"
)

// yoursPrefix is what the names of the controls begin with that keep what stood in a field which now holds theirs.
const yoursPrefix = "yours."

type conflict struct {
	Revision shared.Revision
	Fields   []conflictField
	// Same is how many further fields are the same in both versions.
	Same int
	// Known means that it is known what the form was opened with.
	Known bool
	// Newer is what was saved meanwhile of the fields that the form left as it was opened with. It goes into the form, so
	// that saving it undoes nothing of theirs.
	Newer shared.Values
	// SecretsKept means that secrets that were typed still stand on the page.
	SecretsKept bool
}

// conflictField is a field of which there are two versions, beside what it was before both.
type conflictField struct {
	Name, Label           string
	Was, Yours, Theirs    text.Text
	YourValue, TheirValue shared.Values // for the script; empty for a secret
	Both                  bool          // both have changed it
	TakeYours, TakeTheirs bool          // which one is chosen at first; neither where it is not known who has changed it
	OnlyTheirs            bool          // it is a secret that only they have changed: there is nothing to choose
}

// newConflict shows the versions side by side; saving again is then a decision. What it was, the form or else the audit
// trail says.
func newConflict(schema shared.Schema, s submission, result shared.SaveResult, was before) *conflict {
	found := &conflict{Revision: result.Snapshot.Revision, Known: was.known, Newer: shared.Values{}}
	withYours, withTheirs := schema.Evaluate(s.draft.Values), schema.Evaluate(result.Snapshot.Values)
	for field := range schema.Fields() {
		yours, given := s.draft.Values[field.Name]
		theirs := result.Snapshot.Values[field.Name]
		if _, changed := was.values[field.Name]; was.known && changed && (!given || was.left(field, yours, theirs)) {
			found.Newer[field.Name] = theirs
		}
		switch {
		case field.Sensitive && s.draft.Secrets[field.Name].Action == shared.SecretKeep && was.secrets[field.Name]:
			found.Fields = append(found.Fields, conflictField{
				Name: field.Name, Label: field.Label, OnlyTheirs: true, Was: text.Of("not shown"),
				Yours: text.Of("not changed"), Theirs: text.Of("changed; it holds unless another one is typed"),
			})
		case field.Sensitive && s.draft.Secrets[field.Name].Action != shared.SecretKeep:
			found.Fields = append(found.Fields, conflictField{
				Name: field.Name, Label: field.Label, Both: was.secrets[field.Name], TakeYours: true,
				Was: text.Of("not shown"), Yours: text.Of("changed"), Theirs: text.Of("not shown"),
			})
		case given && asPosted(field, yours) != asPosted(field, theirs) &&
			withYours.Effective(field.Name) != withTheirs.Effective(field.Name):
			found.Fields = append(found.Fields, versions(field, yours, theirs, was))
		case !field.ReadOnly:
			found.Same++
		}
	}
	return found
}

// versions are those of a field that is no secret.
func versions(field shared.Field, yours, theirs shared.Value, was before) conflictField {
	one := conflictField{
		Name: field.Name, Label: field.Label, Yours: valueText(field, yours), Theirs: valueText(field, theirs),
		YourValue: shared.Values{field.Name: yours}, TheirValue: shared.Values{field.Name: theirs},
	}
	old, theyChanged := was.values[field.Name]
	if !theyChanged { // Then only you have, if that is known.
		old = theirs
	}
	one.Was = valueText(field, old)
	if !was.known && !theyChanged || was.long[field.Name] {
		one.Was = text.Of("not known")
	}
	if was.known || theyChanged {
		one.TakeTheirs = was.left(field, yours, theirs)
		one.TakeYours, one.Both = !one.TakeTheirs, theyChanged && !one.TakeTheirs
	}
	return one
}

// before is what fields were that others have changed since a revision, and which secrets.
type before struct {
	known   bool
	values  shared.Values
	secrets map[string]bool
	long    map[string]bool // those that have changed, and whose value then is not known
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

// left reports whether the form holds what it was opened with.
func (b before) left(field shared.Field, yours, theirs shared.Value) bool {
	old, theyChanged := b.values[field.Name]
	if !theyChanged {
		old = theirs
	}
	return !b.long[field.Name] && asPosted(field, yours) == asPosted(field, old)
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
		kept := r.PostForm.Get(yoursPrefix + field.Name)
		switch chosen := r.PostForm.Get(choicePrefix + field.Name); {
		case chosen == theirs && field.Sensitive:
			submission.draft.Secrets[field.Name] = shared.KeepSecret()
		case chosen == theirs:
			submission.draft.Values[field.Name] = snapshot.Values[field.Name]
		case chosen == yours && kept != "":
			values, ok := h.declaredValues(w, r, schema, yoursPrefix+field.Name, kept)
			if !ok {
				return
			}
			maps.Copy(submission.draft.Values, values)
		}
	}
	h.render(w, r, http.StatusOK, h.answeredView(r, schema, submission, snapshot))
}

// valueText is a value as people read it.
func valueText(field shared.Field, value shared.Value) text.Text {
	switch hasDefault := !field.Default.IsEmpty() || len(field.DefaultWhen) > 0 || field.Kind == shared.KindBoolean; {
	case value.IsEmpty() && hasDefault:
		return text.Of("(default)")
	case value.IsEmpty():
		return text.Of("not set")
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
