package form

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// heartbeat is after how long of silence a stream carries an empty line, from its beginning on, so that no proxy takes
// it for dead: nginx gives up after 60 s.
const heartbeat = 15 * time.Second

// timely has the WriteTimeout of the Console's server bound each piece of an answer instead of the whole: a test takes
// minutes, and the time in which the plugin is at work is not that of a slow reader.
func timely(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timed := &timelyWriter{ResponseWriter: w, control: http.NewResponseController(w)}
		if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok {
			timed.limit = server.WriteTimeout
		}
		timed.lift()
		defer timed.end()
		next.ServeHTTP(timed, r)
	})
}

// timelyWriter writes the pieces of an answer, and between those of a stream the heartbeat.
type timelyWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration // for each piece; 0 leaves the deadlines alone

	mutex     sync.Mutex // of all below, and of writing
	started   bool
	heartbeat *time.Timer // nil for what is no stream
	ended     bool
}

// lift takes the deadline away. Where it cannot be set, as behind http.TimeoutHandler, nothing is done.
func (w *timelyWriter) lift() {
	if w.limit > 0 {
		_ = w.control.SetWriteDeadline(time.Time{})
	}
}

func (w *timelyWriter) bound() {
	if w.limit > 0 {
		_ = w.control.SetWriteDeadline(time.Now().Add(w.limit))
	}
}

// WriteHeader has proxies pass a stream on as it comes.
func (w *timelyWriter) WriteHeader(status int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.start()
	w.ResponseWriter.WriteHeader(status)
}

// isStream reports whether an answer of the type goes on as things happen. To each of them an empty line is nothing.
func isStream(kind string) bool {
	return strings.HasPrefix(kind, streamType) || strings.HasPrefix(kind, eventType)
}

func (w *timelyWriter) start() {
	if w.started {
		return
	}
	w.started = true
	if isStream(w.Header().Get("Content-Type")) {
		w.Header().Set("X-Accel-Buffering", "no")
		w.heartbeat = time.AfterFunc(heartbeat, w.beat)
	}
}

func (w *timelyWriter) Write(piece []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.start()
	if w.heartbeat != nil {
		w.heartbeat.Reset(heartbeat)
	}
	w.bound()
	defer w.lift()
	return w.ResponseWriter.Write(piece)
}

// FlushError is called by http.ResponseController.
func (w *timelyWriter) FlushError() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.start()
	return w.flush()
}

func (w *timelyWriter) flush() error {
	w.bound()
	defer w.lift()
	return w.control.Flush()
}

// Unwrap is called by http.ResponseController.
func (w *timelyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// beat writes an empty line, which is nothing to who reads one JSON document a line, or events.
func (w *timelyWriter) beat() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.ended {
		return
	}
	w.bound()
	_, err := w.ResponseWriter.Write([]byte("\n"))
	if err == nil {
		err = w.flush()
	}
	w.lift()
	if err == nil { // Otherwise the reader is gone, which cancels the request.
		w.heartbeat.Reset(heartbeat)
	}
}

// end bounds what the server still has to write. A deadline that it does not set itself would stay with the connection.
func (w *timelyWriter) end() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.ended = true
	if w.heartbeat != nil {
		w.heartbeat.Stop()
	}
	w.bound()
}
