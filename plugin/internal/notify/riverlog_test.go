package notify

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
)

// TestRiverLogKeepsCauses logs in every way that slog has: the cause is in the line, and nothing of a notification.
func TestRiverLogKeepsCauses(t *testing.T) {
	cause := fmt.Errorf("commit: %w", errors.New("disk I/O error (10)"))
	for name, c := range map[string]struct {
		log   func(*slog.Logger)
		wants []string
	}{
		"as text": {
			func(l *slog.Logger) { l.Error("not completed", "err", cause.Error(), "job_id", 7) },
			[]string{"not completed", "commit: disk I/O error (10)", "job_id=7"},
		},
		"as an error": {
			func(l *slog.Logger) { l.Warn("not completed", slog.Any("error", cause)) }, []string{"commit: disk I/O error (10)"},
		},
		"with a value": {
			func(l *slog.Logger) { l.With("queue", "default").Error("away", "err", cause) },
			[]string{"queue=default", "disk I/O error"},
		},
		"in a group": {
			func(l *slog.Logger) { l.WithGroup("fetch").Error("away", "err", cause) }, []string{"fetch.err=", "disk I/O error"},
		},
		"in two": {
			func(l *slog.Logger) {
				l = l.WithGroup("").With("a", 1).WithGroup("b")
				l.Error("away", slog.Group("c", "wait", 3*time.Second), slog.Group("", "d", true))
			},
			[]string{"a=1", "b.c.wait=3s", "b.d=true"},
		},
		"without": {func(l *slog.Logger) { l.Error("away") }, []string{"away"}},
		"long": {
			func(l *slog.Logger) { l.Error("away", "goroutine_dump", strings.Repeat("ü", 5000), "err", cause) },
			[]string{"ü…", "disk I/O error"},
		},
		"broken": {func(l *slog.Logger) { l.Error("away", "err", "\xff\x00") }, []string{"\uFFFD"}},
		"silenced": {
			func(l *slog.Logger) {
				l.With("args", "canary").Error("away", "payload", "canary", slog.Group("x", "job", "canary"))
			},
			[]string{"away"},
		},
		"quiet": {func(l *slog.Logger) { l.Info("canary", "err", "canary") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var written bytes.Buffer
			c.log(slog.New(&riverLog{logger: hclog.New(&hclog.LoggerOptions{Output: &written})}))
			line := written.String()
			for _, want := range c.wants {
				if !strings.Contains(line, want) {
					t.Errorf("%q is not in %q", want, line)
				}
			}
			tooMuch := strings.Count(line, "\n") > 1 || len(line) > 2*maxRiverValue
			if strings.Contains(line, "canary") || tooMuch || c.wants == nil && line != "" {
				t.Errorf("logged: %q", line)
			}
			if c.wants != nil && !strings.Contains(line, "[WARN]") {
				t.Errorf("its level: %q", line)
			}
		})
	}
}
