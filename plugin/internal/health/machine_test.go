package health

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
)

var (
	began = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	month = 30 * 24 * time.Hour
)

func policy() Policy {
	ids := 0
	return Policy{
		Every: 6 * time.Hour, Confirm: 5 * time.Minute, Refused: []time.Duration{6 * time.Hour, 24 * time.Hour},
		NewID: func() string { ids++; return fmt.Sprint("id", ids) },
	}
}

func cause(code string) *finding.Finding { return &finding.Finding{Code: code} }

// world is what there is to find out, by the time since it began.
type world struct {
	// answer is what a look finds: "" that all is well, "refused" that the login is refused, another code that the server
	// is away, and one that begins with "!" that it refuses after the login.
	answer func(time.Duration) string
	// pause is when a pause has begun; negative while there is none.
	pause   func(time.Duration) time.Duration
	passed  func(time.Duration) time.Duration // when a delivery has passed last; 0 when none has
	endings []Ending
	saves   []time.Duration
	starts  []time.Duration
	waiting int64
}

// happening is what became of it.
type happening struct {
	transitions, alerts []string
	looks, logins       []time.Duration
	state               State
}

// live lives through a month, a step of twenty seconds after the other.
func (w world) live(p Policy) (h happening) {
	s := p.Started(p.Changed(State{}, began, time.Time{}), began)
	seen := int64(0)
	for since := time.Duration(0); since < month; since += 20 * time.Second {
		now := began.Add(since)
		for _, at := range w.saves {
			if at == since {
				s = p.Changed(s, now, time.Time{})
			}
		}
		for _, at := range w.starts {
			if at == since {
				s = p.Started(s, now)
			}
		}
		s = w.observe(p, s, since)
		if p.Due(s, now, w.waiting > 0) {
			s = w.look(p, s, since, &h)
		}
		s = p.Settle(s, now, w.waiting)
		if s.Number != seen {
			seen = s.Number
			h.note(s.Events[len(s.Events)-1], since)
		}
	}
	h.state = s
	return h
}

func (w world) observe(p Policy, s State, since time.Duration) State {
	now, passed := began.Add(since), time.Time{}
	if w.passed != nil && w.passed(since) > 0 {
		passed = began.Add(w.passed(since))
	}
	if w.pause != nil && w.pause(since) >= 0 {
		at := w.pause(since)
		s = p.Paused(s, now, Pause{Cause: *cause("paused"), Since: began.Add(at), Refused: w.answer != nil &&
			w.answer(since) == "refused"})
	} else {
		s = p.GoOn(s, now, passed)
	}
	return p.Ends(s, w.endings)
}

func (w world) look(p Policy, s State, since time.Duration, h *happening) State {
	h.looks = append(h.looks, since)
	answer := ""
	if w.answer != nil {
		answer = w.answer(since)
	}
	found := Look{Refused: answer == "refused", LoggedIn: answer == "" || strings.HasPrefix(answer, "!")}
	if answer != "" {
		found.Cause = cause(answer)
	}
	if found.LoggedIn || found.Refused {
		h.logins = append(h.logins, since)
	}
	return p.Looked(p.Begin(s, began.Add(since)), began.Add(since), found)
}

func (h *happening) note(event Event, since time.Duration) {
	said := fmt.Sprintf("%s %s", since, event.To)
	if event.Cause != nil {
		said += " " + event.Cause.Code
	}
	h.transitions = append(h.transitions, said)
	if event.Alert {
		h.alerts = append(h.alerts, string(event.To))
	}
}

func during(from, until time.Duration, code string) func(time.Duration) string {
	return func(since time.Duration) string {
		if since >= from && since < until {
			return code
		}
		return ""
	}
}

