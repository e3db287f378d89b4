package senderdomain

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/testharness/nameserver"
)

const domain = "sender.dev"

// zone is a sound domain, with what is changed; an entry without values is taken out.
func zone(changed nameserver.Zone) nameserver.Zone {
	z := nameserver.Zone{
		"MX sender.dev": {"10 mx.sender.dev"}, "A mx.sender.dev": {"203.0.113.5"},
		"TXT sender.dev": {"v=spf1 mx -all"}, "TXT _dmarc.sender.dev": {"v=DMARC1; p=reject"},
		"TXT _spf.google.com": {"v=spf1 ip4:198.51.100.0/24 ~all"}, "TXT spf.protection.outlook.com": {"v=spf1 -all"},
	}
	for question, values := range changed {
		if z[question] = values; values == nil {
			delete(z, question)
		}
	}
	return z
}

// includes is a zone in which each record includes the next.
func includes(count int) nameserver.Zone {
	z := nameserver.Zone{}
	for i := range count {
		z[fmt.Sprintf("TXT i%d.sender.dev", i)] = []string{fmt.Sprintf("v=spf1 include:i%d.sender.dev -all", i+1)}
	}
	z[fmt.Sprintf("TXT i%d.sender.dev", count)] = []string{"v=spf1 -all"}
	z["TXT sender.dev"] = []string{"v=spf1 include:i0.sender.dev -all"}
	return z
}

// manyNames is a zone whose record has receivers ask for 81 addresses.
func manyNames() nameserver.Zone {
	z := nameserver.Zone{}
	record := "v=spf1"
	for i := range 9 {
		record += fmt.Sprintf(" mx:m%d.sender.dev", i)
		for j := range 9 {
			host := fmt.Sprintf("h%d-%d.sender.dev", i, j)
			question := fmt.Sprintf("MX m%d.sender.dev", i)
			z[question], z["A "+host] = append(z[question], "10 "+host), []string{"203.0.113.8"}
		}
	}
	z["TXT sender.dev"] = []string{record + " -all"}
	return z
}

