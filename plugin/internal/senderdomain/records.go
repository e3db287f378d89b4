package senderdomain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dmarc"

	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// row begins a row about a question.
func (c *check) row(topic Topic, grade Grade, code, asked, found string, meaning text.Text) Row {
	return Row{Topic: topic, Grade: grade, Code: code, Asked: asked, Found: shortened(found), Meaning: meaning}
}

// notAsked is that the name servers did not answer.
func (c *check) notAsked(topic Topic, asked string) Row {
	return c.row(topic, CannotKnow, "not_answered", asked, "", text.Of("The name servers did not answer this question."))
}

// shortened bounds what is shown of a record.
func shortened(found string) string {
	const longest = 600
	if len(found) > longest {
		return strings.ToValidUTF8(found[:longest], "") + "…"
	}
	return found
}

func (c *check) of(message text.Message) text.Text { return text.Of(message, "domain", c.shown) }

// mx says whether bounces can return.
func (c *check) mx() []Row {
	asked := "MX " + c.domain
	servers, err := c.dns.LookupMX(c.dns.ctx, c.domain)
	if err != nil && !isNotFound(err) {
		return []Row{c.notAsked(MX, asked)}
	}
	var names []string
	for _, one := range servers {
		names = append(names, fmt.Sprintf("%d %s", one.Pref, one.Host))
	}
	found := strings.Join(names, ", ")
	switch {
	case len(servers) == 1 && strings.Trim(servers[0].Host, ".") == "":
		row := c.row(MX, Wrong, "null_mx", asked, found, c.of(
			"{domain} says that it takes no mail (Null MX): many receivers refuse its mail, and bounces cannot return."))
		row.Remedy = text.Of("Publish a mail server for it, or use a sender of another domain.")
		return []Row{row}
	case len(servers) > 0:
		return []Row{c.row(MX, Likely, "takes_mail", asked, found, c.of("Bounces can return to {domain}."))}
	}
	return []Row{c.byAddress(asked)}
}

// byAddress is about a domain without mail servers, whose address takes its mail then (RFC 5321 section 5.1).
func (c *check) byAddress(asked string) Row {
	asked += ", A " + c.domain
	addresses, err := c.dns.LookupIPAddr(c.dns.ctx, c.domain)
	switch {
	case err != nil && !isNotFound(err):
		return c.notAsked(MX, asked)
	case len(addresses) > 0:
		return c.row(MX, Likely, "takes_mail_by_address", asked, addresses[0].String(),
			c.of("Bounces can return to {domain}."))
	}
	row := c.row(MX, Wrong, "takes_no_mail", asked, "", c.of(
		"{domain} has neither a mail server (MX) nor an address: many receivers refuse its mail, and bounces cannot return."))
	row.Remedy = text.Of("Publish a mail server for it, or use a sender of another domain.")
	return row
}

// noSender is an address that no mail comes from (RFC 5737): a record is read to its end for it, or to its error.
var noSender = net.ParseIP("192.0.2.1")

// spf says who may send for the domain.
func (c *check) spf() []Row {
	asked := "TXT " + c.domain
	all, err := c.ofSPF.LookupTXT(c.ofSPF.ctx, c.domain)
	if err != nil && !isNotFound(err) {
		return []Row{c.notAsked(SPF, asked)}
	}
	records := slices.DeleteFunc(slices.Clone(all), func(record string) bool { return !isSPF(record) })
	found := strings.Join(records, " / ")
	switch {
	case len(records) == 0:
		row := c.row(SPF, Likely, "spf_missing", asked, "", c.of("{domain} publishes no SPF record: it does not say who may "+
			"send for it."))
		row.Bad = true
		row.publish(c.domain, c.suggested())
		return []Row{row}
	case len(records) > 1:
		row := c.row(SPF, Wrong, "spf_several", asked, found,
			c.of("{domain} publishes several SPF records, which counts as an "+
				"error for every receiver."))
		row.Remedy = text.Of("Publish one record that has the parts of all.")
		return []Row{row}
	case sendsNothing(records[0]):
		row := c.row(SPF, Wrong, "spf_sends_nothing", asked, found,
			c.of("The SPF record of {domain} says that it sends no mail "+
				"at all."))
		row.publish(c.domain, c.suggested())
		return []Row{row}
	}
	result, err := c.evaluate(noSender)
	if wrong := c.broken(result, err, asked, found); wrong != nil {
		return []Row{*wrong}
	}
	return []Row{c.path(asked, found, records[0])}
}

