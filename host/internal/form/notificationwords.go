package form

import (
	"html/template"
	"reflect"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// notificationFunctions are the functions of the templates of the notifications in a language.
func notificationFunctions(reader text.Language) template.FuncMap {
	printer := message.NewPrinter(language.Make(reader.Tag()))
	figure := func(value any) string { return printer.Sprint(number.Decimal(wholeNumber(value))) }
	return template.FuncMap{
		"figure":        figure,
		"elapsed":       func(took shared.Elapsed) string { return elapsed(printer, time.Duration(took)) },
		"when":          func(at time.Time, as string) template.HTML { return timeElement(reader, at, as) },
		"timed":         func(told text.Text, at time.Time, as string) template.HTML { return timed(reader, told, at, as) },
		"address":       func(query string) template.URL { return template.URL(query) }, //nolint:gosec // It is encoded.
		"age":           age,
		"decoded":       decoded,
		"waiting":       func(status shared.ServiceStatus) int64 { return waiting(&status) },
		"attempts":      func(b shared.StatisticsBucket) int64 { return b.Delivered + b.FailedAttempts },
		"operateLabel":  operateLabel,
		"spanName":      spanName,
		"flagText":      flagText,
		"pausedText":    pausedText,
		"askedLookText": askedLookText,
		"tone":          tone,
		"drawn": func(c *chartView) template.HTML {
			return c.SVG(func(bar barView) string { return reader.Render(barTitle(bar)) }, reader.Render(c.Label()))
		},
	}
}

func wholeNumber(value any) int64 {
	if given := reflect.ValueOf(value); given.CanInt() {
		return given.Int()
	}
	return 0
}

// elapsed is how long something took, with as many digits as are of use.
func elapsed(printer *message.Printer, took time.Duration) string {
	if took < time.Second {
		return printer.Sprint(number.Decimal(took.Milliseconds())) + " ms"
	}
	return printer.Sprint(number.Decimal(took.Seconds(), number.MaxFractionDigits(1))) + " s"
}

// pausedText says since when delivery is paused, and why. {time} stands for the time.
func pausedText(status shared.ServiceStatus) text.Text {
	reason := text.Of("The notification service waits, because the server is away or refuses.")
	if status.Reason != nil {
		reason = text.Plain(status.Reason.Summary)
	}
	if status.Since.IsZero() {
		return text.Of("Paused: {reason}", "reason", reason)
	}
	return text.Of("Paused since {time}: {reason}", "time", timePlace, "reason", reason)
}

// askedLookText says who has had the server tried. {time} stands for when.
func askedLookText(look shared.AskedLook) text.Text {
	if look.Operator == "" {
		return text.Of("It was tried by hand at {time}.", "time", timePlace)
	}
	return text.Of("{actor} had it tried at {time}.", "actor", look.Operator, "time", timePlace)
}

// tone is the colour of a pill for a notification.
func tone(row rowView) string {
	switch row.Icon {
	case string(shared.NotificationDelivered):
		return "good"
	case string(shared.NotificationDead):
		return "bad"
	case string(shared.NotificationRetrying), "paused":
		return "warn"
	case string(shared.NotificationSending):
		return "accent"
	default:
		return ""
	}
}

// LastDay is what happened in the last 24 hours.
func (v *notificationsView) LastDay() shared.StatisticsBucket { return v.lastDay() }

// Dead is how many notifications were given up and not set aside.
func (v *notificationsView) Dead() int64 { return v.Status.Counts[shared.NotificationDead] }

// Worst is the cause for which most were given up; nil when none was.
func (v *notificationsView) Worst() *causeGroup {
	for i := range v.Groups {
		if v.Groups[i].State == shared.NotificationDead {
			return &v.Groups[i]
		}
	}
	return nil
}

// Total is how many notifications are in the chosen state, written for the reader; among others that are not known.
func (v *notificationsView) Total() text.Text {
	if v.Of.Narrowed() {
		if v.MoreMatched {
			return text.Of("more")
		}
		return text.Plain(grouped(v.reader, v.Matched))
	}
	for _, tab := range v.Tabs {
		if tab.Chosen && !v.Of.Seen {
			return text.Plain(grouped(v.reader, max(tab.Count, int64(len(v.Rows)))))
		}
	}
	return text.Plain(grouped(v.reader, int64(len(v.Rows))))
}

// grouped writes a whole number as the reader's language does.
func grouped(reader text.Language, value int64) string {
	return message.NewPrinter(language.Make(reader.Tag())).Sprint(number.Decimal(value))
}

// WithoutFilter is the query of the page without what narrows the list.
func (v *notificationsView) WithoutFilter() string { return wanted{State: v.Of.State}.Query() }

// FiltersSet is how many filters are set beside the search.
func (v *notificationsView) FiltersSet() (set int) {
	of := v.Of
	of.State, of.Search = "", ""
	return len(of.Fields())
}

// FurtherFilters reports whether one of the filters is set that are folded away.
func (v *notificationsView) FurtherFilters() bool {
	return v.Of.Category != "" || v.Of.Recipient != "" || v.Of.From != "" || v.Of.Until != "" || v.Of.Seen
}

// withinView is how long ago at most, to choose.
type withinView struct {
	Name   string
	Told   text.Text
	Chosen bool
}

// Within are the times to choose among.
func (v *notificationsView) Within() []withinView {
	return []withinView{
		{"24h", text.Of("Last 24 hours"), v.Of.Within == "24h"},
		{"7d", text.Of("Last 7 days"), v.Of.Within == "7d"},
		{"30d", text.Of("Last 30 days"), v.Of.Within == "30d"},
	}
}
