package senderdomain

import (
	"net/mail"
	"strings"

	"github.com/emersion/go-msgauth/authres"

	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// MaxHeaders is how much of a message is looked at, in bytes.
const MaxHeaders = 64 << 10

// Headers says what a receiver has found in a message (RFC 8601), from its headers or its whole source. It asks nobody.
// The topmost result counts: it is that of the receiver itself, and what stands below may come from anybody. domain is
// the sender's; empty means that of the message.
func Headers(source, domain string) (rows []Row, of string) {
	fields := unfolded(source[:min(len(source), MaxHeaders)])
	from := fromDomain(fields)
	if domain == "" {
		domain = from
	}
	domain = strings.ToLower(domain)
	if from != "" && from != domain {
		return []Row{{Topic: Name, Grade: CannotKnow, Code: "another_message", Found: from, Meaning: text.Of(
			"The message is from {other}, not from {domain}.", "other", from, "domain", domain)}}, domain
	}
	for _, one := range fields {
		if one.name == "authentication-results" {
			return resultRows(one.value, domain), domain
		}
	}
	return []Row{{Topic: Name, Grade: CannotKnow, Code: "no_results", Meaning: text.Of(
		"There is no Authentication-Results in what was pasted."), Remedy: text.Of(
		"Open the message at the receiver, have its source shown, and paste all of it.")}}, domain
}

// field is a header field; its name is in lower case.
type field struct{ name, value string }

// unfolded reads the header fields. What was copied from a page may have lost the blanks before folded lines.
func unfolded(source string) []field {
	source = strings.TrimLeft(strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n"), "\ufeff \t\n")
	var fields []field
	for line := range strings.SplitSeq(source, "\n") {
		if strings.TrimSpace(line) == "" {
			break
		}
		name, value, isField := strings.Cut(line, ":")
		if isField && isFieldName(name) && !strings.HasPrefix(value, "//") {
			fields = append(fields, field{strings.ToLower(name), strings.TrimSpace(value)})
		} else if len(fields) > 0 {
			fields[len(fields)-1].value += " " + strings.TrimSpace(line)
		}
	}
	return fields
}

func isFieldName(name string) bool {
	for _, r := range name {
		if r <= ' ' || r >= 0x7f || r == '=' || r == ';' || r == '(' {
			return false
		}
	}
	return name != ""
}

func fromDomain(fields []field) string {
	for _, one := range fields {
		if one.name != "from" {
			continue
		}
		if address, err := mail.ParseAddress(one.value); err == nil {
			return strings.ToLower(address.Address[strings.LastIndexByte(address.Address, '@')+1:])
		}
	}
	return ""
}

// result is what a receiver says of one method.
type result struct{ value, domain string }

// resultRows are what one field says.
func resultRows(value, domain string) []Row {
	plain := withoutComments(value)
	receiver, first, _ := strings.Cut(plain, ";")
	if strings.Contains(receiver, "=") { // Microsoft leaves its name out.
		receiver, first = "", plain
	}
	var parsed []authres.Result
	for each := range strings.SplitSeq(first, ";") { // One that is not understood does not hide the others.
		_, more, _ := authres.Parse("receiver; " + each)
		parsed = append(parsed, more...)
	}
	best := map[Topic]result{}
	for _, one := range parsed {
		topic, said := readResult(one)
		if known, there := best[topic]; topic != "" && (!there || known.value != "pass" ||
			said.value == "pass" && aligned(said.domain, domain) && !aligned(known.domain, domain)) {
			best[topic] = said
		}
	}
	receiver = printable.Shortened(printable.Line(strings.TrimSpace(receiver)), 100)
	if receiver == "" {
		receiver = "Authentication-Results"
	}
	var rows []Row
	for _, topic := range []Topic{SPF, DKIM, DMARC} {
		row := resultRow(topic, best[topic], domain, receiver)
		row.Asked, row.Found = "Authentication-Results", shortened(printable.Line(value))
		rows = append(rows, row)
	}
	return rows
}

func readResult(one authres.Result) (Topic, result) {
	switch one := one.(type) {
	case *authres.SPFResult:
		return SPF, result{string(one.Value), domainOf(one.From)}
	case *authres.DKIMResult:
		if one.Domain == "" {
			one.Domain = domainOf(one.Identifier)
		}
		return DKIM, result{string(one.Value), domainOf(one.Domain)}
	case *authres.DMARCResult:
		return DMARC, result{string(one.Value), domainOf(one.From)}
	}
	return "", result{}
}

func domainOf(address string) string {
	address = strings.Trim(address, `"<>`)
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// aligned reports whether a domain counts for another one by DMARC's relaxed rule.
func aligned(one, other string) bool {
	if one == "" || one == other {
		return true // Not said: the receiver means the message's.
	}
	first, second := organisation(one), organisation(other)
	if first == "" {
		first = one
	}
	if second == "" {
		second = other
	}
	return first == second
}

func resultRow(topic Topic, said result, domain, receiver string) Row {
	method := strings.ToUpper(string(topic))
	row := Row{Topic: topic, Grade: CannotKnow, Code: string(topic) + "_not_reported", Meaning: text.Of(
		"{receiver} says nothing certain about {method}.", "receiver", receiver, "method", method)}
	switch said.value {
	case "pass":
		row.Grade, row.Code = Likely, string(topic)+"_passed"
		row.Meaning = text.Of("{method} has passed at {receiver}.", "method", method, "receiver", receiver)
		if !aligned(said.domain, domain) {
			row.Code, row.Bad = string(topic)+"_passed_for_another", true
			row.Meaning = text.Of("{method} has passed at {receiver} for {other}, which does not count for {domain}.", "method",
				method, "receiver", receiver, "other", printable.Shortened(printable.Line(said.domain), 100), "domain", domain)
		}
	case "fail", "softfail", "hardfail", "permerror", "policy":
		row.Grade, row.Code = Wrong, string(topic)+"_failed"
		row.Meaning = text.Of("{method} has failed at {receiver}.", "method", method, "receiver", receiver)
	}
	return row
}

// withoutComments takes out what stands in round brackets, which may hold semicolons (RFC 5322 section 3.2.2).
func withoutComments(value string) string {
	var plain strings.Builder
	depth, quoted, escaped := 0, false, false
	for _, r := range value {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
			continue
		case r == '"' && depth == 0:
			quoted = !quoted
			continue
		case r == '(' && !quoted:
			depth++
			continue
		case r == ')' && !quoted && depth > 0:
			depth--
			plain.WriteByte(' ')
			continue
		}
		if depth == 0 {
			plain.WriteRune(r)
		}
	}
	return plain.String()
}
