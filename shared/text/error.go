package text

import "errors"

// Error is an error whose message is for people.
type Error struct{ Text Text }

// Error is the message in English.
func (e Error) Error() string { return e.Text.String() }

// OfError is what an error says: the text of an [Error] in its chain; else its message, which no language translates.
func OfError(err error) Text {
	var said Error
	if errors.As(err, &said) {
		return said.Text
	}
	if err == nil {
		return Text{}
	}
	return Plain(err.Error())
}
