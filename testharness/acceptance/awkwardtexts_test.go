package acceptance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// awkwardTexts are texts that one database, encoding or comparison takes otherwise than another.
var awkwardTexts = map[string]string{
	"NUL":                   "a\x00b",
	"escaped NUL":           `a\u0000b`,
	"control character":     "a\x01b",
	"C1 control character":  "a\u0085b",
	"unit separator first":  "\x1f[\"x\"]",
	"escape sequence":       "\x1b[31mred\x1b[0m",
	"line breaks":           "one\r\ntwo\nthree",
	"Latin-1":               "caf\xe9",
	"half a character":      "caf\xc3",
	"surrogate":             "\xed\xa0\x80",
	"overlong slash":        "\xc0\xaf",
	"noncharacter":          "\uffff",
	"replacement character": "\ufffd",
	"byte order mark":       "\ufeffa",
	"astral":                "\U0001F525\U0010FFFF",
	"composed":              "\u00e9",
	"decomposed":            "e\u0301",
	"right to left":         "\u202egnirts\u2069",
	"line separator":        "a\u2028b",
	"backslashes":           `C:\temp\new \\server\x`,
	"quotes":                `'; DROP TABLE river_job; -- "x" ` + "`",
	"wildcards":             "100%_done",
	"JSON":                  `{"a":[1,null]}`,
	"placeholders":          "$1 @pattern :name ? %s {name}",
	"blanks around":         "  a  ",
	"blanks only":           "   ",
	"markup":                "<script>alert(1)</script>&amp;",
	"upper case":            "ÜBERWACHUNG",
	"lower case":            "überwachung",
	"long":                  strings.Repeat("\U0001F525", 50),
}

// TestAwkwardTexts hands each awkward text over in each place of a notification: on both engines the same are taken,
// come back as they were and are found, and the same are refused, each by itself.
func TestAwkwardTexts(t *testing.T) {
	t.Parallel()
	fates := map[string]map[string]string{} // engine, then case
	onBothEngines(t, func(t *testing.T, open func() *host.Host) {
		h := open()
		fate := map[string]string{}
		for name, text := range awkwardTexts {
			for place, notification := range placed(name, text) {
				fate[place+": "+name] = handOver(t, h, notification, text)
			}
			checkAwkwardRequests(t, h, name, text)
		}
		fates[t.Name()] = fate
	})
	embedded, postgres := fates["TestAwkwardTexts/embedded"], fates["TestAwkwardTexts/postgres"]
	for one, fate := range embedded {
		if postgres[one] != fate {
			t.Errorf("%s: the embedded engine: %s; PostgreSQL: %s", one, fate, postgres[one])
		}
	}
	for one, code := range map[string]string{
		"key: NUL": "control_character", "subject: NUL": "control_character", "text: NUL": "control_character",
		"html: NUL": "control_character",
		"to: NUL":   "not_an_address", "key: surrogate": "not_text", "subject: Latin-1": "not_text",
		"text: half a character": "not_text",
		"subject: astral":        "accepted", "key: quotes": "accepted", "text: escape sequence": "accepted",
		"actor: NUL": "accepted",
	} {
		if embedded[one] != code {
			t.Errorf("%s: %q, not %q", one, embedded[one], code)
		}
	}
}

// placed returns a notification for each place that the text may stand in; the actor's is marked by its key.
func placed(name, text string) map[string]shared.Notification {
	fine := shared.Notification{Key: "fine " + name, To: "you@email.com", Subject: "Alarm", Text: "x"}
	places := map[string]shared.Notification{}
	for place, set := range map[string]func(*shared.Notification){
		"key":     func(n *shared.Notification) { n.Key = text },
		"to":      func(n *shared.Notification) { n.To = text + "@email.com" },
		"subject": func(n *shared.Notification) { n.Subject = text },
		"text":    func(n *shared.Notification) { n.Text = text },
		"html":    func(n *shared.Notification) { n.HTML = text },
		"actor":   func(*shared.Notification) {},
	} {
		notification := fine
		if notification.Key += " " + place; place == "actor" {
			notification.Key = "by the actor " + name
		}
		set(&notification)
		places[place] = notification
	}
	return places
}

