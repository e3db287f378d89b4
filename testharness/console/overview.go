package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// card is what the overview says of one thing.
type card struct {
	Title, Symbol, State string
	Rows                 []cardRow
	Link, LinkTo         string
	Switch               string // the state that a button asks for; empty for none
}

type cardRow struct{ Name, Value, LinkTo string }

// add adds a row, unless there is nothing to say.
func (c *card) add(name, value string) {
	if value != "" {
		c.Rows = append(c.Rows, cardRow{Name: name, Value: value})
	}
}

// overview shows whether notifications work, and what they depend on.
func (c *console) overview(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	var cards []card
	if c.plugin.Offers(shared.CapabilityNotifier) {
		cards = append(cards, c.deliveryCard(ctx))
	}
	snapshot, err := c.host.Page().Load(ctx, shared.LoadRequest{})
	if c.plugin.Offers(shared.CapabilityHealth) {
		cards = append(cards, c.watchCards(ctx)...)
	} else {
		cards = append(cards, c.testCard(snapshot, err))
	}
	cards = append(cards, c.processingCard(), c.pluginCard(), c.settingsCard(snapshot, err))
	c.show(w, "Overview", "monitoring", cards)
}

func (c *console) processingCard() card {
	one := card{Title: "Processing Server", Symbol: "ok", State: "It is running.", Switch: "stopped"}
	if c.processingStopped.Load() {
		one.Symbol, one.State, one.Switch = "bad", "It is stopped.", "running"
		one.add("Since", time.Unix(c.stoppedAt.Load(), 0).Format("15:04:05"))
	}
	return one
}

func (c *console) pluginCard() card {
	status := c.host.Status()
	one := card{Title: "Plugin", Symbol: "ok", State: capitalized(string(status.State)), LinkTo: "/metrics",
		Link: "Figures for Prometheus"}
	switch status.State {
	case host.StateRunning:
	case host.StateFailed, host.StateStopped:
		one.Symbol = "bad"
	default:
		one.Symbol = "warn"
	}
	one.add("Version", c.plugin.Version+", "+c.plugin.Name)
	one.add("Since", ago(status.Since))
	one.add("Reason", status.Reason)
	return one
}

// serviceStates says how the notification service is.
var serviceStates = map[shared.ServiceState][2]string{
	shared.ServiceRunning:       {"ok", "Delivering"},
	shared.ServiceDegraded:      {"bad", "Paused"},
	shared.ServiceStopped:       {"bad", "No process delivers"},
	shared.ServiceNotConfigured: {"info", "No settings to deliver with"},
}

func (c *console) deliveryCard(ctx context.Context) card {
	one := card{Title: "Delivery", Link: "Notifications", LinkTo: notificationsPath}
	status, err := c.host.Notifier().Status(ctx, shared.StatusRequest{})
	if err != nil {
		one.Symbol, one.State = "bad", "It cannot be asked"
		one.add("Reason", err.Error())
		return one
	}
	said := serviceStates[status.State]
	one.Symbol, one.State = said[0], said[1]
	if status.Reason != nil {
		one.add("Reason", status.Reason.Summary)
	}
	waits := status.Counts[shared.NotificationQueued] + status.Counts[shared.NotificationRetrying] +
		status.Counts[shared.NotificationSending]
	oldest := ""
	if !status.OldestWaiting.IsZero() {
		oldest = ", the oldest from " + ago(status.OldestWaiting)
	}
	one.add("Waiting", fmt.Sprint(waits)+oldest)
	one.add("Delivered", fmt.Sprint(status.Counts[shared.NotificationDelivered]))
	dead := cardRow{Name: "Given up", Value: fmt.Sprint(status.Counts[shared.NotificationDead])}
	if status.Counts[shared.NotificationDead] > 0 {
		dead.Value += ", to be looked at"
		dead.LinkTo = notificationsPath + "?state=dead#list"
	}
	one.Rows = append(one.Rows, dead)
	for _, by := range status.DeliveredBy {
		who := "another process"
		switch {
		case by.Self:
			who = "this Console's plugin"
		case by.Host != "":
			who = fmt.Sprintf("process %d on %s", by.PID, by.Host)
		}
		one.add("Delivered by", who)
	}
	for _, secret := range status.SecretExpiries {
		said := "ends on "
		if !secret.Expires.After(time.Now()) {
			said = "has ended on "
		}
		one.add(secret.Label, said+secret.Expires.UTC().Format(time.DateOnly))
	}
	return one
}

func (c *console) testCard(snapshot shared.Snapshot, err error) card {
	one := card{Title: "Last test", Link: "Test connection", LinkTo: c.settingsPath()}
	switch verified := snapshot.Verified; {
	case err != nil:
		one.Symbol, one.State = "bad", "Not known"
		one.add("Reason", err.Error())
	case verified == nil:
		one.Symbol, one.State = "info", "No test has passed yet"
	case len(verified.Changed) > 0 && snapshot.Revision.Number > 0:
		one.Symbol, one.State = "warn", "Passed, changed since"
		one.add("Changed since", strings.Join(verified.Changed, ", "))
		one.add("When", ago(verified.At))
	default:
		one.Symbol, one.State = "ok", "Passed"
		one.add("When", ago(verified.At))
		one.add("By", verified.Actor)
	}
	return one
}

func (c *console) settingsCard(snapshot shared.Snapshot, err error) card {
	one := card{Title: "Settings in force", Link: c.plugin.Title, LinkTo: c.settingsPath()}
	switch {
	case err != nil:
		one.Symbol, one.State = "bad", "Not known"
	case snapshot.Revision.Number == 0:
		one.Symbol, one.State = "info", "Nothing has been saved yet"
	default:
		one.Symbol, one.State = "ok", fmt.Sprint("Revision ", snapshot.Revision.Number)
		one.add("Saved", ago(snapshot.Revision.At))
		one.add("By", snapshot.Revision.Author)
	}
	return one
}

func capitalized(word string) string {
	if word == "" {
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// ago says how long ago something was.
func ago(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	switch d := time.Since(at); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour")
	default:
		return plural(int(d.Hours()/24), "day")
	}
}

func plural(count int, unit string) string {
	if count != 1 {
		unit += "s"
	}
	return fmt.Sprint(count, " ", unit, " ago")
}