func isSPF(record string) bool {
	lower := strings.ToLower(record)
	return lower == "v=spf1" || strings.HasPrefix(lower, "v=spf1 ")
}

// sendsNothing reports whether the record is -all alone.
func sendsNothing(record string) bool {
	terms := strings.Fields(strings.ToLower(record))
	return len(terms) == 2 && terms[1] == "-all"
}

// evaluate is what a receiver makes of mail from the address.
func (c *check) evaluate(address net.IP) (spf.Result, error) {
	return spf.CheckHostWithSender(address, c.domain, "postmaster@"+c.domain, spf.WithResolver(c.ofSPF),
		spf.WithContext(c.ofSPF.ctx))
}

// broken is about a record that no receiver can evaluate; nil when it is sound.
func (c *check) broken(result spf.Result, err error, asked, found string) *Row {
	if result == spf.TempError {
		row := c.notAsked(SPF, asked)
		row.Found = shortened(found)
		return &row
	}
	ofAddress := errors.Is(err, spf.ErrVoidLookupLimitReached) && strings.Contains(found, "%{")
	if result != spf.PermError || ofAddress { // The names that macros make of another address may exist.
		return nil
	}
	row := c.row(SPF, Wrong, "spf_broken", asked, found, c.of("The SPF record of {domain} has an error, which counts as "+
		"failed for every receiver."))
	row.Remedy = text.Of("Check each part of it for a misspelt word, and each domain that it includes.")
	if errors.Is(err, spf.ErrLookupLimitReached) || errors.Is(err, spf.ErrVoidLookupLimitReached) {
		row.Code, row.Meaning = "spf_too_many_lookups", c.of("The SPF record of {domain} makes receivers look up more names "+
			"than they may, which counts as an error.")
		row.Remedy = text.Of("Take out what you do not send through any more.")
	}
	return &row
}

// path says what is known of the way that the mail takes.
func (c *check) path(asked, found, record string) Row {
	if c.known {
		included := c.ofSPF.hasAsked(c.relay.include)
		row := c.row(SPF, Likely, "spf_includes_provider", asked, found, text.Of(
			"SPF of {domain} includes {provider}, so it will likely pass.", "domain", c.shown, "provider", c.relay.name))
		if !included {
			row.Code, row.Bad = "spf_without_provider", true
			row.Meaning = text.Of("SPF of {domain} does not include {provider}, so it will likely fail.", "domain", c.shown,
				"provider", c.relay.name)
			row.publish(c.domain, withTerm(record, "include:"+c.relay.include))
		}
		return row
	}
	unknown := c.row(SPF, CannotKnow, "spf_path_unknown", asked, found, text.Of(
		"The record is sound. Which address the receivers will see cannot be known from here."))
	address := c.relayAddress()
	if address == nil {
		return unknown
	}
	result, _ := c.evaluate(address)
	args := []any{"server", c.server, "address", address}
	switch result {
	case spf.Pass:
		return c.row(SPF, Likely, "spf_would_pass", asked, found, text.Of(
			"SPF would pass if {server} delivers from the address that it answered on, {address}.", args...))
	case spf.Fail, spf.SoftFail, spf.Neutral:
		unknown.Code = "spf_would_not_pass"
		unknown.Meaning = text.Of("SPF would not pass if {server} delivers from the address that it answered on, {address}. "+
			"Whether it does cannot be known from here.", args...)
	}
	return unknown
}