// cases are domains as they are published, and what is to be said of each.
var cases = map[string]struct {
	zone   nameserver.Zone
	faults nameserver.Faults
	server string
	domain string
	codes  string
	worst  Grade
}{
	"sound, own server": {server: "mx.sender.dev", codes: "takes_mail spf_would_pass dmarc_enforced dkim_unknown",
		worst: Likely},
	"sound, unknown way": {server: "10.0.0.1", codes: "takes_mail spf_path_unknown dmarc_enforced dkim_unknown",
		worst: CannotKnow},
	"another address": {server: "203.0.113.9", codes: "takes_mail spf_would_not_pass dmarc_enforced dkim_unknown",
		worst: CannotKnow},
	"internal server": {server: "relay", codes: "takes_mail spf_path_unknown dmarc_enforced dkim_unknown",
		worst: CannotKnow},
	"no MX": {zone: nameserver.Zone{"MX sender.dev": nil, "A sender.dev": {"203.0.113.1"}},
		codes: "takes_mail_by_address spf_path_unknown dmarc_enforced dkim_unknown", worst: CannotKnow},
	"no MX and no address": {zone: nameserver.Zone{"MX sender.dev": nil},
		codes: "takes_no_mail spf_path_unknown dmarc_enforced dkim_unknown", worst: Wrong},
	"Null MX": {zone: nameserver.Zone{"MX sender.dev": {"0 ."}},
		codes: "null_mx spf_path_unknown dmarc_enforced dkim_unknown", worst: Wrong},
	"no domain": {domain: "nothing.dev", codes: "takes_no_mail spf_missing dmarc_missing dkim_unknown", worst: Wrong},
	"no SPF": {zone: nameserver.Zone{"TXT sender.dev": {"other=1"}},
		codes: "takes_mail spf_missing dmarc_enforced dkim_unknown", worst: Likely},
	"two SPF records": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 mx -all", "V=SPF1 a -all"}},
		codes: "takes_mail spf_several dmarc_enforced dkim_unknown", worst: Wrong},
	"not SPF": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 mx -all", "v=spf10 a -all"}},
		codes: "takes_mail spf_path_unknown dmarc_enforced dkim_unknown", worst: CannotKnow},
	"broken SPF": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 mxx -all"}},
		codes: "takes_mail spf_broken dmarc_enforced dkim_unknown", worst: Wrong},
	"includes nothing": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 include:gone.sender.dev -all"}},
		codes: "takes_mail spf_broken dmarc_enforced dkim_unknown", worst: Wrong},
	"ten look-ups": {zone: includes(9), codes: "takes_mail spf_path_unknown dmarc_enforced dkim_unknown",
		worst: CannotKnow},
	"eleven look-ups": {zone: includes(10), codes: "takes_mail spf_too_many_lookups dmarc_enforced dkim_unknown",
		worst: Wrong},
	"more names than are asked for": {zone: manyNames(),
		codes: "takes_mail not_answered dmarc_enforced dkim_unknown", worst: CannotKnow},
	"void look-ups": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 a:a.x.dev a:b.x.dev a:c.x.dev -all"}},
		codes: "takes_mail spf_too_many_lookups dmarc_enforced dkim_unknown", worst: Wrong},
	"a circle": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 include:sender.dev -all"}},
		codes: "takes_mail spf_too_many_lookups dmarc_enforced dkim_unknown", worst: Wrong},
	"sends nothing": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1  -ALL"}},
		codes: "takes_mail spf_sends_nothing dmarc_enforced dkim_unknown", worst: Wrong},
	"an include that is not answered": {
		zone:   nameserver.Zone{"TXT sender.dev": {"v=spf1 include:slow.dev -all"}},
		faults: nameserver.Faults{Refused: []string{"slow.dev"}},
		codes:  "takes_mail not_answered dmarc_enforced dkim_unknown", worst: CannotKnow},
	"provider included": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 include:_spf.google.com ~all"}},
		server: "smtp.gmail.com", codes: "takes_mail spf_includes_provider dmarc_enforced dkim_unknown", worst: Likely},
	"provider included by another": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 redirect=s.sender.dev"},
		"TXT s.sender.dev": {"v=spf1 include:_spf.google.com ~all"}},
		server: "smtp.gmail.com", codes: "takes_mail spf_includes_provider dmarc_enforced dkim_unknown", worst: Likely},
	"provider missing": {server: "smtp.office365.com",
		codes: "takes_mail spf_without_provider dmarc_enforced dkim_unknown", worst: Likely},
	"provider signs": {zone: nameserver.Zone{"CNAME selector2._domainkey.sender.dev": {"k.onmicrosoft.com"},
		"TXT k.onmicrosoft.com": {"v=DKIM1; k=rsa; p=" + strings.Repeat("A", 700)}}, server: "smtp.office365.com",
		codes: "takes_mail spf_without_provider dmarc_enforced dkim_key_of_provider", worst: Likely},
	"revoked key": {zone: nameserver.Zone{"TXT selector1._domainkey.sender.dev": {"v=DKIM1; p="}},
		server: "smtp.office365.com", codes: "takes_mail spf_without_provider dmarc_enforced dkim_unknown", worst: Likely},
	"wildcard alias": {zone: nameserver.Zone{"CNAME *.sender.dev": {"web.dev"}, "A web.dev": {"203.0.113.7"},
		"TXT web.dev": {"site=1"}, "TXT _dmarc.sender.dev": nil}, server: "smtp.office365.com",
		codes: "takes_mail spf_without_provider dmarc_missing dkim_unknown", worst: Likely},
	"two DMARC records": {zone: nameserver.Zone{"TXT _dmarc.sender.dev": {"v=DMARC1; p=none", "v=DMARC1; p=reject"}},
		codes: "takes_mail spf_path_unknown dmarc_several dkim_unknown", worst: Wrong},
	"broken DMARC": {zone: nameserver.Zone{"TXT _dmarc.sender.dev": {"v=DMARC1; p=maybe"}},
		codes: "takes_mail spf_path_unknown dmarc_broken dkim_unknown", worst: Wrong},
	"DMARC in capitals": {zone: nameserver.Zone{"TXT _dmarc.sender.dev": {"v = DMARC1; P=REJECT; ADKIM=S"}},
		codes: "takes_mail spf_path_unknown dmarc_enforced dkim_unknown", worst: CannotKnow},
	"an error of DMARC that does not count": {
		zone:  nameserver.Zone{"TXT _dmarc.sender.dev": {"v=DMARC1; p=none; sp=maybe; ri=soon; pct=x; rf=odd; nonsense"}},
		codes: "takes_mail spf_path_unknown dmarc_none dkim_unknown", worst: CannotKnow},
	"macros of an address": {zone: nameserver.Zone{"TXT sender.dev": {
		"v=spf1 exists:%{i}.a.dev exists:%{i}.b.dev exists:%{i}.c.dev -all"}},
		codes: "takes_mail spf_path_unknown dmarc_enforced dkim_unknown", worst: CannotKnow},
	"an underscore": {domain: "a_b.sender.dev", zone: nameserver.Zone{"MX a_b.sender.dev": {"1 mx.sender.dev"}},
		codes: "takes_mail spf_missing dmarc_enforced dkim_unknown", worst: Likely},
	"DMARC without a policy": {zone: nameserver.Zone{"TXT _dmarc.sender.dev": {"v=DMARC1"}},
		codes: "takes_mail spf_path_unknown dmarc_broken dkim_unknown", worst: Wrong},
	"DMARC of the organisation": {domain: "sub.sender.dev", zone: nameserver.Zone{"MX sub.sender.dev": {"1 mx.sender.dev"},
		"TXT sub.sender.dev": {"v=spf1 mx -all"}, "TXT _dmarc.sender.dev": {"v=DMARC1; p=reject; sp=none"}},
		codes: "takes_mail spf_path_unknown dmarc_none dkim_unknown", worst: CannotKnow},
	"truncated": {faults: nameserver.Faults{Truncated: []string{"sender.dev"}},
		codes: "takes_mail spf_path_unknown dmarc_enforced dkim_unknown", worst: CannotKnow},
	"truncated, no TCP": {faults: nameserver.Faults{Truncated: []string{"sender.dev"}, NoTCP: true},
		codes: "not_answered not_answered dmarc_enforced dkim_unknown", worst: CannotKnow},
	"a long record": {zone: nameserver.Zone{"TXT sender.dev": {"v=spf1 " + strings.Repeat("ip4:198.51.100.1 ", 60) +
		"mx -all"}},
		server: "203.0.113.5", codes: "takes_mail spf_would_pass dmarc_enforced dkim_unknown", worst: Likely},
	"SERVFAIL": {faults: nameserver.Faults{Refused: []string{"sender.dev", "_dmarc.sender.dev"}},
		codes: "not_answered not_answered not_answered dkim_unknown", worst: CannotKnow},
	"silent": {faults: nameserver.Faults{Silent: []string{"sender.dev", "_dmarc.sender.dev"}},
		codes: "not_answered not_answered not_answered dkim_unknown", worst: CannotKnow},
	"free mail elsewhere": {domain: "gmail.com", server: "smtp.sender.dev", codes: "free_mail_elsewhere", worst: Wrong},
	"free mail at home": {domain: "gmail.com", server: "smtp.gmail.com", zone: nameserver.Zone{
		"MX gmail.com": {"5 mx.google.com"}, "TXT gmail.com": {"v=spf1 redirect=_spf.google.com"}},
		codes: "takes_mail spf_includes_provider dmarc_missing dkim_unknown", worst: Likely},
	"localhost":     {domain: "localhost", codes: "domain_not_public", worst: Wrong},
	"a private TLD": {domain: "console.internal", codes: "domain_not_public", worst: Wrong},
	"an address":    {domain: "192.0.2.1", codes: "domain_not_public", worst: Wrong},
	"not a name":    {domain: "a..b", codes: "domain_not_public", worst: Wrong},
	"an IDN": {domain: "bücher.dev", zone: nameserver.Zone{"MX xn--bcher-kva.dev": {"1 mx.sender.dev"}},
		codes: "takes_mail spf_missing dmarc_missing dkim_unknown", worst: Likely},
}

