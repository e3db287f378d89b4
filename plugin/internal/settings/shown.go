package settings

import (
	"errors"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// checkShown refuses an address of the environment with a login in it: the page shows the address to every administrator.
// The error does not repeat it.
func checkShown(field, text string) error {
	switch field {
	case Proxy:
		if _, err := smtpconn.ParseProxy(text); err != nil {
			return errors.New(diagnosis.Reason(err, nil).String())
		}
	case Server:
		if strings.Contains(text, "@") {
			return errors.New("a login cannot be given with the server; it has variables of its own")
		}
	}
	return nil
}
