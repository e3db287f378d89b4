package policy

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

var (
	now     = start.Add(time.Hour)
	tested  = New(30 * time.Second)
	message = Message{ID: "1", Recipient: "one@first.example"}
)

// attempt is the first one of a message.
func attempt(s State, id, recipient string) Attempt {
	return Attempt{Message: Message{ID: id, Recipient: recipient}, Began: now, Trips: s.Trips}
}

// healthy is a service that has just delivered something.
func healthy() State { return State{Since: start, Passed: now.Add(-time.Second)} }

// TestMatrix holds what the first refusal does, for each scope, lasting and stage, to a service that delivers.
func TestMatrix(t *testing.T) {
	for _, scope := range scopes {
		for _, lasting := range lastings {
			for _, stage := range stages {
				r := Refusal{Code: "cause", Scope: scope, Lasting: lasting, Stage: stage}
				s, verdict := tested.Refused(healthy(), now, attempt(State{}, "1", "one@first.example"), r)
				one := scope == shared.ScopeMessage || scope == shared.ScopeRecipient
				wait, fate := tested.Retry.First, Retry
				switch {
				case stage == Opening: // It has nothing to do with the message.
					if !s.Paused() || verdict.Fate != PutBack || !s.Next.After(now) {
						t.Errorf("%+v: %+v, %+v", r, verdict, s)
					}
					continue
				case one && lasting == permanent:
					wait, fate = tested.Confirm, PutBack
				case one && lasting == limit:
					wait = tested.Limit.First
				}
				if s.Paused() || verdict.Fate != fate || !verdict.At.Equal(now.Add(wait)) {
					t.Errorf("%+v: %+v, %+v", r, verdict, s)
				}
				if held := len(s.Held) == 1; held != (scope == shared.ScopeRecipient && lasting == limit) {
					t.Errorf("%+v: held are %+v", r, s.Held)
				}
			}
		}
	}
}

// TestSecondMessage holds when a second message that is refused pauses the service.
func TestSecondMessage(t *testing.T) {
	for _, scope := range scopes {
		for _, lasting := range lastings {
			for _, stage := range []Stage{Sender, Recipient, Content} {
				for _, same := range []bool{true, false} {
					r := Refusal{Code: "cause", Scope: scope, Lasting: lasting, Stage: stage}
					s, _ := tested.Refused(healthy(), now, attempt(State{}, "1", "one@first.example"), r)
					if !same {
						r.Code = "another"
					}
					s, verdict := tested.Refused(s, now.Add(time.Second), attempt(s, "2", "two@first.example"), r)
					paused := same && scope != shared.ScopeMessage && scope != shared.ScopeRecipient
					if s.Paused() != paused || paused && verdict.Fate != PutBack {
						t.Errorf("%+v: %+v, %+v", r, verdict, s)
					}
					if paused && (!verdict.GiveBack.Equal(now) || s.Everything) {
						t.Errorf("%+v: the attempts since %s are given back, everything is refused: %t", r, verdict.GiveBack,
							s.Everything)
					}
					if wait := s.Next.Sub(now.Add(time.Second)); paused && (wait > 0) != (lasting == limit) {
						t.Errorf("%+v: after a success the first probe is in %s", r, wait)
					}
				}
			}
		}
	}
}

// TestThirdMessage has three different messages refused for good, for whatever causes.
func TestThirdMessage(t *testing.T) {
	s, verdict := healthy(), Verdict{}
	for i, r := range []Refusal{
		{Code: "spam", Scope: shared.ScopeMessage, Lasting: permanent, Stage: Content},
		{Code: "unknown", Scope: shared.ScopeRecipient, Lasting: permanent, Stage: Recipient},
		{Code: "relay", Scope: shared.ScopeClient, Lasting: permanent, Stage: Recipient},
	} {
		s, verdict = tested.Refused(s, now, attempt(s, string(rune('1'+i)), string(rune('a'+i))+"@x.example"), r)
	}
	if !s.Paused() || !s.Everything || verdict.Fate != PutBack || verdict.GiveBack.IsZero() {
		t.Errorf("%+v, %+v", verdict, s)
	}
}