// TestMonth lives through months in which things go wrong, and holds the transitions to those that a person wants.
func TestMonth(t *testing.T) {
	const hour = time.Hour
	// Looks are at 5m, and then every six hours.
	for _, c := range []struct {
		name        string
		world       world
		transitions []string
		alerts      string
	}{
		{"all is well", world{}, []string{"5m0s healthy"}, ""},
		{
			"away for minutes", world{answer: during(6*hour, 6*hour+8*time.Minute, "away")},
			[]string{"5m0s healthy", "6h5m0s suspect away", "6h10m0s healthy"}, "",
		},
		{"away between two looks", world{answer: during(7*hour, 11*hour, "away")}, []string{"5m0s healthy"}, ""},
		{
			"away for hours", world{answer: during(6*hour, 9*hour, "away")},
			[]string{"5m0s healthy", "6h5m0s suspect away", "6h10m0s broken away", "9h20m0s healthy"}, "broken healthy",
		},
		{
			"away for days", world{answer: during(6*hour, 60*hour, "away")},
			[]string{"5m0s healthy", "6h5m0s suspect away", "6h10m0s broken away", "60h20m0s healthy"}, "broken healthy",
		},
		{
			"refuses the sender for a day", world{answer: during(6*hour, 30*hour, "!sender")},
			[]string{"5m0s healthy", "6h5m0s suspect !sender", "6h10m0s broken !sender", "30h10m0s healthy"}, "broken healthy",
		},
		{
			"refuses the login for ever", world{answer: during(6*hour, month, "refused")},
			[]string{"5m0s healthy", "6h5m0s broken refused"}, "broken",
		},
		{
			"refuses the login, and is saved anew", world{answer: during(6*hour, 200*hour, "refused"),
				saves: []time.Duration{100 * hour, 201 * hour}},
			[]string{"5m0s healthy", "6h5m0s broken refused", "201h0m0s healthy"}, "broken healthy",
		},
		{
			"a pause of a minute", world{pause: pauses(10*hour, 10*hour+time.Minute)},
			[]string{"5m0s healthy", "10h0m0s suspect paused", "10h1m0s healthy"}, "",
		},
		{
			"a pause of an hour", world{pause: pauses(10*hour, 11*hour), waiting: 3},
			[]string{"5m0s healthy", "10h0m0s suspect paused", "10h5m0s broken paused", "11h0m0s healthy"}, "broken healthy",
		},
		{
			"a pause that nothing waits for any more", world{pause: pauses(10*hour, month)},
			[]string{"5m0s healthy", "10h0m0s suspect paused", "10h5m0s broken paused", "12h5m0s healthy"}, "broken healthy",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := c.world.live(policy())
			if got, want := strings.Join(h.transitions, "\n"), strings.Join(c.transitions, "\n"); got != want {
				t.Errorf("transitions:\n%s\nwant:\n%s", got, want)
			}
			if got := strings.Join(h.alerts, " "); got != c.alerts {
				t.Errorf("people are told %q, want %q", got, c.alerts)
			}
		})
	}
}

// pauses is one pause.
func pauses(from, until time.Duration) func(time.Duration) time.Duration {
	return func(since time.Duration) time.Duration {
		if since >= from && since < until {
			return from
		}
		return -1
	}
}

// TestLoginsAreSpared holds that a login that is refused is tried three times, however often the machine starts, and
// one that is not refused once in an interval, beside the second look after a failure.
func TestLoginsAreSpared(t *testing.T) {
	starts := []time.Duration{}
	for at := 7 * time.Minute; at < month; at += 7 * time.Minute {
		starts = append(starts, at)
	}
	for _, c := range []struct {
		name   string
		world  world
		logins int // 0: one in an interval
	}{
		{"refused", world{answer: func(time.Duration) string { return "refused" }}, 3},
		{"refused, with many starts", world{answer: func(time.Duration) string { return "refused" }, starts: starts}, 3},
		{
			"refused in a pause", world{answer: func(time.Duration) string { return "refused" }, pause: pauses(0, month)}, 2,
		},
		{"refused in a pause in which something waits",
			world{answer: func(time.Duration) string { return "refused" }, pause: pauses(0, month), waiting: 1}, -1},
		{"well, with many starts", world{starts: starts}, 0},
		{"away and back", world{answer: func(since time.Duration) string {
			return during(0, 20*time.Minute, "away")(since % time.Hour)
		}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := c.world.live(policy())
			switch {
			case c.logins != 0 && len(h.logins) != max(c.logins, 0):
				t.Errorf("logins at %v, want %d", h.logins, c.logins)
			case c.logins == 0 && len(h.logins) < 60:
				t.Errorf("only %d logins", len(h.logins))
			}
			for i := 1; i < len(h.logins); i++ {
				if apart := h.logins[i] - h.logins[i-1]; apart < 6*time.Hour {
					t.Errorf("two logins %s apart, at %s", apart, h.logins[i])
				}
			}
		})
	}
}

// TestDeliveryIsProof holds that while mail is delivered there is no look, and that a delivery after a failed look ends
// the failure.
func TestDeliveryIsProof(t *testing.T) {
	hourly := world{passed: func(since time.Duration) time.Duration { return since.Truncate(time.Hour) }}
	if h := hourly.live(policy()); len(h.looks) != 1 { // Five minutes after the start.
		t.Errorf("looks at %v although mail is delivered", h.looks)
	}
	once := world{
		answer: during(0, month, "!sender"),
		passed: func(since time.Duration) time.Duration { return since / (3 * time.Hour) * (3 * time.Hour) },
	}
	h := once.live(policy())
	if last := h.transitions[len(h.transitions)-1]; last != "3h0m0s healthy" {
		t.Errorf("transitions: %v", h.transitions)
	}
}

