package settings

import (
	"errors"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
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
		if strings.Contains(given, "@") {
			return errors.New("a login cannot be given with the server; it has variables of its own")
		}
	}
	return nil
}
