package shared

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared/text"
)

type changedNotification struct {
	change func(*Notification)
	field  string
	code   string
}

// notifications are a fine one with a change each, and what is found; nothing when it is still fine.
var notifications = map[string]changedNotification{
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
	"surrogate in a subject":     {func(n *Notification) { n.Subject = "\xed\xbf\xbf" }, "subject", "not_text"},
	"long subject":               {func(n *Notification) { n.Subject = strings.Repeat("s", 10*maxSubject) }, "", ""},
	"NUL in a text":              {func(n *Notification) { n.Text = "a\x00b" }, "text", "control_character"},
	"NUL in HTML":                {func(n *Notification) { n.HTML = "<p>\x00</p>" }, "html", "control_character"},
	"half a character in a text": {func(n *Notification) { n.Text = "caf\xc3" }, "text", "not_text"},
	"half a character in HTML":   {func(n *Notification) { n.HTML = "caf\xc3" }, "html", "not_text"},
	"text and HTML over the size": {
		func(n *Notification) { n.Text, n.HTML = strings.Repeat("x", maxBody), "y" }, "text", "wrong_length",
	},
	"answers elsewhere": {func(n *Notification) { n.ReplyTo = "ops@bücher.example" }, "", ""},
	"answers to a name": {func(n *Notification) { n.ReplyTo = "Ops <ops@email.com>" }, "reply_to",
		"not_an_address"},
	"answers to two": {func(n *Notification) { n.ReplyTo = "a@email.com,b@email.com" }, "reply_to",
		"not_an_address"},
	"line break in reply_to": {func(n *Notification) { n.ReplyTo = "a@email.com\r\nBcc: b" }, "reply_to",
		"not_an_address"},
	"half a letter in reply_to": {func(n *Notification) { n.ReplyTo = "caf\xc3@email.com" }, "reply_to", "not_text"},
	"thread and category":       {func(n *Notification) { n.Thread, n.Category = "alarm 🔥 42", "дисk" }, "", ""},
	"line break in a thread":    {func(n *Notification) { n.Thread = "a\nb" }, "thread", "control_character"},
	"surrogate in a thread":     {func(n *Notification) { n.Thread = "a\xed\xa0\x80" }, "thread", "not_text"},
	"long thread": {func(n *Notification) { n.Thread = strings.Repeat("t", maxThread+1) }, "thread",
		"wrong_length"},
	"NUL in a category":       {func(n *Notification) { n.Category = "a\x00" }, "category", "control_character"},
	"direction in a category": {func(n *Notification) { n.Category = "\u2067a" }, "category", "control_character"},
	"long category": {func(n *Notification) { n.Category = strings.Repeat("t", 101) }, "category",
		"wrong_length"},
	"high":                    {func(n *Notification) { n.Priority = PriorityHigh }, "", ""},
	"normal":                  {func(n *Notification) { n.Priority = PriorityNormal }, "", ""},
	"low":                     {func(n *Notification) { n.Priority = PriorityLow }, "", ""},
	"urgent":                  {func(n *Notification) { n.Priority = "urgent\x1b" }, "priority", "unknown_priority"},
	"surrogate in a priority": {func(n *Notification) { n.Priority = "\xed\xa0\x80" }, "priority", "not_text"},
	"expired already":         {func(n *Notification) { n.Expires = time.Unix(1, 0) }, "", ""},
	"far future": {func(n *Notification) { n.Expires = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) }, "",
		""},
	"year 10000": {func(n *Notification) { n.Expires = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"expires", "out_of_range"},
	"year 0": {func(n *Notification) { n.Expires = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) },
		"expires", "out_of_range"},
	"unlimited": {func(n *Notification) { n.Expires = time.Unix(1<<60, 0) }, "expires", "out_of_range"},
}

