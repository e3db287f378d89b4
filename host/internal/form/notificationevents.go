package form

import (
	"errors"
	"net/http"

	"github.com/smtp-settings/smtp-settings/shared"
)

// events tells the page of the notifications, or that of one of them, what changes.
func (n *notifications) events(w http.ResponseWriter, r *http.Request) {
	look, ok := n.watched(w, r)
	if !ok {
		return
	}
	if _, err := look(r); errors.Is(err, shared.ErrUnsupported) {
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
		return
	}
	n.tell(w, r, func(r *http.Request) parts {
		now, err := look(r)
		if err != nil {
			return parts{"failure": n.fragment(r, "failure", n.explain(r, err))}
		}
		return now
	})
}

// live answers once with what the stream tells, for browsers that have none.
func (n *notifications) live(w http.ResponseWriter, r *http.Request) {
	look, ok := n.watched(w, r)
	if !ok {
		return
	}
	now, err := look(r)
	if err != nil {
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
		return
	}
	n.writeJSON(w, r, now)
}

// watched returns what looks for the parts of the page that a request is about. When it cannot be read it has answered
// already.
func (n *notifications) watched(w http.ResponseWriter, r *http.Request) (func(*http.Request) (parts, error), bool) {
	query, ok := n.query(w, r)
	if !ok {
		return nil, false
	}
	view, ok := n.asked(w, r, query)
	if !ok {
		return nil, false
	}
	if view.Of.ID != "" && offered(n.options.Operator) != nil {
		return func(r *http.Request) (parts, error) { return n.detailParts(r, view.Of.ID) }, true
	}
	return func(r *http.Request) (parts, error) {
		if err := n.fill(r, view, situationAge); err != nil {
			return nil, err
		}
		return n.listParts(r, view), nil
	}, true
}
