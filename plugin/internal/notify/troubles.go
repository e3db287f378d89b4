package notify

import (
	"errors"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/jackc/pgx/v5/pgconn"
)

// troubles are what fails again and again, which the log is told once. It may be used concurrently; its zero value has
// none.
type troubles struct {
	mu   sync.Mutex
	said map[string]string // the reason, by what fails
}

// note warns of what has failed, unless it has failed before for the same reason and not passed since; nil is that it
// passed.
func (t *troubles) note(logger hclog.Logger, what string, err error) {
	reason := ""
	if err != nil {
		reason = strings.Map(withoutDigits, err.Error()) // The port of a connection differs each time.
	}
	t.mu.Lock()
	before := t.said[what]
	if t.said == nil {
		t.said = map[string]string{}
	}
	t.said[what] = reason
	t.mu.Unlock()
	if reason != "" && reason != before {
		logger.Warn(what, "error", err)
	}
}

func withoutDigits(r rune) rune {
	if '0' <= r && r <= '9' {
		return -1
	}
	return r
}

// isAway reports whether an error is that a shared database is not reached: what else is asked of it now fails as well.
func (s *Service) isAway(err error) bool {
	if err == nil || s.configuration.Store.Pool() == nil {
		return false
	}
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return true
	}
	return strings.HasPrefix(said.Code, "57P") || strings.HasPrefix(said.Code, "08") // It ends, begins, or was lost.
}
