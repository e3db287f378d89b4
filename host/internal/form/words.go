package form

import (
	"fmt"
	"html/template"
	"maps"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// What the page says where a template would be too narrow for it. The function "write" of the templates writes it.

// templateFunctions are the functions of the templates in a language.
func templateFunctions(reader text.Language) template.FuncMap {
	functions := template.FuncMap{
		"t":             func(message text.Message, pairs ...any) string { return reader.Render(text.Of(message, pairs...)) },
		"write":         reader.Render,
		"language":      reader.Tag,
		"milliseconds":  milliseconds,
		"json":          toJSON,
		"icon":          icon,
		"serviceText":   serviceText,
		"healthText":    healthText,
		"revisionText":  revisionText,
		"savedText":     savedText,
		"verifiedText":  verifiedText,
		"pendingText":   pendingText,
		"expiryTexts":   expiryTexts,
		"stateName":     stateName,
		"statusName":    statusName,
		"operationName": operationName,
		"soon":          soon,
		"elsewhere":     elsewhere,
		"serviceIcon":   serviceIcon,
		"troubleTone":   troubleTone,
		"serviceState":  serviceState,
		"serviceLine":   serviceLine,
		"presetFields":  presetFields,
		"ago":           ago,
		"linked":        linked,
		"siteOf":        siteOf,
		"date":          text.Date,
		"usableText":    func() text.Text { return text.Of("This is of use until {time}.", "time", timePlace) },
		"submit":        func(viewed bool) template.HTMLAttr { return submit(reader, viewed) },
		"givenUp":       func(status *shared.ServiceStatus) int64 { return status.Counts[shared.NotificationDead] },
	}
	maps.Copy(functions, notificationFunctions(reader))
	return functions
}

// revisionText says which revision is in force.
func revisionText(revision shared.Revision) text.Text {
	switch {
	case revision.Number == 0:
		return text.Of("Nothing has been saved yet.")
	case revision.At.IsZero():
		return text.Of("Revision {number}.", "number", revision.Number)
	case revision.Author == "":
		return text.Of("Revision {number}, saved {ago}.", "number", revision.Number, "ago", ago(revision.At))
	default:
		return text.Of("Revision {number}, saved {ago} by {author}.",
			"number", revision.Number, "ago", ago(revision.At), "author", revision.Author)
	}
}

// savedText says when a revision in the history was saved, and by whom. {time} stands for the time.
func savedText(entry shared.RevisionEntry) text.Text {
	var saved, restored text.Text
	switch {
	case !entry.At.IsZero() && entry.Author != "":
		saved = text.Of("Saved on {time} by {author}.", "time", timePlace, "author", entry.Author)
	case !entry.At.IsZero():
		saved = text.Of("Saved on {time}.", "time", timePlace)
	case entry.Author != "":
		saved = text.Of("Saved by {author}.", "author", entry.Author)
	}
	if entry.RestoredFrom != 0 {
		restored = text.Of("Restored from revision {number}.", "number", entry.RestoredFrom)
	}
	return text.Join(saved, restored)
}

// verifiedText says what the last test that passed was about.
func verifiedText(schema shared.Schema, snapshot shared.Snapshot) text.Text {
	verified := snapshot.Verified
	passed := text.Of("Verified {ago}.", "ago", ago(verified.At))
	if verified.Actor != "" {
		passed = text.Of("Verified {ago} by {actor}.", "ago", ago(verified.At), "actor", verified.Actor)
	}
	if len(verified.Changed) == 0 || snapshot.Revision.Number == 0 { // What was never saved cannot have changed.
		return passed
	}
	return text.Join(passed, text.Of("Changed since: {fields}.", "fields", labels(schema, verified.Changed)))
}

// pendingText says what was saved and waits for a restart; nothing when nothing does.
func pendingText(schema shared.Schema, snapshot shared.Snapshot) *text.Text {
	if len(snapshot.Pending) == 0 {
		return nil
	}
	said := text.Of("Saved, but in force only after a restart: {fields}.", "fields", labels(schema, snapshot.Pending))
	return &said
}

// labels are the labels of fields, as a list.
func labels(schema shared.Schema, names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		field, _ := schema.Field(name)
		list[i] = field.Label
	}
	return strings.Join(list, ", ")
}

