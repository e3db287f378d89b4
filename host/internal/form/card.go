package form

import (
	"slices"
	"strconv"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared"
)

// cardView is a card as it stands on the page.
type cardView struct {
	shared.Card
	id string // begins those of its records
	// Open tells that it is unfolded.
	Open bool
}

// ShownCards are the cards of a verdict. One that an action has made for its own sake is unfolded.
func (r *reportView) ShownCards() []cardView {
	shown := make([]cardView, len(r.Cards))
	for i, card := range r.Cards {
		shown[i] = cardView{Card: card, id: r.Of.ID("card-" + strconv.Itoa(i))}
		shown[i].Open = card.Status == shared.StatusFailed || !r.IsTest() && shown[i].Tells()
	}
	return shown
}

// Tells reports whether its facts say more than their values.
func (c cardView) Tells() bool {
	return slices.ContainsFunc(c.Facts, func(one shared.Fact) bool { return one.Detail != "" || len(one.Records) > 0 })
}

// Said is what it holds, at a glance.
func (c cardView) Said() string {
	if c.Glance == "" && len(c.Facts) > 0 {
		return c.Facts[0].Value
	}
	return c.Glance
}

// factView is a fact that says more than its value.
type factView struct {
	shared.Fact
	id string
}

// Rows are its facts.
func (c cardView) Rows() []factView {
	rows := make([]factView, len(c.Facts))
	for i, fact := range c.Facts {
		rows[i] = factView{fact, c.id + "-" + strconv.Itoa(i)}
	}
	return rows
}

// Sign is the icon beside its value.
func (f factView) Sign() string {
	if f.Status == "" {
		return string(shared.SeverityInfo)
	}
	return string(f.Status)
}

// recordView is a record that can be copied from the page.
type recordView struct {
	shared.Record
	ID string
}

// Lines are its records.
func (f factView) Lines() []recordView {
	lines := make([]recordView, len(f.Records))
	for i, record := range f.Records {
		lines[i] = recordView{record, f.id + "-" + strconv.Itoa(i)}
	}
	return lines
}

// untold are the findings that no card tells already.
func untold(report *shared.TestReport) shared.Diagnostics {
	told := func(one shared.Diagnostic) bool {
		return slices.ContainsFunc(report.Cards, func(card shared.Card) bool {
			return slices.ContainsFunc(card.Facts, func(fact shared.Fact) bool {
				return one.Summary != "" && strings.HasPrefix(fact.Detail, one.Summary)
			})
		})
	}
	return slices.DeleteFunc(slices.Clone(report.Diagnostics), told)
}