// relayAddress is the public address that the server answers on; nil when there is none.
func (c *check) relayAddress() net.IP {
	if _, err := netip.ParseAddr(c.server); err != nil && (c.server == "" || unroutable(strings.ToLower(c.server))) {
		return nil // A name of one's own network is not asked for outside.
	}
	addresses, err := c.ofSPF.LookupIPAddr(context.Background(), c.server)
	if err != nil {
		return nil
	}
	for _, one := range addresses {
		address, ok := netip.AddrFromSlice(one.IP)
		if address = address.Unmap(); ok && address.IsGlobalUnicast() && !address.IsPrivate() {
			return one.IP
		}
	}
	return nil
}

// publish has the row say which record to publish.
func (r *Row) publish(name, record string) {
	r.Publish, r.PublishAt = record, name
	r.Remedy = text.Of("Publish this TXT record at {name}: {record}", "name", name, "record", record)
}

// suggested is a record for the server.
func (c *check) suggested() string {
	if c.known {
		return "v=spf1 include:" + c.relay.include + " ~all"
	}
	if !unroutable(strings.ToLower(c.server)) {
		return "v=spf1 a:" + c.server + " ~all"
	}
	return "v=spf1 mx ~all"
}

// withTerm puts a term into a record, before its last part where that says what holds for all others.
func withTerm(record, term string) string {
	terms := strings.Fields(record)
	at := len(terms)
	for i, one := range terms {
		lower := strings.ToLower(one)
		if strings.HasSuffix(lower, "all") && len(lower) <= len("-all") || strings.HasPrefix(lower, "redirect=") {
			at = i
			break
		}
	}
	return strings.Join(slices.Insert(terms, at, term), " ")
}

// dmarc says what the domain asks receivers to do.
func (c *check) dmarc() []Row {
	organisation := organisation(c.domain)
	for _, domain := range []string{c.domain, organisation} {
		if domain == "" {
			break
		}
		asked := "TXT _dmarc." + domain
		all, err := c.dns.LookupTXT(c.dns.ctx, "_dmarc."+domain)
		if err != nil && !isNotFound(err) {
			return []Row{c.notAsked(DMARC, asked)}
		}
		records := slices.DeleteFunc(slices.Clone(all), func(record string) bool {
			version, _, _ := strings.Cut(record, ";")
			return !strings.HasPrefix(strings.ToLower(strings.ReplaceAll(version, " ", "")), "v=dmarc")
		})
		if len(records) > 0 {
			return []Row{c.policy(asked, records, domain != c.domain)}
		}
	}
	row := c.row(DMARC, Likely, "dmarc_missing", "TXT _dmarc."+c.domain, "",
		c.of("{domain} publishes no DMARC policy. Large "+
			"receivers want one of those who send much."))
	row.publish("_dmarc."+c.domain, "v=DMARC1; p=none")
	return []Row{row}
}

// policy is about the records that were found.
func (c *check) policy(asked string, records []string, inherited bool) Row {
	found := strings.Join(records, " / ")
	if len(records) > 1 {
		row := c.row(DMARC, Wrong, "dmarc_several", asked, found,
			c.of("{domain} has several DMARC records, which counts as none."))
		row.Remedy = text.Of("Publish one record that has the parts of all.")
		return row
	}
	record, err := readPolicy(records[0])
	if err != nil {
		row := c.row(DMARC, Wrong, "dmarc_broken", asked, found,
			c.of("The DMARC record of {domain} has an error, which counts "+
				"as none."))
		row.publish(strings.TrimPrefix(asked, "TXT "), "v=DMARC1; p=none")
		return row
	}
	policy := record.Policy
	if inherited && record.SubdomainPolicy != "" {
		policy = record.SubdomainPolicy
	}
	if policy == dmarc.PolicyNone {
		return c.row(DMARC, Likely, "dmarc_none", asked, found, c.of("DMARC of {domain} has nothing refused."))
	}
	return c.row(DMARC, Likely, "dmarc_enforced", asked, found,
		c.of("DMARC of {domain} has mail refused or put into spam "+
			"unless SPF or DKIM passes for this domain."))
}

