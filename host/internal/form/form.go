// Package form turns a declared page into HTML and carries what the administrator does back to the page: check, test,
// save. It knows forms and nothing of what they are for; everything specific comes from the schema.
//
// The page works as a plain HTML form. A small script adds live steps, hints while typing and one-click fixes; it
// asks the same routes, and the HTML it puts into the page is made here, by html/template, so there is one place
// that escapes.
package form

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Options is what the page needs from its host.
type Options struct {
	// Authorize is called for every request; it returns the actor's name or an error. Required.
	Authorize func(*http.Request) (actor string, err error)
	// Permissions says what the reader may do; a nil function means DefaultPermissions.
	Permissions func(*http.Request) Permissions
	// Prerequisites are the checks of declared prerequisites by id.
	Prerequisites map[string]func(context.Context) error
	// Language returns the reader's language, a BCP 47 tag; empty, as without the function, means what the browser
	// asks for.
	Language func(*http.Request) string
	// Layout is the Console's frame; nil means a document of its own.
	Layout Layout
	// PluginState and Restart tell about the plugin when it is down. Required.
	PluginState func() PluginState
	Restart     func()
	Logger      hclog.Logger
	// History returns the audit trail, nil when the plugin keeps none. A nil function shows none either.
	History func() shared.SettingsHistory
	// Notifier returns the notification service, nil when the plugin has none. A nil function shows none either.
	Notifier func() shared.Notifier
	// Operator returns what shows a single notification, Releaser what releases those that are held, and Looker what has
	// the server tried at once: nil when the plugin does not. A nil function shows none either.
	Operator func() shared.NotificationOperator
	Releaser func() shared.HeldReleaser
	Looker   func() shared.ServerLooker
	// Health returns what tells whether the saved settings work, nil when the plugin does not. A nil function shows
	// nothing of it either.
	Health func() shared.HealthReporter
	// Actions returns what runs the schema's actions, nil when the plugin has none. A nil function shows none either.
	Actions func() shared.ActionRunner
	// TestLimit limits how often one actor may test; the zero value does not limit it.
	TestLimit TestLimit
	// PublicURL is the address under which browsers reach what is / here; nil when it is not known.
	PublicURL *url.URL
	// TrustedOrigins are the origins that may post to the page beside that of the request.
	TrustedOrigins []string
	// Paths are where the reader finds the two pages, so that each can lead to the other; empty where that is not known.
	Paths func(*http.Request) (settings, notifications string)
	// Theme is appended to the style sheet.
	Theme string
}

// PluginState is how the plugin is.
type PluginState struct {
	Running, Failed bool
	Since           time.Time
	Reason          string
	Log             []string
}

// Content is a rendered page without its frame.
type Content struct {
	Title string
	// Language is the BCP 47 tag of the page's language.
	Language string
	// Head belongs into the head element, Body into the body.
	Head, Body template.HTML
}

