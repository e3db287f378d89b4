package shared

import (
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

// notifications are a fine one with a change each, and what is found; nothing when it is still fine.
var notifications = map[string]struct {
	change func(*Notification)
	field  string
	code   string
}{
	"fine":         {func(*Notification) {}, "", ""},
	"no key":       {func(n *Notification) { n.Key = "" }, "", ""},
	"subject only": {func(n *Notification) { n.Text = "" }, "", ""},
	"letters of every kind": {func(n *Notification) {
		n.Key, n.Subject, n.Text = "\U0001F525 ключ", "\u202eאזעקה\u2069", "\ufeffe\u0301"
	}, "", ""},
	"replacement character":    {func(n *Notification) { n.Key, n.Subject = "a\ufffd", "a\ufffd" }, "", ""},
	"line breaks in a subject": {func(n *Notification) { n.Subject = "one\r\ntwo\tthree" }, "", ""},
	"colours of a terminal":    {func(n *Notification) { n.Text = "\x1b[31mred\x1b[0m\f" }, "", ""},
	"largest": {
		func(n *Notification) { n.Key, n.Text = strings.Repeat("k", maxKey), strings.Repeat("x", maxBody) }, "", "",
	},
	"nothing to say":          {func(n *Notification) { n.Subject, n.Text = "", "" }, "text", "empty_message"},
	"nobody":                  {func(n *Notification) { n.To = "" }, "to", "not_an_address"},
	"control character in to": {func(n *Notification) { n.To = "you\x00@email.com" }, "to", "not_an_address"},
	"surrogate in to":         {func(n *Notification) { n.To = "you\xed\xa0\x80@email.com" }, "to", "not_text"},
	"NUL in a key":            {func(n *Notification) { n.Key = "a\x00b" }, "key", "control_character"},
	"line break in a key":     {func(n *Notification) { n.Key = "a\nb" }, "key", "control_character"},
	"direction in a key":      {func(n *Notification) { n.Key = "a\u202eb" }, "key", "control_character"},
	"line separator in a key": {func(n *Notification) { n.Key = "a\u2028b" }, "key", "control_character"},
	"C1 control in a key":     {func(n *Notification) { n.Key = "a\u0085b" }, "key", "control_character"},
	"Latin-1 in a key":        {func(n *Notification) { n.Key = "\xe4" }, "key", "not_text"},
	"long key": {
		func(n *Notification) { n.Key = strings.Repeat("k", maxKey+1) }, "key", "wrong_length",
	},
	"NUL in a subject": {func(n *Notification) { n.Subject = "a\x00b" }, "subject", "control_character"},
	"escape in a subject": {
		func(n *Notification) { n.Subject = "\x1b]0;title\x07" }, "subject", "control_character",
	},
	"surrogate in a subject": {func(n *Notification) { n.Subject = "\xed\xbf\xbf" }, "subject", "not_text"},
	"long subject": {
		func(n *Notification) { n.Subject = strings.Repeat("s", maxSubject+1) }, "subject", "wrong_length",
	},
	"NUL in a text":              {func(n *Notification) { n.Text = "a\x00b" }, "text", "control_character"},
	"NUL in HTML":                {func(n *Notification) { n.HTML = "<p>\x00</p>" }, "html", "control_character"},
	"half a character in a text": {func(n *Notification) { n.Text = "caf\xc3" }, "text", "not_text"},
	"half a character in HTML":   {func(n *Notification) { n.HTML = "caf\xc3" }, "html", "not_text"},
	"text and HTML over the size": {
		func(n *Notification) { n.Text, n.HTML = strings.Repeat("x", maxBody), "y" }, "text", "wrong_length",
	},
}

func TestNotificationCheck(t *testing.T) {
	fine := Notification{Key: "disk-42", To: "you@email.com", Subject: "Alarm", Text: "The disk is full."}
	for name, one := range notifications {
		t.Run(name, func(t *testing.T) {
			changed := fine
			one.change(&changed)
			receipts, good := NotifyRequest{Notifications: []Notification{fine, changed, fine}}.Check(text.Language{})
			if len(receipts) != 3 || len(receipts[0].Diagnostics)+len(receipts[2].Diagnostics) != 0 {
				t.Fatalf("those beside it: %+v", receipts)
			}
			if one.code == "" {
				if found := receipts[1].Diagnostics; len(found) > 0 || !slices.Equal(good, []int{0, 1, 2}) {
					t.Errorf("refused: %v, good are %v", found, good)
				}
				return
			}
			found := receipts[1].Diagnostics
			if len(found) != 1 || found[0].Field != one.field || found[0].Code != one.code ||
				!slices.Equal(good, []int{0, 2}) {
				t.Errorf("found %v, good are %v; wanted %s for %s", found, good, one.code, one.field)
			}
		})
	}
}

func TestTooManyNotifications(t *testing.T) {
	large := Notification{To: "you@email.com", Text: strings.Repeat("x", maxBody)}
	for name, notifications := range map[string][]Notification{
		"in number": slices.Repeat([]Notification{{To: "you@email.com", Text: "x"}}, MaxNotifications+1),
		"in bytes":  slices.Repeat([]Notification{large}, maxNotifications/maxBody+1),
	} {
		receipts, good := NotifyRequest{Notifications: notifications}.Check(text.Language{})
		if len(good) != 0 || len(receipts) != len(notifications) {
			t.Fatalf("%s: %d receipts, %d good", name, len(receipts), len(good))
		}
		for _, receipt := range receipts {
			if len(receipt.Diagnostics) != 1 || receipt.Diagnostics[0].Code != "too_many_notifications" {
				t.Fatalf("%s: %+v", name, receipt)
			}
		}
	}
}
