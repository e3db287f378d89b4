package form

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

// What the page says where a template would be too narrow for it. All of it is phrases; "t" writes them.

// templateFunctions are the functions of the templates in a language.
func templateFunctions(reader phrase.Language) template.FuncMap {
	return template.FuncMap{
		"t":            func(english string, pairs ...any) string { return reader.Text(phrase.Of(english, pairs...)) },
		"language":     reader.Tag,
		"milliseconds": milliseconds,
		"json":         toJSON,
		"icon":         icon,
		"serviceText":  serviceText,
		"revisionText": revisionText,
		"savedText":    savedText,
		"verifiedText": verifiedText,
		"stateName":    stateName,
		"statusName":   statusName,
		"soon":         soon,
		"elsewhere":    elsewhere,
		"givenUp":      func(status *shared.ServiceStatus) int64 { return status.Counts[shared.NotificationDead] },
	}
}

// revisionText says which revision is in force.
func revisionText(revision shared.Revision) string {
	switch {
	case revision.Number == 0:
		return phrase.Of("Nothing has been saved yet.")
	case revision.At.IsZero():
		return phrase.Of("Revision {number}.", "number", revision.Number)
	case revision.Author == "":
		return phrase.Of("Revision {number}, saved {ago}.", "number", revision.Number, "ago", ago(revision.At))
	default:
		return phrase.Of("Revision {number}, saved {ago} by {author}.", "number", revision.Number, "ago", ago(revision.At), "author", revision.Author)
	}
}

// savedText says when a revision in the history was saved, and by whom.
func savedText(entry shared.RevisionEntry) string {
	text, at := "", ""
	if !entry.At.IsZero() {
		at = entry.At.Format("2006-01-02 15:04:05 MST")
	}
	switch {
	case at != "" && entry.Author != "":
		text = phrase.Of("Saved on {time} by {author}.", "time", at, "author", entry.Author)
	case at != "":
		text = phrase.Of("Saved on {time}.", "time", at)
	case entry.Author != "":
		text = phrase.Of("Saved by {author}.", "author", entry.Author)
	}
	if entry.RestoredFrom == 0 {
		return text
	}
	return phrase.Sentences(text, phrase.Of("Restored from revision {number}.", "number", entry.RestoredFrom))
}

// verifiedText says what the last test that passed was about.
func verifiedText(schema shared.Schema, snapshot shared.Snapshot) string {
	verified := snapshot.Verified
	text := phrase.Of("Verified {ago}.", "ago", ago(verified.At))
	if verified.Actor != "" {
		text = phrase.Of("Verified {ago} by {actor}.", "ago", ago(verified.At), "actor", verified.Actor)
	}
	if len(verified.Changed) == 0 || snapshot.Revision.Number == 0 { // What was never saved cannot have changed.
		return text
	}
	changed := make([]string, len(verified.Changed))
	for i, name := range verified.Changed {
		field, _ := schema.Field(name)
		changed[i] = field.Label
	}
	return phrase.Sentences(text, phrase.Of("Changed since: {fields}.", "fields", strings.Join(changed, ", ")))
}

// serviceText says in words how the service is.
func serviceText(status *shared.ServiceStatus) string {
	switch status.State {
	case shared.ServiceRunning:
		return phrase.Of("The notification service is running: {delivered} delivered in the last minute, {waiting} waiting.",
			"delivered", status.DeliveredLastMinute, "waiting", waiting(status))
	case shared.ServiceDegraded:
		text := phrase.Of("The notification service waits, because the server is away or refuses.")
		if status.NextAttempt.IsZero() {
			return text
		}
		return phrase.Sentences(text, phrase.Of("Next attempt {when}.", "when", soon(status.NextAttempt)))
	case shared.ServiceNotConfigured:
		return phrase.Of("The notification service is not running: there are no settings to deliver with.")
	default:
		return phrase.Of("The notification service is stopped: no process delivers.")
	}
}

// elsewhere says which other processes deliver; empty where only the one that was asked does.
func elsewhere(status *shared.ServiceStatus) string {
	var texts []string
	for _, one := range status.DeliveredBy {
		switch {
		case one.Self:
		case one.Host == "":
			texts = append(texts, phrase.Of("Another process delivers."))
		default:
			texts = append(texts, phrase.Of("Process {pid} on {host} delivers.", "pid", one.PID, "host", one.Host))
		}
	}
	return phrase.Sentences(texts...)
}

func waiting(status *shared.ServiceStatus) int64 {
	return status.Counts[shared.NotificationQueued] + status.Counts[shared.NotificationRetrying] + status.Counts[shared.NotificationSending]
}

// stateName names the state of a notification.
func stateName(state shared.NotificationState) string {
	switch state {
	case shared.NotificationQueued:
		return phrase.Of("queued")
	case shared.NotificationRetrying:
		return phrase.Of("retrying")
	case shared.NotificationSending:
		return phrase.Of("sending")
	case shared.NotificationDelivered:
		return phrase.Of("delivered")
	case shared.NotificationDead:
		return phrase.Of("given up")
	case shared.NotificationCancelled:
		return phrase.Of("cancelled")
	default:
		return string(state)
	}
}

// statusName names the result of a step, for those who do not see its icon.
func statusName(status shared.Status) string {
	switch status {
	case shared.StatusPassed:
		return phrase.Of("passed")
	case shared.StatusWarning:
		return phrase.Of("passed, with a warning")
	case shared.StatusFailed:
		return phrase.Of("failed")
	case shared.StatusSkipped:
		return phrase.Of("skipped")
	default:
		return phrase.Of("running")
	}
}

func ago(t time.Time) string {
	switch d := time.Since(t); {
	case d < time.Minute:
		return phrase.Word("just now")
	case d < 2*time.Minute:
		return phrase.Word("a minute ago")
	case d < 2*time.Hour:
		return phrase.Of("{count} minutes ago", "count", int(d.Minutes()))
	case d < 48*time.Hour:
		return phrase.Of("{count} hours ago", "count", int(d.Hours()))
	default:
		return phrase.Of("{count} days ago", "count", int(d.Hours()/24))
	}
}

func soon(at time.Time) string {
	left := time.Until(at).Round(time.Second)
	if left <= 0 {
		return phrase.Word("now")
	}
	return phrase.Of("in {duration}", "duration", left)
}

func milliseconds(e shared.Elapsed) string {
	if ms := e.Milliseconds(); ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	} else if ms < 10_000 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f s", e.Milliseconds()/1000)
}