// forbidden is what is never said: it cannot be known.
var forbidden = []string{"no dkim", "without dkim", "not signed", "unsigned", "does not sign", "dkim is missing",
	"missing dkim", "no signature", "will be delivered", "will arrive", "will reach", "spf will pass", "spf will fail",
	"spf passes.", "is safe", "reputation", "blocklist", "blacklist"}

// TestDomains asks a name server about each case: each grade is right, nothing that cannot be known is said, and the
// questions stay within their bound.
func TestDomains(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := nameserver.Start(zone(c.zone), c.faults)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			var address Server
			if err := address.UnmarshalText([]byte(server.Address())); err != nil {
				t.Fatal(err)
			}
			ctx := t.Context()
			if len(c.faults.Silent) > 0 {
				short, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				ctx = short
			}
			asked := c.domain
			if asked == "" {
				asked = domain
			}
			rows := checkNow(ctx, address.Resolver(), Question{Domain: asked, Server: c.server})
			var codes []string
			for _, row := range rows {
				codes = append(codes, row.Code)
				checkSaid(t, row)
			}
			if got := strings.Join(codes, " "); got != c.codes || Worst(rows) != c.worst {
				t.Errorf("%s, %s; want %s, %s\n%+v", got, Worst(rows), c.codes, c.worst, rows)
			}
			if asked := server.Asked(); len(asked) > 2*(maxOfSPF+maxOfOther) { // A and AAAA.
				t.Errorf("%d questions were asked", len(asked))
			}
			checkAsked(t, server.Asked(), c.server)
		})
	}
}

