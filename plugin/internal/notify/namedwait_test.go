package notify

import (
	"testing"
	"time"
)

// TestNamedWait reads the waits that servers ask for.
func TestNamedWait(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"Too much mail, try again in 300 seconds":                                                5 * time.Minute,
		"4.7.1 Rate limit exceeded. Please retry after 5 minutes.":                               5 * time.Minute,
		"Recipient address rejected: Greylisted, see http://x.example/90, come back in 00:05:00": 5 * time.Minute,
		"Try again later (60s)":                                     time.Minute,
		"please wait 2 hours and send again":                        2 * time.Hour,
		"Greylisted, try again in 1 min":                            time.Minute,
		"Message delayed for 30 sec":                                30 * time.Second,
		"4.7.0 Too many messages, try again in 5 minutes":           5 * time.Minute,
		"Rate limit exceeded, wait 1 hour":                          time.Hour,
		"Please try again in an hour.":                              time.Hour,
		"retry in five minutes":                                     5 * time.Minute,
		"try again in 1h 30m":                                       90 * time.Minute,
		"Try again in 1 hour and 30 minutes.":                       90 * time.Minute,
		"try again after 300s":                                      5 * time.Minute,
		"Retry-After: 120":                                          2 * time.Minute,
		"retry_after=120":                                           2 * time.Minute,
		"You have been blocked for 10 minutes":                      10 * time.Minute,
		"Greylisted for 300 seconds":                                5 * time.Minute,
		"temporarily throttled, please wait at least 15 min":        15 * time.Minute,
		"In 10 minutes, please try again":                           10 * time.Minute,
		"after 5 minutes you may and should retry":                  0,
		"Zu viele Nachrichten, bitte in 5 Minuten erneut versuchen": 5 * time.Minute,
		"Réessayez dans 10 minutes":                                 10 * time.Minute,
		"Intente de nuevo en 2 horas":                               2 * time.Hour,
		"Слишком много писем, повторите через 15 минут": 15 * time.Minute,
		"Bitte in 2 Stunden erneut versuchen":           2 * time.Hour,
		"Try again in 2 days":                           48 * time.Hour,
		"wait a moment":                                 0,
		"try again in a few minutes":                    0,
		"5 messages in 10 minutes; the limit is 3":      0,
		"Try again later":                               0,
		"Daily limit of 500 messages reached":           0,
		"30 messages in 60 seconds are allowed":         0,
		"Try again. 20 messages were refused":           0,
		"try again in 99999999999999999999 seconds":     0,
		"retry 5 messages":                              0,
		"":                                              0,
	} {
		if got := namedWait(said); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}

// TestWordsThatAreNoWaits reads words that could be taken for times, and those that are near to them and are times.
func TestWordsThatAreNoWaits(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"temporarily blocked as it has sent too much":                0,
		"please try again as soon as possible":                       0,
		"deferred as the sender is unknown":                          0,
		"try again later, I am busy":                                 0,
		"blocked: a mailbox is full":                                 0,
		"deferred, a host is unknown":                                0,
		"try again a second time":                                    0,
		"blocked for a second time":                                  0,
		"wait a sec":                                                 0,
		"retry, one should not send so much":                         0,
		"wait, ten messages were enough":                             0,
		"réessayez, un serveur est absent":                           0,
		"espere, una hoja":                                           0,
		"deferred: too many messages a day":                          0,
		"blocked because of the messages an hour that you have sent": 0,
		"suspended, as one hour's quota of messages is used up":      0,
		"You have been blocked a minute ago":                         0,
		"throttled, six servers are away":                            0,
		"réessayez dans une heure":                                   time.Hour,
		"inténtelo en una hora":                                      time.Hour,
		"tente novamente em uma hora":                                time.Hour,
		"Bitte in einer Stunde erneut versuchen":                     time.Hour,
		"blocked for a day":                                          24 * time.Hour,
		"wait one minute":                                            time.Minute,
		"greylisted, come back in ten minutes":                       10 * time.Minute,
		"delayed for thirty-seconds":                                 30 * time.Second,
		"please wait at least an hour":                               time.Hour,
		"try again in about a minute":                                time.Minute,
	} {
		if got := namedWait(said); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}