// TestDeadRecipientHoldsOnlyItself has many messages to one recipient refused for good, and nothing else sent.
func TestDeadRecipientHoldsOnlyItself(t *testing.T) {
	s, verdict := healthy(), Verdict{}
	r := Refusal{Code: "unknown", Scope: shared.ScopeRecipient, Lasting: permanent, Stage: Recipient}
	for i := range 5 {
		s, verdict = tested.Refused(s, now, attempt(s, string(rune('1'+i)), "dead@x.example"), r)
	}
	if s.Paused() || len(s.Held) != 1 || verdict.Fate != PutBack {
		t.Fatalf("%+v, %+v", verdict, s)
	}
	if _, admitted := tested.Admit(s, now, Message{"9", "dead@x.example"}, true); admitted.Go || admitted.Until.IsZero() {
		t.Errorf("the next one to it is %+v", admitted)
	}
	if _, admitted := tested.Admit(s, now, Message{"9", "alive@x.example"}, true); !admitted.Go {
		t.Errorf("another one is %+v", admitted)
	}
	again, admitted := tested.Admit(s, now.Add(time.Minute), Message{"9", "dead@x.example"}, true)
	if !admitted.Go {
		t.Errorf("later the next one is %+v", admitted)
	}
	if _, admitted := tested.Admit(again, now.Add(time.Minute), Message{"8", "dead@x.example"}, true); admitted.Go {
		t.Error("two go at once")
	}
	other := attempt(s, "9", "alive@x.example")
	other.Began = now.Add(time.Second)
	if s, verdict := tested.Delivered(s, now.Add(2*time.Second), other); len(s.Held) != 0 || !verdict.Resumed {
		t.Errorf("when another one passes: %+v, %+v", verdict, s)
	}
}

// TestRefusedForGood holds when a message is dead.
func TestRefusedForGood(t *testing.T) {
	for name, c := range map[string]struct {
		passed, doubted time.Duration // ago; 0 is never
		fate            Fate
		wait            time.Duration
	}{
		"first":                         {0, 0, Retry, 5 * time.Minute},
		"first, others pass":            {30 * time.Second, 0, PutBack, 2 * time.Second},
		"second, too early":             {0, time.Minute, Retry, 5 * time.Minute},
		"second":                        {0, 5 * time.Minute, Dead, 0},
		"second, others pass":           {30 * time.Second, 2 * time.Second, Dead, 0},
		"second, others passed earlier": {2 * time.Minute, 2 * time.Second, Retry, 5 * time.Minute},
		"first for a long time":         {30 * time.Second, time.Hour, PutBack, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s, a := State{}, attempt(State{}, "1", "one@first.example")
			if c.passed > 0 {
				s.Passed = now.Add(-c.passed)
			}
			if c.doubted > 0 {
				a.Doubted = now.Add(-c.doubted)
			}
			r := Refusal{Code: "spam", Scope: shared.ScopeMessage, Lasting: permanent, Stage: Content}
			_, verdict := tested.Refused(s, now, a, r)
			if verdict.Fate != c.fate || verdict.Fate != Dead && !verdict.At.Equal(now.Add(c.wait)) {
				t.Errorf("%+v", verdict)
			}
		})
	}
}

// TestRefusedForGoodEnds tries a message again earlier than it was told to, as an operator does, while others pass, do
// not, and pass no longer: it is dead after a few attempts, and not tried over and over.
func TestRefusedForGoodEnds(t *testing.T) {
	r := Refusal{Code: "spam", Scope: shared.ScopeMessage, Lasting: permanent, Stage: Content}
	for _, passed := range []time.Duration{0, -time.Second, -59 * time.Second, time.Second} {
		for _, early := range []time.Duration{time.Millisecond, time.Second, 1999 * time.Millisecond, time.Minute} {
			s, a, at := State{}, attempt(State{}, "1", "one@first.example"), now
			s.Passed = now.Add(passed)
			s, verdict := tested.Refused(s, at, a, r)
			attempts := 1
			for next := at.Add(early); verdict.Fate != Dead && attempts < 10; attempts++ {
				if verdict.Fate == Retry {
					a.Doubted, a.Earlier = at, a.Earlier+1
				}
				at = next
				s, verdict = tested.Refused(s, at, a, r)
				next = verdict.At
			}
			if attempts > 4 {
				t.Errorf("others passed at %s, tried again after %s: %d attempts", passed, early, attempts)
			}
		}
	}
}

