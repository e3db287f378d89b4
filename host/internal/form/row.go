package form

import (
	"html/template"
	"mime"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// rowView is a notification in the list.
type rowView struct {
	shared.NotificationEntry
	Icon  string    // the name of its sign
	Told  text.Text // its state; {time} stands for At
	At    time.Time
	Cause string // why it waits, or was given up
}

func newRow(entry shared.NotificationEntry, status shared.ServiceStatus) rowView {
	row := rowView{NotificationEntry: entry, Icon: string(entry.State)}
	row.Told, row.At = stateTold(entry)
	switch {
	case entry.State == shared.NotificationQueued && entry.PausedBy != "":
		row.Icon = "paused"
		if status.Reason != nil && status.Reason.Code == entry.PausedBy {
			row.Cause = status.Reason.Summary
		}
	case entry.Failure != nil && entry.State != shared.NotificationDelivered:
		row.Cause = entry.Failure.Summary
	}
	return row
}

// stateTold says the state of a notification as it is for who waits for it. {time} stands for the time.
func stateTold(entry shared.NotificationEntry) (told text.Text, at time.Time) {
	switch {
	case entry.State == shared.NotificationQueued && entry.PausedBy != "":
		return text.Of("paused"), at
	case entry.State == shared.NotificationQueued:
		return text.Of("waiting for its turn"), at
	case entry.State == shared.NotificationRetrying && !entry.NextAttempt.IsZero():
		return text.Of("retrying at {time}", "time", timePlace), entry.NextAttempt
	case entry.State == shared.NotificationDead && !entry.SetAsideAt.IsZero():
		return text.Of("given up, set aside"), at
	case entry.State == shared.NotificationCancelled && entry.PutAwayBy != "":
		return text.Of("cancelled by {actor}", "actor", entry.PutAwayBy), at
	default:
		return stateName(entry.State), at
	}
}

// timePlace stands in a text for an element that tells a time. No text of others holds it: it is a private character.
const timePlace = "\uE000"

// Ways in which an element tells a time; the script writes it in the reader's zone and language.
const (
	asClock     = "clock"     // of the day, or the day when that is another one
	asMoment    = "moment"    // to the second
	asDay       = "day"       // day and month
	asCountdown = "countdown" // how long it is until then
)

// timed writes a text with an element for the time.
func timed(reader text.Language, told text.Text, at time.Time, as string) template.HTML {
	written := template.HTMLEscapeString(reader.Render(told))
	written = strings.ReplaceAll(written, timePlace, string(timeElement(reader, at, as)))
	return template.HTML(written) //nolint:gosec // It is escaped.
}

// timeElement is a time for people and programs; nothing for none.
func timeElement(reader text.Language, at time.Time, as string) template.HTML {
	if at.IsZero() {
		return ""
	}
	at = at.UTC()
	shown := reader.Render(text.Moment(at))
	switch {
	case as == asCountdown:
		shown = reader.Render(soon(at))
	case as == asDay:
		shown = at.Format("01-02")
	case as == asClock && at.Format(time.DateOnly) == time.Now().UTC().Format(time.DateOnly):
		shown = at.Format("15:04 MST")
	case as == asClock:
		shown = reader.Render(text.Moment(at.Truncate(time.Minute)))
	}
	return template.HTML(`<time datetime="` + at.Format(time.RFC3339) + //nolint:gosec // It is escaped.
		`" data-as="` + as + `">` + template.HTMLEscapeString(shown) + `</time>`)
}

// age says on little room how long ago something was.
func age(since time.Time) text.Text {
	switch d := time.Since(since); {
	case d < time.Minute:
		return text.Of("{number} s", "number", int(max(0, d).Seconds()))
	case d < time.Hour:
		return text.Of("{number} min", "number", int(d.Minutes()))
	case d < 2*day:
		return text.Of("{number} h", "number", int(d.Hours()))
	default:
		return text.Of("{number} d", "number", int(d/day))
	}
}

// agePulse has the ages of what is younger than a minute change less often than the page is looked at.
const agePulse = 10 * time.Second

// Age is how long ago the notification was taken.
func (r rowView) Age() text.Text {
	if d := time.Since(r.Created); d < time.Minute {
		return age(time.Now().Add(-d.Truncate(agePulse)))
	}
	return age(r.Created)
}

// subjects reads subjects as mail programs encode them (RFC 2047).
var subjects mime.WordDecoder

// decoded is a subject as people read it. Who hands a notification over may have encoded it for a header already.
func decoded(subject string) string {
	if !strings.Contains(subject, "=?") {
		return subject
	}
	plain, err := subjects.DecodeHeader(subject)
	if err != nil {
		return subject
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, plain)
}
