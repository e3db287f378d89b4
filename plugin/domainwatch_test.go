package plugin

import (
	"slices"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/senderdomain"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/nameserver"
)

// TestDomainIsLookedAtDaily lives through 30 days of three processes that share what is known: one of them looks, once
// a day, and at once when there is another sender. What nobody answers is asked again each hour, and what was known
// before stays.
func TestDomainIsLookedAtDaily(t *testing.T) {
	began := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	sound := []senderdomain.Row{{Topic: senderdomain.MX, Grade: senderdomain.Likely, Code: "takes_mail"}}
	wrong := []senderdomain.Row{{Topic: senderdomain.MX, Grade: senderdomain.Wrong, Code: "null_mx"}}
	silent := []senderdomain.Row{
		{Topic: senderdomain.MX, Grade: senderdomain.CannotKnow, Code: "not_answered"},
		{Topic: senderdomain.DKIM, Grade: senderdomain.CannotKnow, Code: "dkim_unknown"},
	}
	const day = 24 * time.Hour
	policy := newDomainPolicy(defaultVerifyEvery)
	if policy.every != day || policy.tick != time.Minute {
		t.Fatalf("%+v", policy)
	}
	var known domainLook
	var looks []time.Duration
	becameWrong := time.Duration(0)
	for since := time.Duration(0); since < 30*day; since += policy.tick {
		now, question := began.Add(since), senderdomain.Question{Domain: "sender.dev", Server: "mx.sender.dev"}
		if since >= 20*day {
			question.Domain = "other.dev"
		}
		for range 3 { // Each process; the others see that one has begun.
			if !known.due(question, now) {
				continue
			}
			looks = append(looks, since)
			claim := known.begun(question, now)
			if claim.due(question, now) {
				t.Fatalf("at %s two processes look", since)
			}
			rows := sound
			switch {
			case since >= 10*day && since < 10*day+5*time.Hour:
				rows = silent
			case since >= 15*day && since < 20*day:
				rows = wrong
			}
			known = claim.found(rows, now, policy.every)
		}
		if known.isWrong() && becameWrong == 0 {
			becameWrong = since
		}
		if since == 10*day+time.Hour && known.Rows[0].Code != "takes_mail" {
			t.Errorf("what was known is gone as nobody answers: %+v", known)
		}
	}
	want := 30 + 5 // A day, and five hours of silence.
	if len(looks) != want || !slices.Contains(looks, 20*day) || becameWrong < 15*day || becameWrong > 16*day ||
		known.isWrong() {
		t.Errorf("%d looks, not %d: %v; wrong at %s; %+v", len(looks), want, looks, becameWrong, known)
	}
	killed := known.begun(known.Question, began.Add(31*day))
	if killed.due(known.Question, began.Add(31*day)) || !killed.due(known.Question, began.Add(31*day+domainClaim)) {
		t.Errorf("after a process that was killed while it looked: %+v", killed)
	}
	if back := began.Add(-day); !known.due(known.Question, back) {
		t.Error("it is not looked for a long time when the clock was set back")
	}
}

// TestDomainIsTold holds that what was found about the sender in force is told with the health, in the reader's
// language, and is nothing that the state depends on; and that without a sender nothing is.
func TestDomainIsTold(t *testing.T) {
	server, err := nameserver.Start(nameserver.Zone{
		"MX sender.dev": {"0 ."}, "TXT sender.dev": {"v=spf1 mx -all"}, "TXT _dmarc.sender.dev": {"v=DMARC1; p=reject"},
	}, nameserver.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var address senderdomain.Server
	if err := address.UnmarshalText([]byte(server.Address())); err != nil {
		t.Fatal(err)
	}
	page, _ := openWatching(t, Configuration{NameServer: address})
	page.stopWatch()
	page.stopWatch = nil
	awaitDelivers(t, page)
	policy := newDomainPolicy(defaultVerifyEvery)
	look := func() []shared.Watched {
		t.Helper()
		if err := page.lookAtDomain(t.Context(), policy); err != nil {
			t.Fatal(err)
		}
		now, err := page.healthNow(t.Context(), health.State{}, language.Of("de"))
		if err != nil || now.State != shared.HealthUnknown {
			t.Fatalf("%+v, %v", now, err)
		}
		return now.Watched
	}
	if got := look(); len(got) != 0 || len(server.Asked()) != 0 {
		t.Errorf("without settings: %+v, asked %v", got, server.Asked())
	}
	save(t, page, values("login", shared.Text("ops@sender.dev")), password("p4ssw0rd"))
	got := look()
	if len(got) != 1 || got[0].Name != "sender_domain" || got[0].Action != "check_domain" ||
		got[0].Card.Status != shared.StatusFailed || got[0].Card.Glance != "1 Fehler" || got[0].At.IsZero() {
		t.Fatalf("%+v", got)
	}
	mx := got[0].Card.Facts[0]
	if mx.Label != "MX" || mx.Status != shared.StatusFailed || len(mx.Records) != 2 || mx.Records[1].Text != "0 ." {
		t.Errorf("%+v", mx)
	}
	asked := len(server.Asked())
	if look(); len(server.Asked()) != asked {
		t.Error("it was looked again at once")
	}
	save(t, page, values("login", shared.Text("ops@other.dev")), password("p4ssw0rd"))
	if got := look(); len(got) != 1 || got[0].Card.Title != "Absenderdomain: other.dev" {
		t.Errorf("after another sender was saved: %+v", got)
	}
}

// awaitDelivers waits until the process delivers.
func awaitDelivers(t *testing.T, page *Page) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(time.Minute); ; {
		if delivers, _ := page.notifications.Delivers(); delivers {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("the process does not deliver")
		}
	}
}
