// Package speaker says things in all the ways in which a package can.
package speaker

import "github.com/smtp-settings/smtp-settings/shared/text"

const named text.Message = "as a constant"

type row struct {
	summary text.Message
	code    string
}

var rows = []row{{summary: "as a field", code: "a code"}}

var list = []text.Message{"in an “entry”", "put " + "together of two", ""}

var byName = map[text.Message]text.Message{"as the key": "as the value"}

func say(message text.Message, where string) text.Text { return text.Of(message, "where", where) }

// All is everything.
func All() []text.Text {
	return []text.Text{
		say("as an argument of a function", "no text"), text.Of("as the argument of Of", "name", "no text"), text.Of(named),
		text.Of(rows[0].summary), text.Of(list[0]), text.Of(byName["as the key"]), text.Plain("no text"),
		text.Plain(rows[0].code),
	}
}