// readPolicy reads a record as receivers do: capital letters do not matter after the version, and an error in anything
// but the policy is passed over (RFC 7489 section 6.3).
func readPolicy(record string) (*dmarc.Record, error) {
	tags := map[string]string{}
	for tag := range strings.SplitSeq(record, ";") {
		name, value, _ := strings.Cut(tag, "=")
		if name, value = strings.TrimSpace(name), strings.TrimSpace(value); name != "v" {
			name, value = strings.ToLower(name), strings.ToLower(value)
		}
		tags[name] = value
	}
	policy := "v=" + tags["v"] + "; p=" + tags["p"]
	if read, err := dmarc.Parse(policy + "; sp=" + tags["sp"]); err == nil {
		return read, nil
	}
	return dmarc.Parse(policy)
}

// dkim tries the selectors that the provider is known to use. One that is not there proves nothing.
func (c *check) dkim() []Row {
	for _, selector := range c.relay.selectors {
		name := selector + "._domainkey." + c.domain
		records, err := c.dns.LookupTXT(c.dns.ctx, name)
		if err != nil {
			continue
		}
		for _, record := range records {
			if hasKey(record) {
				return []Row{c.row(DKIM, Likely, "dkim_key_of_provider", "TXT "+name, record, text.Of(
					"{provider} has a DKIM key for {domain}, so it likely signs.", "provider", c.relay.name, "domain", c.shown))}
			}
		}
	}
	row := c.row(DKIM, CannotKnow, "dkim_unknown", "", "", text.Of(
		"Whether the server signs (DKIM) is shown by a received message only."))
	row.Remedy = text.Of("Send a test e-mail, and paste the headers with which it arrived.")
	return []Row{row}
}

// hasKey reports whether a record is one of DKIM with a key that was not revoked (RFC 6376 section 3.6.1).
func hasKey(record string) bool {
	for tag := range strings.SplitSeq(record, ";") {
		name, value, _ := strings.Cut(tag, "=")
		if strings.TrimSpace(name) == "p" && strings.TrimSpace(value) != "" {
			return true
		}
	}
	return false
}

// relay is a provider that delivers itself, from addresses that the domain has to include.
type relay struct {
	id, name, include string
	selectors         []string
}

// relays are the providers that leave the envelope as it is. Others put a domain of their own into it.
var relays = []relay{
	{id: "gmail", include: "_spf.google.com", selectors: []string{"google"}},
	{id: "microsoft365", include: "spf.protection.outlook.com", selectors: []string{"selector1", "selector2"}},
	{id: "icloud", include: "icloud.com", selectors: []string{"sig1"}},
	{id: "zoho", include: "zohomail.com", selectors: []string{"zmail", "zoho"}},
	{id: "fastmail", include: "spf.messagingengine.com", selectors: []string{"fm1", "fm2", "fm3"}},
	{id: "yandex", include: "_spf.yandex.net", selectors: []string{"mail"}},
	{id: "mailru", include: "_spf.mail.ru", selectors: []string{"mailru"}},
	{id: "qq", include: "spf.mail.qq.com"},
	{id: "proton", include: "_spf.protonmail.ch", selectors: []string{"protonmail"}},
}

// relayOf is the provider of the server, and whether it is one of them.
func relayOf(server string) (relay, bool) {
	id := provider.OfServer(server)
	for _, one := range relays {
		if one.id == id {
			one.name = provider.ByID(id).Name
			return one, true
		}
	}
	return relay{id: id, name: provider.ByID(id).Name}, false
}