// paused is a service that two messages to one domain have paused.
func paused(t *testing.T, stage Stage, scope shared.Scope) State {
	t.Helper()
	s, r := State{}, Refusal{Code: "cause", Scope: scope, Lasting: permanent, Stage: stage}
	s, _ = tested.Refused(s, now, attempt(s, "1", "one@first.example"), r)
	s, _ = tested.Refused(s, now, attempt(s, "2", "two@first.example"), r)
	if !s.Paused() {
		t.Fatal("there is no pause")
	}
	return s
}

// probe has a message go and see.
func probe(t *testing.T, s State, id, recipient string) (State, Attempt) {
	t.Helper()
	s, admitted := tested.Admit(s, s.Next, Message{id, recipient}, true)
	if !admitted.Probe {
		t.Fatalf("it is %+v", admitted)
	}
	a := attempt(s, id, recipient)
	a.Probe, a.Began = true, s.Next
	return s, a
}

// TestProbe holds which message goes to see whether a pause is over.
func TestProbe(t *testing.T) {
	for name, c := range map[string]struct {
		stage Stage
		ranks map[Message]int
	}{
		"at the recipient": {Recipient, map[Message]int{
			{"3", "three@second.example"}: 0, {"3", "three@FIRST.example"}: 1, {"1", "one@first.example"}: 2,
			{"2", "two@first.example"}: 3,
		}},
		"of the content": {Content, map[Message]int{
			{"3", "three@second.example"}: 0, {"3", "three@first.example"}: 0, {"1", "one@first.example"}: 2,
		}},
	} {
		s := paused(t, c.stage, shared.ScopeClient)
		for m, want := range c.ranks {
			if got := s.Rank(m); got != want {
				t.Errorf("%s: %+v has the rank %d, want %d", name, m, got, want)
			}
		}
		if _, admitted := tested.Admit(s, s.Next.Add(-1), message, true); admitted.Go || !admitted.Until.Equal(s.Next) {
			t.Errorf("before its time: %+v", admitted)
		}
		if _, admitted := tested.Admit(s, s.Next, message, false); !admitted.Another {
			t.Errorf("a worse one: %+v", admitted)
		}
	}
}

// TestProbeOfAnotherDomain has one to another domain pass: the cause is a matter of those that met it from then on.
func TestProbeOfAnotherDomain(t *testing.T) {
	for recipient, local := range map[string]bool{"three@second.example": true, "three@first.example": false} {
		s, a := probe(t, paused(t, Recipient, shared.ScopeClient), "3", recipient)
		s, verdict := tested.Delivered(s, s.Next, a)
		if s.Paused() || !verdict.Resumed {
			t.Fatalf("%+v, %+v", verdict, s)
		}
		r := Refusal{Code: "cause", Scope: shared.ScopeClient, Lasting: permanent, Stage: Recipient}
		s, _ = tested.Refused(s, s.Since, attempt(s, "4", "four@first.example"), r)
		s, _ = tested.Refused(s, s.Since, attempt(s, "5", "five@first.example"), r)
		if s.Paused() == local {
			t.Errorf("after %s has got a message: %+v", recipient, s)
		}
	}
}

// TestInFlight ends attempts that began before a pause.
func TestInFlight(t *testing.T) {
	before := attempt(State{}, "3", "three@second.example")
	for _, stage := range stages {
		s := paused(t, Content, shared.ScopeClient)
		if after, verdict := tested.Delivered(s, now, before); !after.Paused() || verdict.Resumed {
			t.Errorf("a success ends the pause: %+v", after)
		}
		for _, scope := range scopes {
			for _, lasting := range lastings {
				r := Refusal{Code: "another", Scope: scope, Lasting: lasting, Stage: stage}
				after, verdict := tested.Refused(s, now, before, r)
				if verdict.Fate != PutBack || !after.Next.Equal(s.Next) || after.Looks != s.Looks {
					t.Errorf("%+v: %+v, %+v", r, verdict, after)
				}
			}
		}
	}
}

