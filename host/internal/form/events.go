package form

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// eventType is that of a stream of events (HTML, server-sent events).
const eventType = "text/event-stream"

// maxStreams is how many readers a page keeps up to date by a stream; others ask every few seconds.
const maxStreams = 64

// streamPulse is how often a stream looks for what has changed, streamRetry how long a browser waits before it connects
// again, and streamLife how long a stream lasts: then the reader's permission is asked for again.
const (
	streamPulse = 2 * time.Second
	streamRetry = 2 * time.Second
	streamLife  = 5 * time.Minute
)

// parts are the parts of a page that change while it is open, by the id of their element.
type parts map[string]template.HTML

// version names the content of each part, so that a reader who connects again is told only what has changed meanwhile.
func (p parts) version() string {
	var named []string
	for _, id := range slices.Sorted(maps.Keys(p)) {
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(p[id]))
		named = append(named, fmt.Sprintf("%s:%x", id, hash.Sum64()))
	}
	return strings.Join(named, ",")
}

// streams bounds how many there are, and ends them when the Console's server is shut down, which waits for them. The
// zero value is ready.
type streams struct {
	open    atomic.Int64
	servers sync.Map // func() <-chan struct{} by *http.Server
}

// ending is closed when the server of the request is shut down.
func (s *streams) ending(r *http.Request) <-chan struct{} {
	server, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	if !ok {
		return nil
	}
	once, _ := s.servers.LoadOrStore(server, sync.OnceValue(func() <-chan struct{} {
		closed := make(chan struct{})
		server.RegisterOnShutdown(func() { close(closed) })
		return closed
	}))
	return once.(func() <-chan struct{})()
}

// stream tells a page what changes, as events whose data are the parts that differ from those before; see parts. The
// last event's id lets a browser that was cut off go on where it was.
func (n *notifications) events(w http.ResponseWriter, r *http.Request) {
	look, ok := n.watched(w, r)
	if !ok {
		return
	}
	if n.streams.open.Add(1) > maxStreams {
		n.streams.open.Add(-1)
		w.Header().Set("Retry-After", "60")
		n.refuse(w, r, http.StatusServiceUnavailable, text.Of("Too many pages are open. This one asks every few seconds."))
		return
	}
	defer n.streams.open.Add(-1)
	ctx, cancel := context.WithTimeout(r.Context(), streamLife)
	defer cancel()
	now, err := look(r)
	if errors.Is(err, shared.ErrUnsupported) {
		n.refuse(w, r, failureStatus(err), n.explain(r, err))
		return
	}
	w.Header().Set("Content-Type", eventType)
	control := http.NewResponseController(w)
	if _, err := fmt.Fprintf(w, "retry: %d\n\n", streamRetry.Milliseconds()); err != nil {
		return
	}
	_ = control.Flush()
	ending, pulse := n.streams.ending(r), time.NewTicker(streamPulse)
	defer pulse.Stop()
	known := r.Header.Get("Last-Event-ID")
	for ; ; now, err = look(r) {
		if err != nil && ctx.Err() == nil {
			now = parts{"failure": n.fragment(r, "failure", n.explain(r, err))}
		}
		if changed := now.beside(known); len(changed) > 0 && ctx.Err() == nil {
			known = now.version()
			if writeEvent(w, known, changed) != nil || control.Flush() != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ending:
			return
		case <-pulse.C:
		}
	}
}

// beside are the parts that differ from those that a version names.
func (p parts) beside(version string) parts {
	known := strings.Split(version, ",")
	changed := parts{}
	for id, html := range p {
		if !slices.Contains(known, parts{id: html}.version()) {
			changed[id] = html
		}
	}
	return changed
}

func writeEvent(w http.ResponseWriter, id string, content parts) error {
	encoded, err := json.Marshal(content) // It is one line.
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %s\ndata: %s\n\n", id, encoded)
	return err
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
