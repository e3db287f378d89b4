package settings

import (
	"regexp"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// inGroups is an app password as providers show it: groups of four with blanks between them.
var inGroups = regexp.MustCompile(`^[A-Za-z0-9]{4}( [A-Za-z0-9]{4}){2,}$`)

// CheckSecret says what is wrong or odd about a secret, without a character of it. What is odd is a warning: a secret
// is used as it is, for nobody but its owner knows what it should be.
func CheckSecret(field shared.Field, secret string) finding.Findings {
	label := Label(field.Name)
	fail := func(code string, summary, detail text.Text) finding.Findings {
		return finding.Findings{{Severity: shared.SeverityError, Field: field.Name, Code: code, Summary: summary,
			Detail: detail}}
	}
	longest, _ := field.Max.AsInteger()
	switch {
	case strings.ContainsAny(secret, "\r\n\x00"):
		detail := text.Text{}
		if !strings.ContainsAny(strings.TrimRight(secret, "\r\n"), "\r\n\x00") {
			detail = text.Of("It ends with a line break. Enter it without one.")
		}
		return fail("control_character",
			text.Of("“{field}” contains a line break or another control character.", "field", label), detail)
	case int64(len(secret)) > longest:
		return fail("wrong_length", text.Of("“{field}” must have {bounds}.", "field", label, "bounds",
			text.Of("at most {count} character || at most {count} characters", "count", longest)), text.Text{})
	}
	var found finding.Findings
	warn := func(code string, summary, detail text.Text) {
		found = append(found, finding.Finding{Severity: shared.SeverityWarning, Field: field.Name, Code: code,
			Summary: summary, Detail: detail})
	}
	again := text.Of("If that was not meant, enter it again without.")
	plain := typed.Plain(secret)
	if secret != strings.TrimSpace(secret) {
		warn(codeSecretBlanks, text.Of("“{field}” begins or ends with a blank. It is used as it is.", "field", label),
			again)
	}
	if inGroups.MatchString(plain) {
		warn(codeSecretGroups, text.Of("“{field}” looks like an app password with the blanks between its groups. "+
			"It is used as it is.", "field", label),
			text.Of("Providers show the blanks to make it easier to read. Enter it again without them."))
	} else if _, _, odd := typed.Odd(strings.TrimSpace(secret)); odd {
		warn(codeSecretLookAlike, text.Of("“{field}” contains a character that cannot be seen, "+
			"or that only looks like one of the keyboard. It is used as it is.", "field", label), copied)
	}
	if typed.Undecorated(plain) != plain && strings.ContainsAny(plain[:1], `"'<([`) {
		warn(codeSecretQuotes, text.Of("“{field}” stands in quotation marks or brackets. It is used with them.",
			"field", label), again)
	}
	return found
}
