package settings

import (
	"sync"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// section, field and option are those of the contract with their words as messages; what is in the contract's own is
// empty. They are written in [SchemaIn].
type section struct {
	shared.Section
	Title, Help text.Message
	Fields      []field
}

type field struct {
	shared.Field
	Label, Help text.Message
	Options     []option
}

type option struct {
	value string
	label text.Message
}

// Schema declares the page in English. The result is shared and must not be changed.
var Schema = sync.OnceValue(func() shared.Schema { return SchemaIn(text.Language{}) })

// SchemaIn declares the page in the reader's language.
func SchemaIn(reader text.Language) shared.Schema {
	write := reader.Message
	schema := shared.Schema{
		Title:       write("SMTP settings"),
		Description: write("The mail server through which e-mail notifications are sent."),
		Prerequisites: []shared.Prerequisite{
			{ID: processingServer, Text: write("Make sure that the Processing Server is running.")},
		},
		Presets: presets(write),
		Test: shared.TestAction{
			Label: write("Test connection"), Options: fieldsIn(testOptions(), write), Plan: planIn(reader),
		},
		Actions: []shared.Action{
			{Name: FindServer, Label: write("Find server from e-mail address")},
			{Name: MakeCertificate, Label: write("Make a certificate"), VisibleWhen: ofApplication()},
			{Name: SignIn, Label: write("Sign in"), VisibleWhen: signsIn(), NeedsSecrets: true},
			{
				Name: SignOut, Label: write("Sign out"), VisibleWhen: signsIn(), Changes: true,
				Confirm: write("Notifications wait until the owner of the mailbox signs in again. Sign out?"),
			},
			checkDomainIn(write),
		},
		SaveNote: write("After saving, the notification service is launched."),
	}
	for _, one := range sections() {
		written := one.Section
		written.Title, written.Help, written.Fields = write(one.Title), write(one.Help), fieldsIn(one.Fields, write)
		schema.Sections = append(schema.Sections, written)
	}
	return schema
}

func fieldsIn(fields []field, write func(text.Message) string) []shared.Field {
	var written []shared.Field
	for _, one := range fields {
		field := one.Field
		field.Label, field.Help = write(one.Label), write(one.Help)
		for _, choice := range one.Options {
			field.Options = append(field.Options, shared.Option{Value: choice.value, Label: write(choice.label)})
		}
		written = append(written, field)
	}
	return written
}

// Label is what a field, or an option of the test, is called. One that is not declared has no name.
func Label(name string) text.Text { return text.Of(labels()[name]) }

var labels = sync.OnceValue(func() map[string]text.Message {
	labels := map[string]text.Message{}
	for _, one := range append(sections(), section{Fields: testOptions()}, section{Fields: domainOptions()}) {
		for _, field := range one.Fields {
			labels[field.Name] = field.Label
		}
	}
	return labels
})

// labelOf is Label for the checks of the schema.
func labelOf(field shared.Field) text.Text { return Label(field.Name) }