// TestFlapping holds that what breaks again and again is told once and not each time.
func TestFlapping(t *testing.T) {
	flaps := world{waiting: 1, pause: func(since time.Duration) time.Duration {
		if begun := since.Truncate(12 * time.Minute); since < 10*24*time.Hour && since-begun < 6*time.Minute {
			return begun
		}
		return -1
	}}
	h := flaps.live(policy())
	if len(h.alerts) > 8 || h.alerts[len(h.alerts)-1] != "healthy" {
		t.Errorf("people are told %d times: %v", len(h.alerts), h.alerts)
	}
	if len(h.state.Events) > maxEvents {
		t.Errorf("%d events are kept", len(h.state.Events))
	}
}

// TestEndings holds when something that ends is told of, each once, and that it is over when it was renewed.
func TestEndings(t *testing.T) {
	const day = 24 * time.Hour
	certificate := Ending{What: "server_certificate", From: began.Add(-60 * day), At: began.Add(20 * day),
		Cause: *cause("certificate")}
	secret := Ending{What: "secret", Field: "oauth_client_secret", At: began.Add(25 * day), Cause: *cause("secret")}
	brief := Ending{What: "server_certificate", From: began, At: began.Add(6 * day), Cause: *cause("brief")}
	for _, c := range []struct {
		name    string
		endings []Ending
		answer  func(time.Duration) string
		want    []string
		alerts  string
	}{
		{
			"a certificate and a secret", []Ending{secret, certificate}, during(20*day, month, "expired"),
			[]string{"5m0s healthy", "144h0m0s suspect certificate", "264h0m0s suspect secret", "480h10m0s broken expired"},
			"suspect suspect broken",
		},
		{"one for a week", []Ending{brief}, nil, []string{"5m0s healthy", "108h0m0s suspect brief"}, "suspect"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := world{endings: c.endings, answer: c.answer}.live(policy())
			if got, want := strings.Join(h.transitions, "\n"), strings.Join(c.want, "\n"); got != want {
				t.Errorf("transitions:\n%s\nwant:\n%s", got, want)
			}
			if got := strings.Join(h.alerts, " "); got != c.alerts {
				t.Errorf("people are told %q, want %q", got, c.alerts)
			}
			renewed := policy().Settle(policy().Ends(policy().Succeeded(h.state, began.Add(month)), nil),
				began.Add(month+time.Hour), 0)
			if last := renewed.Events[len(renewed.Events)-1]; renewed.Status != "healthy" || !last.Alert {
				t.Errorf("after it was renewed: %+v", last)
			}
		})
	}
}

// TestUnconfigured holds that without settings nothing is known, and that who was told of a failure is told that.
func TestUnconfigured(t *testing.T) {
	p := policy()
	s := p.Settle(p.Looked(p.Changed(State{}, began, time.Time{}), began, Look{Cause: cause("refused"), Refused: true}),
		began, 0)
	s = p.Settle(p.Unconfigured(s), began.Add(time.Hour), 0)
	if last := s.Events[len(s.Events)-1]; s.Status != "unknown" || !last.Alert || p.Due(s, began.Add(month), false) {
		t.Errorf("without settings: %+v", s)
	}
}

// TestKilled holds that a look that is not lived through counts.
func TestKilled(t *testing.T) {
	p := policy()
	s := p.Looked(p.Changed(State{}, began, time.Time{}), began, Look{Cause: cause("refused"), Refused: true})
	looks := 1
	for now := began; now.Before(began.Add(month)); now = now.Add(7 * time.Minute) {
		s = p.Started(s, now)
		if last := now.Add(6 * time.Minute); p.Due(s, last, false) {
			s, looks = p.Begin(s, last), looks+1
		}
	}
	if looks != 3 {
		t.Errorf("%d logins of processes that died on them", looks)
	}
}

// TestFewerLooks holds the waits where the interval is short, and that there are none where it is 0.
func TestFewerLooks(t *testing.T) {
	p := policy()
	p.Every = 20 * time.Second
	h := world{answer: during(time.Hour, time.Hour+time.Minute, "away")}.live(p)
	want := "20s healthy\n1h0m0s suspect away\n1h0m20s broken away\n1h1m0s healthy"
	if got := strings.Join(h.transitions, "\n"); got != want {
		t.Errorf("transitions:\n%s\nwant:\n%s", got, want)
	}
	p.Every = 0
	if h := (world{}).live(p); len(h.looks) > 0 {
		t.Errorf("looks at %v", h.looks)
	}
}