// attachments are ones beside a fine one, and what is found; nothing when they are still fine.
var attachments = map[string]struct {
	given []Attachment
	field string
	code  string
}{
	"a picture": {[]Attachment{{Name: "東京 🦊.png", Type: "image/png", ContentID: "logo.1@console"}}, "", ""},
	"a type with parameters": {
		[]Attachment{{Name: "a.csv", Type: "text/csv; charset=utf-8", Content: []byte("a\x00")}}, "", "",
	},
	"nine more": {slices.Repeat([]Attachment{{Name: "a"}}, MaxAttachments-1), "", ""},
	"ten more":  {slices.Repeat([]Attachment{{Name: "a"}}, MaxAttachments), "attachments", "too_many_attachments"},
	"10 MiB":    {[]Attachment{{Name: "a", Content: make([]byte, MaxAttachmentBytes-1)}}, "", ""},
	"more than 10 MiB": {[]Attachment{{Name: "a", Content: make([]byte, MaxAttachmentBytes)}}, "attachments",
		"wrong_length"},
	"no name":    {[]Attachment{{}}, "attachments[1].name", "not_a_file_name"},
	"blank name": {[]Attachment{{Name: " "}}, "attachments[1].name", "not_a_file_name"},
	"folder":     {[]Attachment{{Name: "../../etc/passwd"}}, "attachments[1].name", "not_a_file_name"},
	"folder of Windows": {
		[]Attachment{{Name: "fine"}, {Name: `C:\x.exe`}}, "attachments[2].name", "not_a_file_name",
	},
	"folder above":       {[]Attachment{{Name: ".."}}, "attachments[1].name", "not_a_file_name"},
	"line break in name": {[]Attachment{{Name: "a\r\nBcc: b"}}, "attachments[1].name", "control_character"},
	"turned around":      {[]Attachment{{Name: "gpj.\u202eexe"}}, "attachments[1].name", "control_character"},
	"Latin-1 name":       {[]Attachment{{Name: "\xe4"}}, "attachments[1].name", "not_text"},
	"long name":          {[]Attachment{{Name: strings.Repeat("n", 201)}}, "attachments[1].name", "wrong_length"},
	"half a type":        {[]Attachment{{Name: "a", Type: "image"}}, "attachments[1].type", "not_a_media_type"},
	"no sub type":        {[]Attachment{{Name: "a", Type: "image/"}}, "attachments[1].type", "not_a_media_type"},
	"a header as type": {
		[]Attachment{{Name: "a", Type: "image/png\r\nBcc: b"}}, "attachments[1].type", "not_a_media_type",
	},
	"a message":      {[]Attachment{{Name: "a", Type: "message/rfc822"}}, "attachments[1].type", "not_a_media_type"},
	"parts in parts": {[]Attachment{{Name: "a", Type: "Multipart/Mixed"}}, "attachments[1].type", "not_a_media_type"},
	"surrogate type": {[]Attachment{{Name: "a", Type: "\xed\xa0\x80/x"}}, "attachments[1].type", "not_text"},
	"a bracket in an id": {
		[]Attachment{{Name: "a", ContentID: "<logo>"}}, "attachments[1].content_id", "not_a_content_id",
	},
	"letters in an id": {[]Attachment{{Name: "a", ContentID: "ö"}}, "attachments[1].content_id", "not_a_content_id"},
	"an id twice": {
		[]Attachment{{Name: "a", ContentID: "x"}, {Name: "b", ContentID: "x"}}, "attachments[2].content_id",
		"content_id_twice",
	},
}

// TestAttachmentCheck holds that an attachment that cannot be sent is named, and fails its own notification only.
func TestAttachmentCheck(t *testing.T) {
	changed := map[string]changedNotification{}
	for name, one := range attachments {
		changed[name] = changedNotification{func(n *Notification) {
			n.Attachments = append([]Attachment{{Name: "report.pdf", Content: []byte("%")}}, one.given...)
		}, one.field, one.code}
	}
	checkNotifications(t, changed)
}

// TestShortSubject cuts subjects of letters, marks and joined characters, and leaves what fits.
func TestShortSubject(t *testing.T) {
	for name, one := range map[string]struct{ given, want string }{
		"fits":         {strings.Repeat("s", maxSubject), strings.Repeat("s", maxSubject)},
		"letters":      {strings.Repeat("s", maxSubject+1), strings.Repeat("s", maxSubject-3) + "…"},
		"blanks":       {strings.Repeat("s", 490) + strings.Repeat(" ", 90), strings.Repeat("s", 490) + "…"},
		"two bytes":    {strings.Repeat("ü", 300), strings.Repeat("ü", 248) + "…"},
		"marks":        {strings.Repeat("e\u0301", 200), strings.Repeat("e\u0301", 165) + "…"},
		"family":       {strings.Repeat("👩\u200d👧", 60), strings.Repeat("👩\u200d👧", 45) + "…"},
		"skin":         {strings.Repeat("👍🏽", 80), strings.Repeat("👍🏽", 62) + "…"},
		"only marks":   {strings.Repeat("\u0301", 300), "…"},
		"not UTF-8":    {strings.Repeat("\xff", 600), strings.Repeat("\xff", 600)},
		"line by line": {strings.Repeat("a\n", 300), strings.Repeat("a\n", 248) + "a…"},
	} {
		got := Notification{Subject: one.given}.WithShortSubject().Subject
		if got != one.want {
			t.Errorf("%s: %q", name, got)
		}
		if name != "not UTF-8" && (len(got) > maxSubject || !utf8.ValidString(got)) {
			t.Errorf("%s: has %d bytes", name, len(got))
		}
	}
}

// TestNotificationCheck holds that each thing that is wrong is named with its field and a remedy, and that those beside
// it are taken.
func TestNotificationCheck(t *testing.T) { checkNotifications(t, notifications) }

func checkNotifications(t *testing.T, changes map[string]changedNotification) {
	t.Helper()
	fine := Notification{Key: "disk-42", To: "you@email.com", Subject: "Alarm", Text: "The disk is full."}
	for name, one := range changes {
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
				found[0].Summary == "" || found[0].Detail == "" || !slices.Equal(good, []int{0, 2}) {
				t.Errorf("found %v, good are %v; wanted %s for %s", found, good, one.code, one.field)
			}
		})
	}
}

func TestTooManyNotifications(t *testing.T) {
	large := Notification{To: "you@email.com", Text: strings.Repeat("x", maxBody)}
	for name, notifications := range map[string][]Notification{
		"in number": slices.Repeat([]Notification{{To: "you@email.com", Text: "x"}}, MaxNotifications+1),
		"in bytes":  slices.Repeat([]Notification{large}, MaxNotificationBytes/maxBody+1),
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
