package console

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// healthStates says whether the saved settings work.
var healthStates = map[shared.HealthState][2]string{
	shared.HealthUnknown: {"info", "Nothing is known yet"},
	shared.HealthHealthy: {"ok", "The settings work"},
	shared.HealthSuspect: {"warn", "They may stop working"},
	shared.HealthBroken:  {"bad", "The settings do not work"},
}

// watchCards are what the plugin has found out by itself: whether the settings work, and what else it looks at.
func (c *console) watchCards(ctx context.Context) []card {
	now, err := c.host.Health(ctx, "")
	if err != nil {
		unknown := card{Title: "Last check", Symbol: "bad", State: "Not known"}
		unknown.add("Reason", err.Error())
		return []card{unknown}
	}
	cards := []card{c.checkCard(now)}
	for _, one := range now.Watched {
		cards = append(cards, c.watchedCard(one))
	}
	return cards
}

func (c *console) checkCard(now shared.Health) card {
	said := healthStates[now.State]
	one := card{
		Title: "Last check", Symbol: said[0], State: said[1], Link: "Test connection", LinkTo: c.settingsPath(),
	}
	if !now.CheckedAt.IsZero() {
		result := ", it failed"
		if now.CheckPassed {
			result = ", it passed"
		}
		one.add("When", ago(now.CheckedAt)+result)
	}
	if now.Cause != nil {
		one.add("Cause", now.Cause.Summary)
	}
	if !now.Since.IsZero() {
		one.add("Since", ago(now.Since))
	}
	for _, ending := range now.Endings {
		one.add(endings[ending.What], "ends on "+ending.At.UTC().Format(time.DateOnly))
	}
	return one
}

// endings are the names of what ends by itself.
var endings = map[string]string{
	"server_certificate": "Certificate", "pinned_certificate": "Pinned certificate", "ca_certificate": "CA certificate",
	"secret": "Secret", "sign_in": "Sign-in",
}

// watchedSymbols are the signs of what was found.
var watchedSymbols = map[shared.Status]string{
	"": "info", shared.StatusPassed: "ok", shared.StatusWarning: "warn", shared.StatusFailed: "bad",
}

func (c *console) watchedCard(watched shared.Watched) card {
	one := card{
		Title: watched.Card.Title, Symbol: watchedSymbols[watched.Card.Status], State: watched.Card.Glance,
		Link: "See the records", LinkTo: c.settingsPath() + "#watched-" + watched.Name,
	}
	for _, fact := range watched.Card.Facts {
		one.add(fact.Label, fact.Value)
	}
	one.add("Looked at", ago(watched.At))
	return one
}
