package notify

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/go-hclog"
)

// riverLog passes on to hclog what River warns of, with its causes: without the attributes of a record, that a job
// cannot be completed is all that one learns. Left out is only what may hold the arguments of a job, see
// [riverSilences].
type riverLog struct {
	logger     hclog.Logger
	attributes []any  // of With, in hclog's form
	group      string // prefix of names
}

// riverSilences are the names of attributes that hold what belongs to a notification and not to its delivery: its
// recipient, subject and sealed texts.
var riverSilences = []string{"args", "encoded_args", "job", "payload"}

// maxRiverValue bounds what one attribute adds to a line, in bytes; a dump of goroutines would fill it otherwise.
const maxRiverValue = 2000

// Enabled is for warnings and errors.
func (h *riverLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle logs a record. Errors are warnings too: River tries again what has failed.
func (h *riverLog) Handle(_ context.Context, record slog.Record) error {
	attributes := slices.Clone(h.attributes)
	record.Attrs(func(one slog.Attr) bool {
		attributes = h.add(attributes, h.group, one)
		return true
	})
	h.logger.Warn(record.Message, attributes...)
	return nil
}

func (h *riverLog) add(attributes []any, prefix string, one slog.Attr) []any {
	value := one.Value.Resolve()
	switch {
	case slices.Contains(riverSilences, one.Key):
		return attributes
	case value.Kind() == slog.KindGroup:
		if one.Key != "" {
			prefix += one.Key + "."
		}
		for _, member := range value.Group() {
			attributes = h.add(attributes, prefix, member)
		}
		return attributes
	}
	text := value.String()
	if len(text) > maxRiverValue {
		text = strings.ToValidUTF8(text[:maxRiverValue], "") + "…"
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return append(attributes, prefix+one.Key, text)
}

// WithAttrs adds attributes to every record.
func (h *riverLog) WithAttrs(added []slog.Attr) slog.Handler {
	next := &riverLog{logger: h.logger, attributes: slices.Clone(h.attributes), group: h.group}
	for _, one := range added {
		next.attributes = next.add(next.attributes, h.group, one)
	}
	return next
}

// WithGroup prefixes the names of what follows.
func (h *riverLog) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &riverLog{logger: h.logger, attributes: h.attributes, group: h.group + name + "."}
}