// TestProbesInVain counts the waits of a pause.
func TestProbesInVain(t *testing.T) {
	for name, c := range map[string]struct {
		r       Refusal
		backoff Backoff
	}{
		"away": {Refusal{Code: "c", Scope: shared.ScopeServer, Lasting: shared.LastingTemporary, Stage: Opening},
			tested.Away},
		"login": {Refusal{Code: "c", Scope: shared.ScopeLogin, Lasting: permanent, Stage: Opening}, tested.Login},
		"rate":  {Refusal{Code: "c", Scope: shared.ScopeLogin, Lasting: limit, Stage: Sender}, tested.Rate},
		"quota": {Refusal{Code: "c", Scope: shared.ScopeLogin, Lasting: limit, Stage: Sender, Exhausted: true},
			tested.Quota},
		"named": {Refusal{Code: "c", Scope: shared.ScopeLogin, Lasting: limit, Stage: Sender, Wait: 5 * time.Minute},
			Backoff{5 * time.Minute, 5 * time.Minute}},
		"named so short that the words may mean something else": {
			Refusal{Code: "c", Scope: shared.ScopeLogin, Lasting: limit, Stage: Sender, Wait: time.Second}, tested.Rate},
		"named for what takes longer": {Refusal{
			Code: "c", Scope: shared.ScopeLogin, Lasting: limit, Stage: Sender, Exhausted: true, Wait: 2 * time.Second,
		}, tested.Quota},
	} {
		s := State{}
		s, _ = tested.Refused(s, now, attempt(s, "1", "a@x.example"), c.r)
		if c.r.Stage != Opening {
			s, _ = tested.Refused(s, now, attempt(s, "2", "b@x.example"), c.r)
		}
		for i, at := 0, now; i < 12; i++ {
			if got := s.Next.Sub(at); got != c.backoff.After(i) {
				t.Errorf("%s: the probe %d is in %s, want %s", name, i, got, c.backoff.After(i))
			}
			at = s.Next
			released, a := probe(t, s, "3", "c@x.example")
			if back := tested.Release(released, at, a); !back.Next.Equal(at) || back.Looks != s.Looks {
				t.Errorf("%s: a probe that found out nothing: %+v", name, back)
			}
			s, _ = tested.Refused(released, at, a, c.r)
		}
	}
}

// TestLooksAtRecipient has the messages of a recipient whose limit is reached wait as long as the server asks, and
// longer each time where that is short.
func TestLooksAtRecipient(t *testing.T) {
	for named, backoff := range map[time.Duration]Backoff{
		0: tested.Limit, time.Second: tested.Limit, 5 * time.Minute: {5 * time.Minute, 5 * time.Minute},
	} {
		r := Refusal{Code: "c", Scope: shared.ScopeRecipient, Lasting: limit, Stage: Recipient, Wait: named}
		s, at := State{}, now
		for i := range 10 {
			s, _ = tested.Refused(s, at, attempt(s, "1", "a@x.example"), r)
			if got := s.Held[0].Next.Sub(at); got != backoff.After(i) {
				t.Errorf("named %s: look %d is in %s, want %s", named, i, got, backoff.After(i))
			}
			at = s.Held[0].Next
			if s, _ = tested.Admit(s, at, Message{"1", "a@x.example"}, true); len(s.Held) != 1 {
				t.Fatal("nothing is held back")
			}
		}
	}
}

// TestResume forgets everything that was known with other settings.
func TestResume(t *testing.T) {
	s := tested.Resume(paused(t, Content, shared.ScopeSender), now)
	if s.Remembers() || s.Trips != 1 || !s.Since.Equal(now) {
		t.Errorf("%+v", s)
	}
}

// TestDocument keeps a state as JSON, under the names that older versions read.
func TestDocument(t *testing.T) {
	s := paused(t, Recipient, shared.ScopeClient)
	s = s.expose("7").localize("x@second.example")
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again State
	if err := json.Unmarshal(encoded, &again); err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("%s became %+v, %v", encoded, again, err)
	}
	var names map[string]any
	if err := json.Unmarshal(encoded, &names); err != nil || names["next"] == nil || names["looks"] != 1.0 {
		t.Errorf("%s", encoded)
	}
}