// serviceText says in words how the service is.
func serviceText(status *shared.ServiceStatus) text.Text {
	switch status.State {
	case shared.ServiceRunning:
		return text.Of("The notification service is running: {delivered}, {waiting}.",
			"delivered", text.Of("{count} delivered in the last minute", "count", status.DeliveredLastMinute),
			"waiting", text.Of("{count} waiting", "count", waiting(status)))
	case shared.ServiceDegraded:
		var next text.Text
		if !status.NextAttempt.IsZero() {
			next = text.Of("Next attempt {when}.", "when", soon(status.NextAttempt))
		}
		return text.Join(text.Of("The notification service waits, because the server is away or refuses."), next)
	case shared.ServiceNotConfigured:
		return text.Of("The notification service is not running: there are no settings to deliver with.")
	default:
		return text.Of("The notification service is stopped: no process delivers.")
	}
}

// elsewhere says which other processes deliver; nothing where only the one that was asked does.
func elsewhere(status *shared.ServiceStatus) text.Text {
	var others []text.Text
	for _, one := range status.DeliveredBy {
		switch {
		case one.Self:
		case one.Host == "":
			others = append(others, text.Of("Another process delivers."))
		default:
			others = append(others, text.Of("Process {pid} on {host} delivers.", "pid", one.PID, "host", one.Host))
		}
	}
	return text.Join(others...)
}

func waiting(status *shared.ServiceStatus) int64 {
	return status.Counts[shared.NotificationQueued] + status.Counts[shared.NotificationRetrying] +
		status.Counts[shared.NotificationSending]
}

// stateName names the state of a notification.
func stateName(state shared.NotificationState) text.Text {
	switch state {
	case shared.NotificationQueued:
		return text.Of("waiting")
	case shared.NotificationRetrying:
		return text.Of("retrying")
	case shared.NotificationSending:
		return text.Of("sending")
	case shared.NotificationDelivered:
		return text.Of("delivered")
	case shared.NotificationDead:
		return text.Of("given up")
	case shared.NotificationCancelled:
		return text.Of("cancelled")
	case shared.NotificationExpired:
		return text.Of("expired")
	default:
		return text.Plain(string(state))
	}
}

// statusName names the result of a step, for those who do not see its icon.
func statusName(status shared.Status) text.Text {
	switch status {
	case shared.StatusPassed:
		return text.Of("passed")
	case shared.StatusWarning:
		return text.Of("passed, with a warning")
	case shared.StatusFailed:
		return text.Of("failed")
	case shared.StatusSkipped:
		return text.Of("skipped")
	default:
		return text.Of("running")
	}
}

const day = 24 * time.Hour

func ago(t time.Time) text.Text {
	switch d := time.Since(t); {
	case d < time.Minute:
		return text.Of("just now")
	case d < time.Hour:
		return text.Of("a minute ago || {count} minutes ago", "count", int(d.Minutes()))
	case d < day:
		return text.Of("an hour ago || {count} hours ago", "count", int(d.Hours()))
	default:
		return text.Of("a day ago || {count} days ago", "count", int(d/day))
	}
}

func soon(at time.Time) text.Text {
	left := time.Until(at).Round(time.Second)
	if left <= 0 {
		return text.Of("now")
	}
	return text.Of("in {duration}", "duration", duration(left))
}

// duration says how long it takes, in the largest unit of which there is one, rounded. What comes nearer is written in
// one unit after the other, and never in the same one twice.
func duration(d time.Duration) text.Text {
	seconds := max(int64(d.Round(time.Second)/time.Second), 1)
	switch minutes := (seconds + 30) / 60; {
	case seconds < 60:
		return text.Of("{count} second || {count} seconds", "count", seconds)
	case minutes < 60:
		return text.Of("{count} minute || {count} minutes", "count", minutes)
	default:
		return text.Of("{count} hour || {count} hours", "count", (minutes+30)/60)
	}
}

func milliseconds(e shared.Elapsed) string {
	if ms := e.Milliseconds(); ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	} else if ms < 10_000 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f s", e.Milliseconds()/1000)
}
