package form

import (
	"context"
	"encoding/json"
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

// tell has a page follow what changes, as events whose data are the parts that differ from those before; see parts. The
// last event's id lets a browser that was cut off go on where it was.
func (h *handler) tell(w http.ResponseWriter, r *http.Request, look func(*http.Request) parts) {
	if h.streams.open.Add(1) > maxStreams {
		h.streams.open.Add(-1)
		w.Header().Set("Retry-After", "60")
		h.refuse(w, r, http.StatusServiceUnavailable, text.Of("Too many pages are open. This one asks every few seconds."))
		return
	}
	defer h.streams.open.Add(-1)
	ctx, cancel := context.WithTimeout(r.Context(), streamLife)
	defer cancel()
	w.Header().Set("Content-Type", eventType)
	control := http.NewResponseController(w)
	if _, err := fmt.Fprintf(w, "retry: %d\n\n", streamRetry.Milliseconds()); err != nil {
		return
	}
	_ = control.Flush()
	ending, pulse := h.streams.ending(r), time.NewTicker(streamPulse)
	defer pulse.Stop()
	known := r.Header.Get("Last-Event-ID")
	for {
		now := look(r)
		if changed := now.beside(known); ctx.Err() == nil { // One that has none says that the page is up to date.
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