// Layout writes a page in the Console's frame. It must not add scripts or styles inline: the content security policy
// forbids them.
type Layout func(w http.ResponseWriter, r *http.Request, content Content) error

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets/*
var assetFiles embed.FS

var templates = template.Must(
	template.New("").Funcs(templateFunctions(text.Language{})).ParseFS(templateFiles, "templates/*.html"))

type handler struct {
	page    shared.SettingsPage
	options Options

	tests     tests
	actions   tests // with the same limit
	streams   streams
	standings kept[string, keptStanding]
}

// New returns the handler of the page.
func New(page shared.SettingsPage, options Options) http.Handler {
	limit := options.TestLimit
	h := &handler{
		page: page, options: options,
		tests: newTests(limit), actions: newTests(limit),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/{file}", h.assets())
	for route, answer := range map[string]http.HandlerFunc{
		"GET /{$}": h.show, "GET /state": h.state, "GET /events": h.events, "GET /history": h.history,
	} {
		mux.HandleFunc(route, h.permitted(viewing, answer))
	}
	for route, answer := range map[string]http.HandlerFunc{ // A test connects to wherever the form says.
		"POST /validate": h.validate, "POST /test": h.test, "POST /action": h.action, "GET /{returned}": h.returned,
		"POST /save": h.save, "POST /apply": h.apply, "POST /merge": h.merge,
		"POST /restore": h.restore,
	} {
		mux.HandleFunc(route, h.permitted(changing, answer))
	}
	mux.HandleFunc("POST /restart", h.permitted(operating, h.restart))
	return h.guarded(mux)
}

// securityHeaders allows the page nothing but its own files, and nobody to frame or cache it.
func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "+
			"form-action 'self'; object-src 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "same-origin") // With none, browsers post forms with the origin null.
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		header.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if r.ContentLength != 0 { // What is refused unread is read to its end all the same, so this holds for every request.
			// Not every server can; those have limits of their own.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyLimit))
		}
		next.ServeHTTP(w, r)
	})
}

// offered returns an optional part of the page, nil when there is none.
func offered[Part any](part func() Part) (found Part) {
	if part != nil {
		found = part()
	}
	return found
}

// auditTrail returns the history of the settings, nil when there is none.
func (h *handler) auditTrail() shared.SettingsHistory { return offered(h.options.History) }

type actorKey struct{}

// authorized lets only those through whom the Console lets.
func (h *handler) authorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		actor, err := h.options.Authorize(r)
		if err != nil {
			h.refuse(w, r, http.StatusForbidden, text.Of("You may not use this page: {reason}", "reason", err))
			return
		}
		actor = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, actor)
		next(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, actor)))
	}
}

func actorOf(r *http.Request) string {
	actor, _ := r.Context().Value(actorKey{}).(string)
	return actor
}

// show renders the page with the values in force.
func (h *handler) show(w http.ResponseWriter, r *http.Request) {
	query, ok := h.query(w, r)
	if !ok {
		return
	}
	saved := query.Get("saved")
	if saved != "" && saved != string(shared.StatusFailed) {
		h.invalid(w, r, "saved", saved)
		return
	}
	if number, ok := h.number(w, r, query, "revision"); !ok {
		return
	} else if number != 0 {
		h.opened(w, r, number)
		return
	}
	view := h.currentView(r)
	view.SavedThoughFailed = saved == string(shared.StatusFailed)
	view.Saved = query.Has("saved") && !view.SavedThoughFailed
	h.render(w, r, http.StatusOK, view)
}

// validate answers with the findings on the form as it stands, for hints while typing.
func (h *handler) validate(w http.ResponseWriter, r *http.Request) {
	schema, submission, ok := h.submitted(w, r)
	if !ok {
		return
	}
	validation, err := h.page.Validate(r.Context(), shared.ValidateRequest{Locale: h.locale(r), Draft: submission.draft})
	if err != nil {
		h.refuse(w, r, failureStatus(err), h.explain(r, err))
		return
	}
	wanted := submission.hasContent
	if r.PostForm.Get(refusedName) != "" {
		wanted = nil // What was marked when the form was refused stays marked until it is corrected.
	}
	h.writeJSON(w, r, map[string]any{
		"preview": validation.Preview, "findings": h.findingsHTML(r, validation.Diagnostics, wanted),
		"computed": computedTexts(schema, validation.Computed), "valid": !validation.Diagnostics.HasErrors(),
	})
}

// apply fills the form with the values of a preset or a fix, for browsers without scripts.
func (h *handler) apply(w http.ResponseWriter, r *http.Request) {
	schema, submission, ok := h.submitted(w, r)
	if !ok {
		return
	}
	chosen, ok := h.chosenValues(w, r, schema)
	if !ok {
		return
	}
	for name, value := range chosen {
		submission.draft.Values[name] = value
	}
	h.render(w, r, http.StatusOK, h.submittedView(r, schema, submission))
}

// restart starts the plugin anew.
func (h *handler) restart(w http.ResponseWriter, r *http.Request) {
	h.options.Logger.Info("restart of the plugin asked for", "actor", actorOf(r))
	h.options.Restart()
	toPage(w, r, "")
}

// submitted makes sense of the posted form. When that fails it has answered already.
func (h *handler) submitted(w http.ResponseWriter, r *http.Request) (shared.Schema, submission, bool) {
	schema, err := h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	if errors.Is(err, shared.ErrPluginUnavailable) {
		// The process may have ended during the call, as it does at a restart; the next call waits for the next
		// process.
		schema, err = h.page.Schema(r.Context(), shared.SchemaRequest{Locale: h.locale(r)})
	}
	if err != nil && scripted(r) { // Whatever was typed still stands on the page.
		h.refuse(w, r, failureStatus(err), h.explain(r, err))
		return shared.Schema{}, submission{}, false
	}
	if err != nil {
		view := h.downView(r, err)
		view.Typed = typedTexts(r.PostForm)
		h.render(w, r, failureStatus(err), view)
		return shared.Schema{}, submission{}, false
	}
	revision, ok := h.number(w, r, r.PostForm, "revision")
	if !ok {
		return shared.Schema{}, submission{}, false
	}
	base, err := readBase(r.PostForm.Get(baseName))
	if err != nil {
		h.invalid(w, r, baseName, r.PostForm.Get(baseName))
		return shared.Schema{}, submission{}, false
	}
	read := readSubmission(schema, r.PostForm)
	read.revision, read.base = revision, base
	h.settle(r, schema, &read)
	return schema, read, true
}

// notOffered is said of what the plugin does not offer. It need not: most parts of a page are optional.
const notOffered = text.Message("This plugin does not offer that.")

// refuseNotOffered answers what is asked of a part that the plugin does not have.
func (h *handler) refuseNotOffered(w http.ResponseWriter, r *http.Request) {
	h.refuse(w, r, http.StatusNotFound, text.Of(notOffered))
}

// explain says why a call failed; what else there is to know is in the log.
func (h *handler) explain(r *http.Request, err error) text.Text {
	if errors.Is(err, shared.ErrUnsupported) {
		h.logFailure(r, hclog.Warn, "the plugin does not offer what was asked for", "error", err)
		return text.Of(notOffered)
	}
	h.logFailure(r, hclog.Error, "a call of the plugin failed", "error", err)
	if errors.Is(err, shared.ErrPluginUnavailable) {
		return text.Of("The plugin is not running just now, so this could not be done. " +
			"What you typed is still here; try again in a moment.")
	}
	if errors.Is(err, shared.ErrContractBroken) {
		return text.Of("This could not be done, because the plugin gave an answer that cannot be used: {reason}",
			"reason", err)
	}
	return text.Of("This could not be done, because the plugin reported a defect: {reason}", "reason", err)
}

// logFailure logs what failed while a request was answered. What failed because the browser has left, as it does when a
// test is cancelled, is no fault: it is logged for those who look for it.
func (h *handler) logFailure(r *http.Request, level hclog.Level, message string, args ...any) {
	if r.Context().Err() != nil {
		level = hclog.Debug
	}
	h.options.Logger.Log(level, message, args...)
}

// failureStatus is the status of an answer that a failed call left nothing for.
func failureStatus(err error) int {
	switch {
	case errors.Is(err, shared.ErrUnsupported):
		return http.StatusNotFound
	case errors.Is(err, shared.ErrContractBroken):
		return http.StatusBadGateway
	default:
		return http.StatusServiceUnavailable
	}
}

// refuse answers with a line of text.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, code int, reason text.Text) {
	http.Error(w, h.language(r).Render(reason), code)
}
