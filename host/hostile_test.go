package host

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
)

// patience is only so that a call that never ends fails the test.
const patience = time.Minute

// TestHostilePlugin lies about every field of every answer. Nothing that a Console does panics, hangs or shows what
// could do harm: each call fails as one of a plugin that breaks the contract, or its result is one that can be
// used.
func TestHostilePlugin(t *testing.T) {
	lies := map[string][]hostile.Lie{}
	for _, lie := range hostile.Lies() {
		lies[lie.Method] = append(lies[lie.Method], lie)
	}
	for _, method := range hostile.Methods() {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t)
			if len(lies[method]) == 0 {
				t.Error("nothing is lied about it")
			}
			v.hear(method) // The truth is told first and last, or nothing below would mean anything.
			for i, lie := range lies[method] {
				// The pages look much the same for all answers that are refused. SOAK=1 renders them all.
				v.suffer(lie, i%8 == 0 || os.Getenv("SOAK") == "1")
			}
			v.hear(method)
		})
	}
}

// hear does everything with the truth.
func (v *victim) hear(method string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), patience)
	defer cancel()
	v.plugin.Tell(hostile.Lie{})
	result, err := calls[method](ctx, v)
	if err != nil {
		v.t.Errorf("the truth: %v", err)
	}
	if _, err := json.Marshal(result); err != nil {
		v.t.Errorf("the truth: %v", err)
	}
	for _, one := range requests[method] {
		if status := v.look(ctx, "the truth", one); status >= 400 {
			v.t.Errorf("the truth: %s %s: status %d", one.method, one.path, status)
		}
	}
	if err := v.admit(ctx, "the truth"); err != nil {
		v.t.Errorf("the truth: %v", err)
	}
}

// suffer does everything with one lie; with one that is refused, it makes the requests only if it is thorough.
func (v *victim) suffer(lie hostile.Lie, thorough bool) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), patience)
	defer cancel()
	defer func() {
		if reason := recover(); reason != nil {
			v.t.Fatalf("%s: panic: %v", lie.Name, reason)
		}
	}()
	v.plugin.Tell(lie)
	result, err := calls[lie.Method](ctx, v)
	if err != nil {
		checkShown(v.t, lie.Name+": the error", err.Error())
		alive := !strings.Contains(lie.Name, "fails with")
		if alive && errors.Is(err, shared.ErrPluginUnavailable) || ctx.Err() != nil {
			v.t.Errorf("%s: %v", lie.Name, err)
		}
	} else if _, err := json.Marshal(result); err != nil {
		v.t.Errorf("%s: %v", lie.Name, err)
	}
	if err != nil && !thorough {
		return
	}
	for _, one := range requests[lie.Method] {
		v.look(ctx, lie.Name, one)
	}
	if lie.Method == "Info" || lie.Method == "Schema" {
		_ = v.admit(ctx, lie.Name)
	}
}

// look makes one request and looks at the answer, of which it returns the status.
func (v *victim) look(ctx context.Context, where string, one request) int {
	v.t.Helper()
	body := ""
	if one.method == http.MethodPost {
		body = posted
	}
	w := v.send(ctx, one, body)
	shown := w.Body.String()
	where += ": " + one.method + " " + one.path
	if w.Code >= 500 && w.Code != http.StatusBadGateway && w.Code != http.StatusServiceUnavailable {
		v.t.Errorf("%s: status %d\n%.500s", where, w.Code, shown)
	}
	const most = 8 << 20
	if len(shown) > most || ctx.Err() != nil {
		v.t.Errorf("%s: %d bytes, %v", where, len(shown), ctx.Err())
	}
	checkShown(v.t, where, shown)
	isPage := !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain")
	if isPage && strings.Contains(shown, "<script>alert") || strings.Contains(shown, "could not be shown") {
		v.t.Errorf("%s: a text became a part of the page, or a template failed", where)
	}
	if _, err := url.Parse(w.Header().Get("Location")); err != nil {
		v.t.Errorf("%s: %v", where, err)
	}
	return w.Code
}

// admit opens another host, which must refuse the plugin or accept it.
func (v *victim) admit(ctx context.Context, where string) error {
	v.t.Helper()
	another, err := v.attach(ctx)
	if err != nil {
		checkShown(v.t, where+": the start", err.Error())
		if len(err.Error()) > 10_000 {
			v.t.Errorf("%s: the start fails: %.500s", where, err)
		}
		return err
	}
	another.Close()
	return nil
}

// checkShown looks for what must never be shown.
func checkShown(t *testing.T, where, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s: not UTF-8", where)
	}
	if at := strings.IndexFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u202e'
	}); at >= 0 {
		t.Errorf("%s: control characters: %.100q", where, text[at:])
	}
}