// handOver hands the notification over between two that are fine, and returns "accepted" or the code of its refusal.
func handOver(t *testing.T, h *host.Host, notification shared.Notification, text string) string {
	t.Helper()
	request := shared.NotifyRequest{Actor: "anna"}
	if strings.HasPrefix(notification.Key, "by the actor") {
		request.Actor, request.TraceParent = text, text
	}
	before, after := shared.Notification{To: "you@email.com", Text: "before"},
		shared.Notification{To: "you@email.com", Text: "after"}
	request.Notifications = []shared.Notification{before, notification, after}
	receipts, err := h.Notifier().Notify(t.Context(), request)
	if err != nil {
		t.Fatalf("%+q: %v", notification, err)
	}
	if receipts[0].ID == "" || receipts[2].ID == "" {
		t.Fatalf("%+q: those beside it: %+v", notification, receipts)
	}
	if receipts[1].ID == "" {
		return receipts[1].Diagnostics[0].Code
	}
	list, err := h.Notifier().List(t.Context(), shared.ListRequest{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list.Entries, func(e shared.NotificationEntry) bool { return e.ID == receipts[1].ID })
	if i < 0 {
		t.Fatalf("%+q: it is not listed", notification)
	}
	entry := list.Entries[i]
	if entry.Key != notification.Key || entry.To != notification.To ||
		entry.Subject != printable.Line(notification.Subject) {
		t.Errorf("%+q came back as %+v", notification.Subject, entry)
	}
	if again, err := h.Notifier().Notify(t.Context(), request); err != nil || !again[1].Duplicate ||
		again[1].ID != receipts[1].ID {
		t.Errorf("%+q: its key is not known: %+v, %v", notification, again, err)
	}
	return "accepted"
}

// checkAwkwardRequests uses the text where a request names something: none may fail as if the database were at fault,
// and what was taken is found.
func checkAwkwardRequests(t *testing.T, h *host.Host, name, text string) {
	t.Helper()
	found, err := h.Notifier().List(t.Context(), shared.ListRequest{Search: text, Limit: 200})
	if err != nil {
		t.Errorf("search for %+q: %v", text, err)
	}
	for _, entry := range found.Entries {
		if !strings.Contains(strings.ToLower(entry.Subject+"\n"+entry.To),
			strings.ToLower(printable.Line(strings.ToValidUTF8(text, "\ufffd")))) {
			t.Errorf("search for %+q found %+v", text, entry)
		}
	}
	taken := func(entry shared.NotificationEntry) bool { return entry.Subject == printable.Line(text) }
	list, err := h.Notifier().List(t.Context(), shared.ListRequest{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(list.Entries, taken) && !slices.ContainsFunc(found.Entries, taken) {
		t.Errorf("%s: search for %+q does not find the subject", name, text)
	}
	for what, ask := range map[string]func() error{
		"retry": func() error {
			_, err := h.Notifier().Retry(t.Context(), shared.NotificationRequest{ID: text, Actor: text})
			return err
		},
		"cancel": func() error {
			_, err := h.Notifier().Cancel(t.Context(), shared.NotificationRequest{ID: text, Actor: text})
			return err
		},
	} {
		if err := ask(); fmt.Sprint(err) != shared.ErrNoNotification.Error() {
			t.Errorf("%s of %+q: %v", what, text, err)
		}
	}
	checkAwkwardSave(t, h, text)
}

// checkAwkwardSave saves the text as a value, by an actor of that name.
func checkAwkwardSave(t *testing.T, h *host.Host, text string) {
	t.Helper()
	now, err := h.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	saved, err := h.Page().Save(t.Context(),
		shared.SaveRequest{Actor: text, Revision: now.Revision.Number, Draft: shared.Draft{
			Values: shared.Values{"use_other_account": shared.Boolean(true), "email": shared.Text("me@email.com"),
				"name": shared.Text(text)},
		}})
	if err != nil {
		t.Errorf("save of %+q: %v", text, err)
		return
	}
	if !saved.Saved && !saved.Diagnostics.HasErrors() {
		t.Errorf("save of %+q: neither saved nor refused", text)
	}
	// Blanks at either end belong to how a value was pasted, see docs/settings.md.
	want := strings.TrimSpace(strings.ToValidUTF8(text, "\ufffd"))
	if kept, _ := saved.Snapshot.Values["name"].AsText(); saved.Saved && kept != want {
		t.Errorf("%+q was saved as %+q", text, kept)
	}
}
