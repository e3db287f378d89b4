package shared

import (
	"embed"
	"slices"

	"github.com/smtp-settings/smtp-settings/shared/phrase"
)

//go:embed languages/*.json
var languageFiles embed.FS

var catalogue = phrase.NewCatalogue(languageFiles, "languages")

// Catalogue holds the translations of what this package itself says, such as the findings of [Schema.Phrases]. A page's own
// catalogue names it as the one to look in besides.
func Catalogue() *phrase.Catalogue { return catalogue }

// In returns the schema with its texts in the language. The schema itself stays as it is.
func (s Schema) In(language phrase.Language) Schema {
	write := language.Text
	s.Title, s.Description, s.SaveNote, s.SuggestLabel = write(s.Title), write(s.Description), write(s.SaveNote), write(s.SuggestLabel)
	s.Prerequisites = each(s.Prerequisites, func(p Prerequisite) Prerequisite {
		p.Text = write(p.Text)
		return p
	})
	s.Sections = each(s.Sections, func(section Section) Section {
		section.Title, section.Help = write(section.Title), write(section.Help)
		section.Fields = fieldsIn(section.Fields, language)
		return section
	})
	s.Presets = each(s.Presets, func(p Preset) Preset {
		p.Label, p.Note = write(p.Label), write(p.Note)
		return p
	})
	s.Test.Label, s.Test.Options = write(s.Test.Label), fieldsIn(s.Test.Options, language)
	return s
}

func fieldsIn(fields []Field, language phrase.Language) []Field {
	return each(fields, func(f Field) Field {
		f.Label, f.Help = language.Text(f.Label), language.Text(f.Help)
		f.Options = each(f.Options, func(o Option) Option {
			o.Label = language.Text(o.Label)
			return o
		})
		return f
	})
}

// In returns the finding with its texts in the language. Evidence is the other side's own words and stays.
func (d Diagnostic) In(language phrase.Language) Diagnostic {
	d.Summary, d.Detail = language.Text(d.Summary), language.Text(d.Detail)
	d.Fixes = slices.Clone(d.Fixes)
	for i := range d.Fixes {
		d.Fixes[i].Label = language.Text(d.Fixes[i].Label)
	}
	return d
}

// In returns the findings with their texts in the language.
func (d Diagnostics) In(language phrase.Language) Diagnostics {
	written := slices.Clone(d)
	for i := range written {
		written[i] = written[i].In(language)
	}
	return written
}

// In returns the step with its texts in the language.
func (r StepResult) In(language phrase.Language) StepResult {
	r.Label, r.Detail = language.Text(r.Label), language.Text(r.Detail)
	return r
}

// In returns the verdict with its texts in the language. The transcript stays.
func (r TestReport) In(language phrase.Language) TestReport {
	r.Headline = language.Text(r.Headline)
	r.Steps = slices.Clone(r.Steps)
	for i := range r.Steps {
		r.Steps[i] = r.Steps[i].In(language)
	}
	r.Diagnostics = r.Diagnostics.In(language)
	r.Cards = slices.Clone(r.Cards)
	for i, card := range r.Cards {
		card.Title, card.Facts = language.Text(card.Title), slices.Clone(card.Facts)
		for j, fact := range card.Facts {
			card.Facts[j] = Fact{Label: language.Text(fact.Label), Value: language.Text(fact.Value)}
		}
		r.Cards[i] = card
	}
	return r
}

// EventIn returns the event with its texts in the language.
func EventIn(event TestEvent, language phrase.Language) TestEvent {
	switch event := event.(type) {
	case StepStarted:
		event.Label = language.Text(event.Label)
		return event
	case StepFinished:
		return StepFinished{event.In(language)}
	case Completed:
		return Completed{event.Report.In(language)}
	default:
		return event
	}
}
