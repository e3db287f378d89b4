package senderdomain

import (
	"strings"
	"testing"
)

const ofGoogle = `Delivered-To: anna@gmail.com
Received: by 2002:a05:6402:1 with SMTP id x; Fri, 27 Nov 2026 03:00:00 -0800 (PST)
ARC-Authentication-Results: i=1; mx.google.com; dkim=fail header.i=@sender.dev
Authentication-Results: mx.google.com;
       dkim=pass header.i=@sender.dev header.s=s1 header.b=abc;
       spf=pass (google.com: domain of ops@sender.dev designates 203.0.113.5; permitted) smtp.mailfrom=ops@sender.dev;
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=sender.dev
Authentication-Results: forged.dev; dkim=fail; spf=fail; dmarc=fail
From: Ops <ops@sender.dev>
Subject: Test

Authentication-Results: body; spf=fail
`

const ofMicrosoft = `Authentication-Results: spf=fail (sender IP is 203.0.113.9)
 smtp.mailfrom=sender.dev; dkim=none (message not signed)
 header.d=none;dmarc=fail action=quarantine header.from=sender.dev;compauth=fail
 reason=000
From: ops@sender.dev
`

// TestHeaders reads what receivers have found.
func TestHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		source, domain, codes string
		worst                 Grade
	}{
		"Google": {ofGoogle, "", "spf_passed dkim_passed dmarc_passed", Likely},
		"carriage": {strings.ReplaceAll(ofGoogle, "\n", "\r\n"), "sender.dev", "spf_passed dkim_passed dmarc_passed",
			Likely},
		"lost indents": {strings.ReplaceAll(ofGoogle, "\n       ", "\n"), "", "spf_passed dkim_passed dmarc_passed", Likely},
		"Microsoft":    {ofMicrosoft, "", "spf_failed dkim_not_reported dmarc_failed", Wrong},
		"only the field": {"Authentication-Results: a.dev; spf=softfail smtp.mailfrom=sender.dev", "sender.dev",
			"spf_failed dkim_not_reported dmarc_not_reported", Wrong},
		"another signature": {"Authentication-Results: a.dev; dkim=pass header.d=relay.dev", "sender.dev",
			"spf_not_reported dkim_passed_for_another dmarc_not_reported", Likely},
		"two signatures": {"Authentication-Results: a.dev; dkim=pass header.d=relay.dev; dkim=pass header.d=m.sender.dev",
			"sender.dev", "spf_not_reported dkim_passed dmarc_not_reported", Likely},
		"one of two is broken": {"Authentication-Results: a.dev; dkim=pass header.d=sender.dev; dkim=fail header.d=relay.dev",
			"sender.dev", "spf_not_reported dkim_passed dmarc_not_reported", Likely},
		"temporary": {"Authentication-Results: a.dev; spf=temperror", "sender.dev",
			"spf_not_reported dkim_not_reported dmarc_not_reported", CannotKnow},
		"none at all": {"Authentication-Results: a.dev; none", "sender.dev",
			"spf_not_reported dkim_not_reported dmarc_not_reported", CannotKnow},
		"another message": {ofGoogle, "other.dev", "another_message", CannotKnow},
		"no results":      {"From: ops@sender.dev\n\nAuthentication-Results: a; spf=pass\n", "", "no_results", CannotKnow},
		"nothing":         {"", "", "no_results", CannotKnow},
		"too long":        {strings.Repeat("x", 2*MaxHeaders) + "\n" + ofGoogle, "", "no_results", CannotKnow},
		"odd": {"Authentication-Results: ((((; \"; spf\\", "",
			"spf_not_reported dkim_not_reported dmarc_not_reported", CannotKnow},
	} {
		rows, _ := Headers(c.source, c.domain)
		var codes []string
		for _, row := range rows {
			codes = append(codes, row.Code)
			checkSaid(t, row)
		}
		if got := strings.Join(codes, " "); got != c.codes || Worst(rows) != c.worst {
			t.Errorf("%s: %s, %s; want %s, %s", name, got, Worst(rows), c.codes, c.worst)
		}
	}
}

// FuzzHeaders reads anything.
func FuzzHeaders(f *testing.F) {
	f.Add(ofGoogle, "")
	f.Add(ofMicrosoft, "sender.dev")
	f.Add("Authentication-Results: \x1b;(;dkim=pass header.d=\u202e", "")
	f.Fuzz(func(t *testing.T, source, domain string) {
		rows, _ := Headers(source, domain)
		if len(rows) == 0 || len(rows) > 3 {
			t.Fatalf("%d rows", len(rows))
		}
	})
}
