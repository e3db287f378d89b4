package settings

import (
	"fmt"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// proposals are what a field's text may have been meant as, the most likely first. They need not be valid.
var proposals = map[string]func(b *binding, given string) []finding.Fix{
	Server: (*binding).proposeServer, Port: (*binding).proposePort,
	Login: (*binding).proposeLogin, Email: (*binding).proposeSender, Name: (*binding).proposeName,
	ReplyTo: (*binding).proposeReplyTo,
	UseSSL:  (*binding).proposeUseSSL, Authentication: (*binding).proposeChoice,
	EHLOName: (*binding).proposeEHLOName, Proxy: (*binding).proposeProxy, TimeLimit: (*binding).proposeTimeLimit,
	PasswordReference: (*binding).proposeReference,
	CACertificate:     (*binding).proposeCertificates, PinnedCertificate: (*binding).proposeFingerprint,
}

// correct adds fixes to what is wrong, and warns of what is right but probably not meant. Of fixes that are checked
// only those are kept that lead to settings in which nothing is wrong with the fields that they fill in, and nothing
// more is to be corrected about the field that they are for.
func (b *binding) correct(check bool) {
	wrong := map[string]bool{}
	for i, one := range b.found {
		if one.Severity != shared.SeverityError || one.Field == "" {
			continue
		}
		wrong[one.Field] = true
		propose, known := proposals[one.Field]
		if !known || len(one.Fixes) > 0 {
			continue
		}
		given := b.values[one.Field].String()
		if len(given) > typed.Longest && one.Field != CACertificate {
			continue // Nobody has typed that.
		}
		b.found[i].Fixes = b.kept(one.Field, propose(b, given), check)
		if b.found[i].Detail.String() != copied.String() {
			b.found[i].Detail = text.Join(oddity(one.Field, given), one.Detail, expected(one.Field))
		}
	}
	follows := b.schema.Evaluate(b.values)
	for field := range b.schema.Fields() {
		if !wrong[field.Name] && follows.Visible(field) {
			b.warnOfOddity(field.Name, check)
		}
	}
}

// kept are the fixes that lead to valid settings, or all of them.
func (b *binding) kept(field string, fixes []finding.Fix, check bool) []finding.Fix {
	var kept []finding.Fix
	for _, fix := range fixes {
		if !check || b.leadsToValid(field, fix) {
			kept = append(kept, fix)
		}
	}
	return kept
}

// leadsToValid applies a fix.
func (b *binding) leadsToValid(field string, fix finding.Fix) bool {
	draft := shared.Draft{Values: fix.Values}
	applied := &binding{schema: b.schema, typed: draft.Apply(b.values), secretSet: b.secretSet}
	applied.bind()
	applied.correct(false)
	for _, one := range applied.found {
		_, filled := fix.Values[one.Field]
		switch {
		case one.Severity == shared.SeverityError && (filled || one.Field == field):
			return false
		case one.Field == field && len(one.Fixes) > 0 && !hintCodes[one.Code]:
			return false
		}
	}
	return true
}

// Codes of what is odd about a text that may nevertheless be right.
const (
	codeLookAlike = "look_alike"
	codeHidden    = "hidden_character"
	codeDecorated = "decorated"

	codeSecretBlanks    = "secret_has_blanks"
	codeSecretGroups    = "secret_in_groups"
	codeSecretLookAlike = "secret_look_alike"
	codeSecretQuotes    = "secret_in_quotes"
)

// Oddities are the findings about texts that were accepted and are probably not meant. When a test fails they may be
// why.
func Oddities(found finding.Findings) finding.Findings {
	var odd finding.Findings
	for _, one := range found {
		switch one.Code {
		case codeLookAlike, codeHidden, codeDecorated, codeSecretBlanks, codeSecretGroups, codeSecretLookAlike,
			codeSecretQuotes:
			odd = append(odd, one)
		}
	}
	return odd
}

// oddity says which character of a text is not what it looks like; nothing when there is none.
func oddity(field, given string) text.Text {
	found, meant, odd := typed.Odd(given)
	code := fmt.Sprintf("U+%04X", found)
	switch {
	case !odd || meant == " ":
		return text.Text{}
	case meant == "":
		return text.Of("“{field}” contains a character that cannot be seen ({code}).", "field", Label(field),
			"code", code)
	default:
		return text.Of("“{field}” contains “{found}” ({code}), which only looks like “{meant}”.",
			"field", Label(field), "found", string(found), "code", code, "meant", meant)
	}
}

// warnOfOddity warns of a text that was accepted.
func (b *binding) warnOfOddity(field string, check bool) {
	given, isText := b.values[field].AsText()
	if !isText || len(given) > typed.Longest {
		return
	}
	switch field {
	case Server:
		if written, _ := typed.Latin(given); written != given || strings.Contains(given, softHyphen) {
			b.warnOf(field, given, check)
		}
	case Login, Email, ReplyTo:
		_, _, odd := typed.Odd(given)
		written, _ := typed.Latin(given)
		if odd || written != given || typed.Undecorated(given) != given {
			b.warnOf(field, given, check)
		}
	case Name:
		b.warnOf(field, given, check)
	}
}

// warnOf adds a warning, if there is a fix.
func (b *binding) warnOf(field, given string, check bool) {
	fixes := b.kept(field, proposals[field](b, given), check)
	if len(fixes) == 0 || fixes[0].Values[field] == shared.Text(given) {
		return
	}
	code, summary := oddness(field, given)
	b.report(shared.SeverityWarning, field, code, summary, copied, fixes...)
}

// oddness says what is odd about a text.
func oddness(field, given string) (code string, summary text.Text) {
	said := oddity(field, given)
	written, _ := typed.Latin(given)
	switch _, meant, _ := typed.Odd(given); {
	case !said.IsZero() && meant == "":
		return codeHidden, said
	case !said.IsZero():
		return codeLookAlike, said
	case written != given:
		return codeLookAlike, text.Of("“{field}” contains letters of another alphabet that look like those of ASCII.",
			"field", Label(field))
	}
	return codeDecorated, text.Of("“{field}” holds more than what belongs there.", "field", Label(field))
}

// expected says what a field takes, where its name does not.
func expected(field string) text.Text {
	if field == PinnedCertificate {
		return text.Of("The fingerprint is that of SHA-256: 64 hexadecimal digits. SHA-1 has 40.")
	}
	return text.Text{}
}

// copied is why there are such characters.
var copied = text.Of("Text that was copied from a document, a chat or a web page often has such characters.")
