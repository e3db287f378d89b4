// Package senderdomain says what can be known, from the side of a client, about whether mail from a domain will be
// accepted: who takes its bounces (RFC 5321 section 5, RFC 7505), who may send for it (SPF, RFC 7208), what it asks
// receivers to do (DMARC, RFC 7489), and what a receiver has found in a message (RFC 8601).
//
// Which address the receivers see, and whether the message is signed, is decided behind the mail server. So there are
// three grades only: what is wrong whatever happens there, what is likely, and what cannot be known. That a domain has
// no DKIM is never said: without the name of the selector a missing record proves nothing.
package senderdomain

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Grade is how sure a row is.
type Grade string

// The grades. There are no others.
const (
	// Wrong is a fact about the domain that stands in the way whatever the server does.
	Wrong Grade = "wrong"
	// Likely is what follows if the server does what such servers do.
	Likely Grade = "likely"
	// CannotKnow is what is decided behind the server, or what the name servers did not say.
	CannotKnow Grade = "cannot_know"
)

// Topic is what a row is about.
type Topic string

// The topics, in the order in which they are told.
const (
	Name  Topic = "name"
	MX    Topic = "mx"
	SPF   Topic = "spf"
	DMARC Topic = "dmarc"
	DKIM  Topic = "dkim"
)

// Row is one answer.
type Row struct {
	Topic Topic
	Grade Grade
	// Bad is a Likely row that is likely to go wrong.
	Bad bool
	// Code is its stable name.
	Code string
	// Asked is the question to DNS, such as "TXT _dmarc.example.com"; Found is the answer, as it stands there. Both may be
	// empty.
	Asked, Found string
	// Meaning is what it means, Remedy what to publish or to do; Remedy may be empty.
	Meaning, Remedy text.Text
	// Publish is the record that the Remedy names, and PublishAt the name to publish it at; empty when it names none.
	Publish, PublishAt string
}

// Question is what is asked about.
type Question struct {
	// Domain is the sender's. Server is the mail server as the settings have it; empty when that is of no interest.
	Domain, Server string
}

// timeLimit bounds all look-ups together.
const timeLimit = 5 * time.Second

// Check asks DNS about the domain. It ends within 5 s, after at most 50 questions. A nil resolver is that of the
// operating system. What could not be asked is a row that says so.
func Check(ctx context.Context, resolver Resolver, question Question) []Row {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	return checkNow(ctx, resolver, question)
}

// names are those of domains, without a ban of underscores (RFC 5891 section 5).
var names = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false), idna.VerifyDNSLength(true))

func checkNow(ctx context.Context, resolver Resolver, question Question) []Row {
	domain := strings.ToLower(strings.TrimSuffix(question.Domain, "."))
	ascii, err := names.ToASCII(domain)
	if err != nil || unroutable(ascii) {
		return []Row{{Topic: Name, Grade: Wrong, Code: "domain_not_public", Meaning: text.Of(
			"{domain} is a name for networks and examples of one's own: nobody outside can answer to it.", "domain", domain)}}
	}
	c := &check{
		domain: ascii, shown: domain, server: strings.TrimSuffix(question.Server, "."),
		dns: newAsking(ctx, resolver, maxOfOther), ofSPF: newAsking(ctx, resolver, maxOfSPF),
	}
	c.relay, c.known = relayOf(c.server)
	if rows := c.freeMail(); rows != nil {
		return rows
	}
	var answers [4][]Row
	var wg sync.WaitGroup
	for i, ask := range []func() []Row{c.mx, c.spf, c.dmarc, c.dkim} {
		wg.Go(func() { answers[i] = ask() })
	}
	wg.Wait()
	var rows []Row
	for _, each := range answers {
		rows = append(rows, each...)
	}
	return rows
}

// check is one check.
type check struct {
	domain, shown, server string
	relay                 relay
	known                 bool // the relay is that of a known provider
	dns, ofSPF            *asking
}

// Worst is the grade of all rows together: wrong when one is, and cannot-know when nothing says that mail is accepted.
func Worst(rows []Row) Grade {
	worst := CannotKnow
	for _, row := range rows {
		switch {
		case row.Grade == Wrong:
			return Wrong
		case row.Grade == Likely && (row.Topic == SPF || row.Topic == DKIM) && worst == CannotKnow:
			worst = Likely
		}
	}
	return worst
}

// reserved are the names that nobody outside can reach (RFC 2606 section 2, RFC 6761, RFC 6762, RFC 8375, ICANN's
// .internal).
var reserved = []string{"localhost", "local", "localdomain", "internal", "test", "example", "invalid", "lan",
	"home.arpa",
	"intranet", "corp", "home", "onion", "arpa"}

func unroutable(domain string) bool {
	if _, err := netip.ParseAddr(domain); err == nil || !strings.Contains(domain, ".") ||
		strings.Contains("."+domain, "..") {
		return true
	}
	for _, name := range reserved {
		if strings.HasSuffix(domain, "."+name) {
			return true
		}
	}
	return false
}

// organisation is the domain that policies of subdomains are looked for at; empty when it is the domain itself.
func organisation(domain string) string {
	found, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil || found == domain {
		return ""
	}
	return found
}

// freeMail says that mailboxes of a provider are sent for through another server.
func (c *check) freeMail() []Row {
	own, isBox := provider.OfBox(c.domain)
	if !isBox || c.server == "" || provider.OfServer(c.server) == own.ID || own.ID == "outlook" &&
		c.relay.id == "microsoft365" {
		return nil
	}
	return []Row{{Topic: Name, Grade: Wrong, Code: "free_mail_elsewhere", Meaning: text.Of(
		"{domain} belongs to {provider}, but the mail goes out through {server}: receivers refuse it or take it for spam.",
		"domain", c.shown, "provider", own.Name, "server", c.server),
		Remedy: text.Of("Use a sender of a domain of your own, or the server of {provider}.", "provider", own.Name)}}
}
