package console

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // Mails come in many.
	"github.com/emersion/go-message/mail"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// maxShown bounds how much of a mail is shown, in bytes.
const maxShown = 200_000

// inboxView is the practice inbox: what has arrived, and the mail that is read.
type inboxView struct {
	Mails  []mailView
	Search string
	Read   *mailView // nil for none
	View   string    // of the mail that is read: one of views
	Views  []inboxLink
}

// views are the ways to look at a mail.
var views = []string{"HTML", "Text", "Source"}

type inboxLink struct {
	Name, Address string
	Chosen        bool
}

// mailView is a mail as people read it.
type mailView struct {
	ID, From, To, ReplyTo, Subject string
	At                             time.Time
	Text, HTML, Source             string
	Address                        string // of the page that shows it
	Chosen                         bool
}

// idOf names a mail in an address.
func idOf(one mailserver.Mail) string {
	hash := fnv.New64a()
	_, _ = fmt.Fprint(hash, one.At.UnixNano(), one.To)
	_, _ = hash.Write(one.Content)
	return hex.EncodeToString(hash.Sum(nil))
}

// newMail reads a mail: its subject and texts as people see them.
func newMail(one mailserver.Mail) mailView {
	shown := mailView{ID: idOf(one), From: one.From, To: one.To, At: one.At,
		Source: string(one.Content[:min(len(one.Content), maxShown)])}
	reader, err := mail.CreateReader(bytes.NewReader(one.Content))
	if err != nil && !message.IsUnknownCharset(err) {
		shown.Subject, shown.Text = "(cannot be read)", shown.Source
		return shown
	}
	shown.Subject, _ = reader.Header.Subject()
	if from := addresses(reader.Header, "From"); from != "" {
		shown.From = from
	}
	shown.ReplyTo = addresses(reader.Header, "Reply-To")
	for {
		part, err := reader.NextPart()
		if err != nil && !message.IsUnknownCharset(err) {
			break
		}
		header, inline := part.Header.(*mail.InlineHeader)
		if !inline {
			continue
		}
		kind, _, _ := header.ContentType()
		content, _ := io.ReadAll(io.LimitReader(part.Body, maxShown)) // What is broken is shown as far as it goes.
		switch kind {
		case "text/html":
			shown.HTML += string(content)
		case "text/plain", "":
			shown.Text += string(content)
		}
	}
	return shown
}

func addresses(header mail.Header, name string) string {
	list, err := header.AddressList(name)
	if err != nil {
		return header.Get(name)
	}
	var written []string
	for _, one := range list {
		if one.Name == "" {
			written = append(written, one.Address)
		} else {
			written = append(written, one.Name+" <"+one.Address+">")
		}
	}
	return strings.Join(written, ", ")
}

// inbox shows what has arrived, and one of the mails.
func (c *console) inbox(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	view := inboxView{Search: query.Get("search"), View: query.Get("view")}
	for _, one := range c.practice.inbox() {
		mail := newMail(one)
		if !strings.Contains(strings.ToLower(mail.To+" "+mail.Subject), strings.ToLower(view.Search)) {
			continue
		}
		mail.Address = inboxAddress(mail.ID, "", view.Search)
		if mail.Chosen = mail.ID == query.Get("mail"); mail.Chosen {
			view.Read = &mail
		}
		view.Mails = append(view.Mails, mail)
	}
	if view.Read == nil && len(view.Mails) > 0 {
		view.Mails[0].Chosen = true
		view.Read = &view.Mails[0]
	}
	if view.Read != nil {
		if view.View == "" || view.View == views[0] && view.Read.HTML == "" {
			view.View = views[0]
			if view.Read.HTML == "" {
				view.View = views[1]
			}
		}
		for _, name := range views {
			if name != views[0] || view.Read.HTML != "" {
				view.Views = append(view.Views,
					inboxLink{name, inboxAddress(view.Read.ID, name, view.Search), name == view.View})
			}
		}
	}
	c.show(w, "Practice inbox", "inbox", view)
}

func inboxAddress(id, view, search string) string {
	query := url.Values{"mail": {id}}
	if view != "" {
		query.Set("view", view)
	}
	if search != "" {
		query.Set("search", search)
	}
	return "/practice/inbox?" + query.Encode()
}

// mailHTML is the HTML of a mail for a frame: without scripts, and without anything from outside.
func (c *console) mailHTML(w http.ResponseWriter, r *http.Request) {
	for _, one := range c.practice.inbox() {
		if idOf(one) != r.URL.Query().Get("mail") {
			continue
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "+
			"sandbox; frame-ancestors 'self'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, newMail(one).HTML)
		return
	}
	http.NotFound(w, r)
}

// clearInbox forgets what has arrived.
func (c *console) clearInbox(w http.ResponseWriter, r *http.Request) {
	c.practice.clear()
	http.Redirect(w, r, "/practice/inbox", http.StatusSeeOther)
}

// favicon is that of the Console.
func favicon(w http.ResponseWriter, r *http.Request) {
	icon, err := files.ReadFile("assets/icon.svg")
	if err != nil {
		http.Error(w, errors.New("there is no icon").Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(icon)
}

// symbol is an icon of the frame.
func symbol(name string) template.HTML {
	shapes := map[string]string{
		"ok": `<circle cx="8" cy="8" r="7.5" fill="currentColor"/><path d="m4.3 8.400 2.700 2.600 4.700-5.300" fill="none" ` +
			`stroke="var(--paper)" stroke-width="1.500"/>`,
		"warn": `<path fill="currentColor" d="M8 .8 15.600 15H.400z"/><path d="M8 5v5m0 1.500v1.500" ` +
			`stroke="var(--paper)" stroke-width="1.600"/>`,
		"bad": `<path fill="currentColor" d="M5 .5h6L15.500 5v6L11 15.500H5L.5 11V5z"/>` +
			`<path d="m5.300 5.300 5.400 5.400m0-5.400-5.400 5.400" stroke="var(--paper)" stroke-width="1.600"/>`,
		"info": `<circle cx="8" cy="8" r="6.700" fill="none" stroke="currentColor" stroke-width="1.400"/>`,
	}
	return template.HTML(`<svg class="icon symbol-` + name + //nolint:gosec // The shapes are those above.
		`" viewBox="0 0 16 16" aria-hidden="true" focusable="false">` + shapes[name] + `</svg>`)
}