// checkSaid holds that a row is whole and says nothing that cannot be known.
func checkSaid(t *testing.T, row Row) {
	t.Helper()
	said := strings.ToLower(row.Meaning.String() + " " + row.Remedy.String())
	for _, claim := range forbidden {
		if strings.Contains(said, claim) {
			t.Errorf("%s: %q cannot be known: %s", row.Code, claim, said)
		}
	}
	if strings.ContainsAny(said, "{}") || row.Meaning.IsZero() ||
		!slices.Contains([]Grade{Wrong, Likely, CannotKnow}, row.Grade) || row.Topic == DKIM && row.Grade == Wrong {
		t.Errorf("%+v", row)
	}
}

// checkAsked holds that no name of one's own network is asked for outside, and nothing of the network's own domains.
func checkAsked(t *testing.T, asked []string, server string) {
	t.Helper()
	for _, question := range asked {
		_, name, _ := strings.Cut(question, " ")
		if !strings.Contains(name, ".") || name == server && !strings.Contains(server, ".") {
			t.Errorf("asked: %s", question)
		}
	}
}

// TestSplitHorizon asks two name servers that say different things of one domain: the one that is named counts.
func TestSplitHorizon(t *testing.T) {
	for zone, code := range map[*nameserver.Zone]string{
		{"TXT sender.dev": {"v=spf1 -all"}}:      "spf_sends_nothing",
		{"TXT sender.dev": {"v=spf1 mx a -all"}}: "spf_path_unknown",
	} {
		server, err := nameserver.Start(*zone, nameserver.Faults{})
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		var address Server
		if err := address.UnmarshalText([]byte(server.Address())); err != nil {
			t.Fatal(err)
		}
		rows := Check(t.Context(), address.Resolver(), Question{Domain: domain})
		if !slices.ContainsFunc(rows, func(row Row) bool { return row.Code == code }) {
			t.Errorf("no %s: %+v", code, rows)
		}
	}
}

// TestServer reads the address of a name server.
func TestServer(t *testing.T) {
	for given, want := range map[string]string{
		"192.0.2.53": "192.0.2.53:53", "192.0.2.53:5353": "192.0.2.53:5353", "2001:db8::53": "[2001:db8::53]:53",
		"[2001:db8::53]": "[2001:db8::53]:53", "[2001:db8::53]:5353": "[2001:db8::53]:5353",
		"dns.example.com": "", "192.0.2.53:0": "", "192.0.2.53:x": "", "fe80::1%eth0": "", "": "",
	} {
		var server Server
		err := server.UnmarshalText([]byte(given))
		if (err != nil) != (want == "") || err == nil && server.String() != want {
			t.Errorf("%q: %s, %v", given, server, err)
		}
	}
	if (Server{}).Resolver() != nil {
		t.Error("the zero Server has a resolver")
	}
}
