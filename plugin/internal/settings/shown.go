package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// checkShown refuses an address of the environment with a login in it: the page shows the address to every
// administrator. The error does not repeat it.
func checkShown(field, given string) error {
	switch field {
	case Proxy:
		if _, err := smtpconn.ParseProxy(given); err != nil {
			return text.Error{Text: diagnosis.Reason(err, nil)}
		}
	case Server:
		named := slices.ContainsFunc(typed.Servers(given), func(one typed.Server) bool { return one.Login != "" })
		if strings.Contains(given, "@") || named {
			return errors.New("a login cannot be given with the server; it has variables of its own")
		}
	}
	return nil
}

// checkCharacters refuses a value of the environment with a line break or another control character, which no program
// shows. The error does not repeat the value.
func checkCharacters(field shared.Field, given string) error {
	switch field.Kind {
	case shared.KindInteger, shared.KindBoolean:
		return nil // They are read without what stands around them.
	case shared.KindFile, shared.KindAuthorization:
		return nil
	case shared.KindMultiline:
		if !field.Sensitive {
			return nil
		}
	}
	inside := strings.TrimRight(given, "\r\n")
	at := strings.IndexFunc(inside, unicode.IsControl)
	switch {
	case at >= 0 && (inside[at] == '\r' || inside[at] == '\n'):
		return errors.New("the value contains a line break; set it to one line")
	case at >= 0:
		return fmt.Errorf("the value contains the control character U+%04X; set it without", []rune(inside[at:])[0])
	case inside != given:
		return errors.New(`the value ends with a line break; set it without one: a file that "echo" writes has one, ` +
			`one that "printf %s" writes has none`)
	}
	return nil
}
